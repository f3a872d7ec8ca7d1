"""Images and volumes, opened once for all sessions."""

import gc
import os
import weakref

import numpy as np
import pytest

from lib import runs
from lib.cache import images
from lib.cache.images import open_image, store_of, volume_of
from lib.cache.jobs import server_jobs
from lib.cache.maps import view_of
from lib.cache.readings import reading_key
from lib.errors import InputError
from lib.images.image import Image
from tests.cache.conftest import SHAPE


def test_an_image_is_opened_once(save, data, tmp_path):
    image = save(data)
    assert open_image(tmp_path / "image.nii", "image.nii") is image
    assert volume_of(image) is volume_of(image)
    assert view_of(image) is view_of(image)


def test_a_changed_file_is_opened_anew(save, data):
    before = volume_of(save(data)).value_at((1, 2, 3))
    image = save(data + 1)
    assert volume_of(image).value_at((1, 2, 3)) == before + 1


def test_a_change_that_leaves_size_and_length_alike_is_seen(save, data, tmp_path):
    """One changed voxel: hashing the array itself would have missed it 50 times of 50."""
    first = save(data)
    changed = data.copy()
    changed[6, 7, 8] += 1
    second = save(changed)
    os.utime(tmp_path / "image.nii", ns=(1, 1))
    third = open_image(tmp_path / "image.nii", "image.nii")
    assert len({first.key, second.key, third.key}) == 3
    assert volume_of(third).value_at((6, 7, 8)) == data[6, 7, 8] + 1


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(InputError, match=r"gone\.nii"):
        open_image(tmp_path / "gone.nii", "gone.nii")


def test_a_file_that_came_back_opens(save, data, tmp_path):
    with pytest.raises(InputError):
        open_image(tmp_path / "image.nii", "image.nii")
    assert save(data).shape == SHAPE


def test_volumes_of_a_run_are_kept_apart(save, data):
    image = save(np.stack([data, data + 1, data + 2], axis=-1))
    assert [volume_of(image, t).value_at((0, 0, 0)) - data[0, 0, 0] for t in range(3)] == [0, 1, 2]


# --- stores of runs -------------------------------------------------------------------------------------------------


@pytest.fixture
def run(save, data) -> Image:
    """Return a run that has been read through."""
    image = save(np.stack([data, data + 1, data + 2], axis=-1))
    runs.prepare_run(image, runs.store_folder(image.path))
    return image


def test_a_run_that_somebody_still_has_is_not_mapped_a_second_time(run):
    """Whenever a session with an upload ended, all stores were let go of. The addresses of the other sessions held
    theirs, and twenty visitors of one run had it mapped fourteen times, with over 600 files open."""
    store = store_of(run)
    images.let_go()
    assert store_of(run) is store


def test_a_run_that_nobody_has_any_more_is_closed(run):
    store = weakref.ref(store_of(run))
    images.let_go()
    gc.collect()
    assert store() is None
    assert store_of(run) is not None


def test_a_store_that_was_given_up_is_not_taken_because_somebody_still_has_it(run):
    store = store_of(run)
    (store.home / "series.bin").write_bytes(bytes((store.home / "series.bin").stat().st_size))
    with pytest.raises(runs.StoreDamaged):
        runs.read_series(store, (1, 2, 3))
    server_jobs().find(reading_key(run)).result()
    again = store_of(run)
    assert again is not store
    assert store_of(run) is again
    np.testing.assert_array_equal(np.diff(runs.read_series(again, (1, 2, 3))), [1, 1])
