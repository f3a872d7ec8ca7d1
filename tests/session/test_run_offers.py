"""Runs that are offered: which, by what name, with which picture, and none that is no run."""

import nibabel as nib
import numpy as np
import pytest

from lib.cache.thumbnails import find_stamp
from lib.session import thumbnails
from lib.session.run_offers import runs_of, sample_runs
from lib.studies import read_study
from lib.studies.image_ids import StartFolder
from lib.studies.sample_study import sample_path
from tests.builders.app_pages import one_server
from tests.builders.study_trees import write_bids, write_image, write_text


@pytest.fixture
def folder(tmp_path):
    """Return a start folder `study` with runs of two subjects, on a server of its own."""
    root = tmp_path / "study"
    root.mkdir()
    write_bids(root)
    with one_server(root, cache_folder=tmp_path / "cache"):
        yield StartFolder("study", root)


def stamps(ids):
    """Return what is known of images once nothing is under way."""
    found, job = thumbnails.stamps_of(ids)
    if job is not None:
        assert job.wait(30)
        found, _ = thumbnails.stamps_of(ids)
    return found


def test_runs_of_the_image_s_subject_come_first_and_raw_ones_before_computed_ones(folder):
    runs = runs_of(folder, read_study(folder.path), "study/sub-02/ses-a/anat/sub-02_ses-a_T1w.nii.gz")
    assert next(iter(runs.values())) == "sub-02, ses-b, rest"
    assert "sub-01, game, run 1" in runs.values()


def test_runs_of_one_name_are_told_apart_by_their_folder(tmp_path):
    for place in ("first", "second"):
        write_image(tmp_path / place / "sub-01" / "func" / "sub-01_task-rest_bold.nii.gz", (4, 4, 4, 3))
    runs = runs_of(StartFolder("both", tmp_path), read_study(tmp_path))
    assert list(runs.values()) == ["sub-01, rest, first", "sub-01, rest, second"]


def test_a_file_that_is_no_run_is_found_out(folder):
    func = folder.path / "sub-01" / "func"
    write_image(func / "sub-01_task-one_bold.nii.gz", (4, 4, 4))
    write_text(func / "sub-01_task-none_bold.nii.gz", "no image " * 100)
    nib.save(nib.Nifti1Image(np.ones((4, 4, 4, 2), np.int16), np.eye(4)), func / "sub-01_task-two_bold.nii.gz")
    found = stamps([f"study/sub-01/func/sub-01_task-{task}_bold.nii.gz" for task in ("one", "none", "two")])
    assert [stamp.is_run for stamp in found.values()] == [False, False, True]
    assert [stamp.greys is not None for stamp in found.values()] == [False, False, True]


def test_what_may_not_be_opened_has_no_picture(folder):
    (stamp,) = stamps(["elsewhere/run.nii.gz"]).values()
    assert not stamp.is_run
    assert find_stamp("elsewhere/run.nii.gz") is None


def test_runs_of_the_sample_have_pictures_before_they_are_built(folder):
    runs = sample_runs()
    assert list(runs.values()) == ["sub-01, game", "sub-02, game", "sub-01, film", "sub-01, rest"]
    found = stamps(list(runs))
    assert all(stamp.greys.max() > 200 for stamp in found.values())
    assert not sample_path("sub-01/func/sub-01_task-game_bold.nii.gz").exists()
