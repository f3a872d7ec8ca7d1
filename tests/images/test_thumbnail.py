"""Small pictures: which slice they show, the right way round, in true proportions, and of what none is made."""

import nibabel as nib
import numpy as np

from lib.images.image import open_image
from lib.images.thumbnail import SIDE, draw_thumbnail, is_cheap
from lib.images.volumes import Volume


def head(shape=(20, 30, 9)) -> np.ndarray:
    """Return an (R, A, S) volume of 100 with one bright block on the right in front, in the middle slice alone."""
    values = np.full(shape, 100.0, dtype=np.float32)
    values[15:, 20:, 4] = 200.0
    values[:5, :10, 5] = 500.0
    return values


def brightest(greys: np.ndarray) -> tuple[float, float]:
    """Return the mean row and column of the brightest pixels, as shares of the side."""
    row, column = np.argwhere(greys == greys.max()).mean(axis=0)
    return row / SIDE, column / SIDE


def test_right_front_is_at_the_upper_right_of_the_middle_slice():
    row, column = brightest(draw_thumbnail(Volume(head()), np.eye(4)))
    assert row < 0.3
    assert column > 0.6


def test_the_order_of_storage_changes_nothing():
    straight = draw_thumbnail(Volume(head()), np.eye(4))
    flipped = np.ascontiguousarray(head().transpose(2, 0, 1)[:, ::-1])
    affine = np.array([[0, -1, 0, 19], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1.0]])
    assert np.array_equal(draw_thumbnail(Volume(flipped), affine), straight)


def test_a_voxel_is_as_high_and_wide_as_its_mm():
    """20 voxels of 3 mm across and 30 of 1 mm up: twice as wide as high, so a quarter is black above and below."""
    shown = draw_thumbnail(Volume(head()), np.diag([3.0, 1, 1, 1])) > 0
    assert shown.any(axis=0).all()
    assert np.flatnonzero(shown.any(axis=1))[[0, -1]].tolist() == [SIDE // 4, 3 * SIDE // 4 - 1]


def test_a_constant_volume_has_a_picture():
    assert draw_thumbnail(Volume(np.ones((4, 4, 4), dtype=np.int16)), np.eye(4)).shape == (SIDE, SIDE)


def test_a_run_is_cheap_by_its_first_volume_alone(tmp_path):
    for name, shape, is_so in (("long", (4, 4, 4, 500), True), ("large", (256, 256, 80, 2), False)):
        image = nib.Nifti1Image(np.zeros(shape, dtype=np.int16), np.eye(4))
        nib.save(image, tmp_path / f"{name}.nii")
        assert is_cheap(open_image(tmp_path / f"{name}.nii")) is is_so
