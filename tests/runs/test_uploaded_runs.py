"""Stores of uploaded runs end with the session that uploaded them."""

import gc

import numpy as np
import pytest

from lib.runs import open_run, prepare_run, read_series
from lib.runs.uploaded_runs import SessionRuns
from tests.builders.run_files import save_run


@pytest.fixture
def image(tmp_path, rng, oblique_affine):
    return save_run(tmp_path / "mine.nii", rng.integers(0, 9, (7, 8, 9, 5)).astype(np.int16), oblique_affine)


@pytest.fixture
def stores(tmp_path):
    return tmp_path / "stores"


def end(session: list) -> None:
    """Let go of the last reference, as the server does when a session ends."""
    session.clear()
    gc.collect()


def test_store_goes_with_the_session(image, stores):
    session = [SessionRuns(stores)]
    prepare_run(image, stores)
    session[0].add(image.key)
    assert open_run(image, stores) is not None
    end(session)
    assert open_run(image, stores) is None
    assert [path for path in stores.iterdir() if path.is_dir()] == []


def test_stores_of_the_servers_own_files_stay(image, stores, tmp_path, oblique_affine):
    other = save_run(tmp_path / "theirs.nii", np.ones((7, 8, 9, 3), np.int16), oblique_affine)
    for one in (image, other):
        prepare_run(one, stores)
    session = [SessionRuns(stores)]
    session[0].add(image.key)
    end(session)
    assert open_run(image, stores) is None
    assert open_run(other, stores) is not None


def test_who_still_reads_the_run_can_go_on(image, stores):
    store = prepare_run(image, stores)
    before = read_series(store, (1, 2, 3))
    session = [SessionRuns(stores)]
    session[0].add(image.key)
    end(session)
    np.testing.assert_array_equal(read_series(store, (1, 2, 3)), before)


def test_a_run_that_was_never_read_through_is_no_trouble(image, stores):
    session = [SessionRuns(stores)]
    session[0].add(image.key)
    end(session)
