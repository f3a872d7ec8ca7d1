"""What is kept beside a run's store: the same when it is read again, and nothing that cannot be trusted."""

import json
import shutil

import nibabel as nib
import numpy as np
import pytest

from lib.images.image import open_image
from lib.runs import open_run, prepare_run
from lib.runs.notes import keep_note, read_note

FOUND = {"ijk": [1, 2, 3], "value": 0.7071067811865476}


@pytest.fixture
def store(tmp_path):
    data = np.arange(7 * 8 * 9 * 5, dtype=np.int16).reshape(7, 8, 9, 5)
    nib.save(nib.Nifti1Image(data, np.eye(4)), tmp_path / "run.nii.gz")
    return prepare_run(open_image(tmp_path / "run.nii.gz"), tmp_path / "stores")


def test_a_note_is_there_for_the_next_server_and_leaves_the_store_whole(store):
    keep_note(store, "place", "these events", FOUND)
    again = open_run(store.image, store.home.parent)
    assert again is not None
    assert read_note(again, "place", "these events") == FOUND


def test_what_was_found_from_other_events_is_no_answer(store):
    keep_note(store, "place", "these events", FOUND)
    assert read_note(store, "place", "other events") is None
    assert read_note(store, "other", "these events") is None


@pytest.mark.parametrize("damage", [lambda text: text.replace("2", "3"), lambda text: text[:9], lambda _: "null"])
def test_a_note_that_does_not_hold_what_was_written_is_not_believed(store, damage):
    keep_note(store, "place", "these events", FOUND)
    (path,) = store.home.glob("*.note")
    assert json.loads(path.read_text("utf-8"))["value"] == FOUND
    path.write_text(damage(path.read_text("utf-8")), encoding="utf-8")
    assert read_note(store, "place", "these events") is None


def test_a_store_that_is_gone_takes_no_note(store):
    shutil.rmtree(store.home)
    keep_note(store, "place", "these events", FOUND)
    assert read_note(store, "place", "these events") is None
    assert not store.home.exists()
