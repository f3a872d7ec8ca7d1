"""Grids along the world's axes around images that lie askew."""

import itertools

import numpy as np
import pytest
from nibabel.affines import apply_affine, from_matvec, voxel_sizes

from lib.spaces.grids import Grid
from lib.spaces.straight_grids import MOST_POINTS, straight_grid


@pytest.fixture
def askew(oblique_affine) -> Grid:
    return Grid((24, 28, 20), oblique_affine)


def test_the_whole_box_lies_inside(askew):
    made = straight_grid(askew)
    corners = np.array(list(itertools.product(*((-0.5, n - 0.5) for n in askew.shape))))
    indices = apply_affine(np.linalg.inv(made.affine), apply_affine(askew.affine, corners))
    assert (indices >= -0.5 - 1e-6).all()
    assert (indices <= np.array(made.shape) - 0.5 + 1e-6).all()
    # And no more than a point around it.
    np.testing.assert_allclose(indices.min(axis=0), -0.5, atol=1)
    np.testing.assert_allclose(indices.max(axis=0), np.array(made.shape) - 0.5, atol=1)


def test_points_lie_at_whole_millimetres_along_the_axes(askew):
    made = straight_grid(askew)
    np.testing.assert_array_equal(made.affine[:3, :3], np.eye(3))
    np.testing.assert_array_equal(made.affine[:3, 3], np.round(made.affine[:3, 3]))


@pytest.mark.parametrize(("edge", "step"), [(0.7, 0.5), (0.3, 0.2), (3.0, 1.0), (0.02, 0.02)])
def test_the_step_is_a_round_number_no_larger_than_a_voxel(edge, step):
    turned = from_matvec([[edge, 0.1 * edge, 0], [-0.1 * edge, edge, 0], [0, 0, edge]], [3, 4, 5])
    np.testing.assert_allclose(voxel_sizes(straight_grid(Grid((9, 8, 7), turned)).affine), step)


def test_a_very_large_box_has_a_coarser_step():
    turned = from_matvec([[2.0, 0.4, 0], [-0.4, 2.0, 0], [0, 0, 2.0]], [0, 0, 0])
    made = straight_grid(Grid((600, 500, 9), turned))
    assert max(made.shape) <= MOST_POINTS + 1
    np.testing.assert_allclose(voxel_sizes(made.affine), 5)


@pytest.mark.parametrize(
    "matrix", [np.diag([-2.0, 2, 3]), [[0, 0, 3.0], [-2, 0, 0], [0, 2, 0]], [[1, 1e-7, 0], [0, 1, 0], [0, 0, 1]]]
)
def test_what_lies_straight_stays_as_it_is(matrix):
    grid = Grid((4, 5, 6), from_matvec(matrix, [1, 2, 3]))
    assert straight_grid(grid) is grid
