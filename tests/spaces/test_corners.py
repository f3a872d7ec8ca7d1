"""Where two affines put the corner voxels."""

import numpy as np

from lib.spaces.corners import compare_corners
from lib.spaces.grids import largest_corner_distance


def test_a_shift_puts_all_corners_equally_far_apart(oblique_affine):
    shifted = oblique_affine.copy()
    shifted[:3, 3] += (3, 4, 0)
    corners = compare_corners((7, 8, 9), oblique_affine, shifted)
    np.testing.assert_allclose(corners.distances, 5.0)
    assert corners.ijk[0].tolist() == [0, 0, 0]
    assert corners.ijk[-1].tolist() == [6, 7, 8]


def test_the_worst_corner_is_the_largest_corner_distance(oblique_affine):
    other = np.diag([2.0, 2.5, 3.0, 1.0])
    corners = compare_corners((7, 8, 9, 5), oblique_affine, other)
    assert corners.distances.max() == largest_corner_distance((7, 8, 9), oblique_affine, other)
    np.testing.assert_allclose(corners.second[-1], (12, 17.5, 24))
