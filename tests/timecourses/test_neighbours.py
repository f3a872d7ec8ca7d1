"""The square of voxels around the cursor: orientation, edges, time courses."""

import nibabel as nib
import numpy as np
import pytest

from lib.images.image import open_image
from lib.runs import prepare_run
from lib.timecourses.neighbours import common_range, neighbour_voxels, read_neighbours


@pytest.fixture
def store(tmp_path, rng, oblique_affine):
    values = rng.integers(0, 900, (7, 8, 9, 5), dtype=np.int16)
    nib.save(nib.Nifti1Image(values, oblique_affine), tmp_path / "bold.nii.gz")
    return prepare_run(open_image(tmp_path / "bold.nii.gz"), tmp_path / "stores"), values


def test_cells_follow_the_pictures_directions():
    """Index k grows upwards in the picture and i grows to its left."""
    cells = neighbour_voxels((3, 4, 5), down=(2, -1), right=(0, -1), size=3)
    np.testing.assert_array_equal(cells[0, 0], [4, 4, 6])
    np.testing.assert_array_equal(cells[1, 1], [3, 4, 5])
    np.testing.assert_array_equal(cells[2, 0], [4, 4, 4])


def test_every_cell_has_the_series_of_its_voxel(store):
    neighbours = read_neighbours(store[0], (3, 4, 5), (2, -1), (1, 1), 5)
    assert neighbours.signals.shape == (5, 5, 5)
    for row in range(5):
        for column in range(5):
            expected = store[1][3, 4 + column - 2, 5 - (row - 2)]
            np.testing.assert_array_equal(neighbours.signals[:, row, column], expected)


def test_cells_outside_the_grid_are_nan(store):
    neighbours = read_neighbours(store[0], (0, 0, 0), (1, 1), (0, 1), 3)
    np.testing.assert_array_equal(neighbours.is_inside, [[0, 0, 0], [0, 1, 1], [0, 1, 1]])
    np.testing.assert_array_equal(np.isnan(neighbours.signals[0]), ~neighbours.is_inside)


def test_common_range_spans_all_cells():
    assert common_range(np.array([1.0, np.nan, -3.0])) == (-3.0, 1.0)
    assert common_range(np.array([np.nan])) == (0.0, 1.0)


@pytest.mark.parametrize("wrong", [{"size": 4}, {"right": (2, 1)}, {"down": (2, 2)}])
def test_squares_that_are_none_are_refused(wrong):
    with pytest.raises(ValueError, match="size"):
        neighbour_voxels((3, 4, 5), **{"down": (2, 1), "right": (0, 1), "size": 3, **wrong})
