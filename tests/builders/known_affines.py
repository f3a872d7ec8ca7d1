"""Affines with known answers, and random ones: oblique, left- or right-handed, anisotropic, sheared on request."""

from itertools import permutations

import numpy as np
from hypothesis import strategies as st
from nibabel.affines import from_matvec
from nibabel.orientations import io_orientation
from nibabel.quaternions import quat2mat

NOTES_AFFINE = np.array(
    [
        [9.97948170e-01, -6.33936822e-02, 9.20792390e-03, -8.05883331e01],
        [6.38809726e-02, 9.95547771e-01, -6.93098381e-02, -9.50348053e01],
        [-4.77313204e-03, 6.97556883e-02, 9.97552693e-01, -1.17536789e02],
        [0, 0, 0, 1],
    ]
)
MNI_2MM = np.array([[-2.0, 0, 0, 90], [0, 2, 0, -126], [0, 0, 2, -72], [0, 0, 0, 1]])

sizes = st.floats(0.3, 6.0)
quaternions = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1)
points = st.tuples(*[st.floats(-200, 200)] * 3)


@st.composite
def affines(draw, largest_shear: float = 0.0):
    """Draw a (4, 4) affine: any rotation, any handedness, unequal voxel sizes, translation up to 200 mm."""
    rotation = quat2mat(draw(quaternions))
    flips = np.diag(draw(st.tuples(*[st.sampled_from((-1.0, 1.0))] * 3)))
    lean = np.eye(3)
    if largest_shear:
        lean[np.triu_indices(3, 1)] = draw(st.tuples(*[st.floats(-largest_shear, largest_shear)] * 3))
    zooms = np.diag(draw(st.tuples(sizes, sizes, sizes)))
    return from_matvec(rotation @ lean @ flips @ zooms, draw(points))


shapes = st.tuples(*[st.integers(2, 12)] * 3)


def has_nearest_axes(affine) -> bool:
    """Return whether each voxel axis has one nearest world axis: turned half way between two, none of them is nearer.

    nibabel then takes the one that it comes to first, which hangs on the order of the columns.
    """
    axes = io_orientation(affine)[:, 0]
    orders = [list(order) for order in permutations(range(3))]
    return all(np.array_equal(io_orientation(affine[:, [*order, 3]])[:, 0], axes[order]) for order in orders)
