"""Lines between the voxels of one grid, in a slice of another."""

import numpy as np
from hypothesis import given, settings
from nibabel.affines import apply_affine, from_matvec

from lib.spaces.grid_lines import boundary_lines
from lib.spaces.grids import Grid
from tests.builders.known_affines import affines

UNIT = Grid((7, 8, 9), np.eye(4))
WINDOW = ((-0.5, 6.5), (-0.5, 7.5))


def test_a_grid_is_its_own_lattice():
    lines = boundary_lines(UNIT, UNIT, 2, 4, WINDOW)
    upright = sorted(line[0, 0] for line in lines if np.isclose(*line[:, 0]))
    level = sorted(line[0, 1] for line in lines if np.isclose(*line[:, 1]))
    np.testing.assert_allclose(upright, np.arange(8) - 0.5)
    np.testing.assert_allclose(level, np.arange(9) - 0.5)


def test_voxels_twice_as_large_have_half_the_lines():
    coarse = Grid((3, 4, 5), from_matvec(np.diag([2.0, 2.0, 2.0]), (0.5, 0.5, 0.5)))
    lines = boundary_lines(coarse, UNIT, 2, 4, WINDOW)
    assert len(lines) == 4 + 5


def test_a_grid_beside_the_slice_has_no_lines():
    far = Grid((3, 3, 3), from_matvec(np.eye(3), (100.0, 0.0, 0.0)))
    assert boundary_lines(far, UNIT, 2, 4, WINDOW).shape == (0, 2, 2)


def test_lines_end_at_the_window():
    lines = boundary_lines(UNIT, UNIT, 0, 3, ((2.0, 4.0), (1.0, 3.0)))
    assert lines[..., 0].min() >= 2 - 1e-5
    assert lines[..., 0].max() <= 4 + 1e-5
    assert lines[..., 1].min() >= 1 - 1e-5
    assert lines[..., 1].max() <= 3 + 1e-5


@settings(max_examples=60, deadline=None)
@given(affines(largest_shear=0.3), affines())
def test_both_ends_of_every_line_lie_on_a_face_of_a_source_voxel(source_affine, target_affine):
    target_affine = target_affine.copy()
    target_affine[:3, 3] = source_affine[:3, 3]
    source, target = Grid((5, 6, 4), source_affine), Grid((6, 7, 8), target_affine)
    lines = boundary_lines(source, target, 1, 3, ((-3.0, 9.0), (-3.0, 9.0)))
    ends = lines.reshape(-1, 2)
    ijk = np.insert(ends, 1, 3.0, axis=1)
    at = apply_affine(np.linalg.inv(source.affine), apply_affine(target.affine, ijk))
    assert (at > -0.5 - 1e-4).all()
    assert (at < np.array(source.shape) - 0.5 + 1e-4).all()
    from_face = np.abs(at + 0.5 - np.round(at + 0.5)).reshape(len(lines), 2, 3)
    assert (from_face.max(axis=1).min(axis=-1) < 1e-4).all()
