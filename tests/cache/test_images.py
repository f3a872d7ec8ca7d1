"""Images and volumes, opened once for all sessions."""

import os

import numpy as np
import pytest

from lib.cache.images import open_image, volume_of
from lib.cache.maps import view_of
from lib.errors import InputError
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
