import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.affines import apply_affine

from lib.spaces.affine_edits import flip_storage, mirror_in_place, rotate, translate
from lib.spaces.grids import box_centre, box_corners, make_grid
from tests.builders.known_affines import affines, points, shapes


def value_at_world(data, affine, xyz):
    i, j, k = np.rint(apply_affine(np.linalg.inv(affine), xyz)).astype(int)
    return data[i, j, k]


def corner_set(shape, affine):
    return np.array(sorted(np.round(box_corners(make_grid(shape, affine)), 6).tolist()))


def test_translation_moves_every_voxel_by_the_same_millimetres(oblique_affine):
    moved = translate(oblique_affine, (1, -2, 3))
    ijk = (3, 5, 7)
    np.testing.assert_allclose(apply_affine(moved, ijk) - apply_affine(oblique_affine, ijk), [1, -2, 3])


@settings(max_examples=40, deadline=None)
@given(affine=affines(), centre=points, degrees=st.floats(-180, 180), axis=st.sampled_from("xyz"))
def test_rotation_keeps_its_centre_and_turns_back(affine, centre, degrees, axis):
    turned = rotate(affine, axis, degrees, centre)
    still = apply_affine(np.linalg.inv(affine), centre)
    np.testing.assert_allclose(apply_affine(turned, still), centre, atol=1e-7)
    np.testing.assert_allclose(rotate(turned, axis, -degrees, centre), affine, atol=1e-7)
    np.testing.assert_allclose(nib.affines.voxel_sizes(turned), nib.affines.voxel_sizes(affine), rtol=1e-9)


def test_quarter_turn_about_z_by_hand():
    turned = rotate(np.eye(4), "z", 90, (1, 0, 0))
    np.testing.assert_allclose(apply_affine(turned, (2, 0, 5)), [1, 1, 5], atol=1e-12)


def test_turning_about_the_image_centre_leaves_the_centre(oblique_affine):
    centre = box_centre(make_grid((7, 8, 9), oblique_affine))
    turned = rotate(oblique_affine, "y", 33, centre)
    np.testing.assert_allclose(box_centre(make_grid((7, 8, 9), turned)), centre, atol=1e-9)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_flipped_storage_shows_the_same_value_at_the_same_place(oblique_affine, axis):
    data = np.arange(7 * 8 * 9).reshape(7, 8, 9)
    flipped, affine = flip_storage(data, oblique_affine, axis)
    assert not np.array_equal(flipped, data)
    for ijk in ((0, 0, 0), (6, 2, 8), (3, 7, 1)):
        assert value_at_world(flipped, affine, apply_affine(oblique_affine, ijk)) == data[ijk]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirroring_the_affine_alone_swaps_the_sides_inside_the_same_box(oblique_affine, axis):
    shape = (7, 8, 9)
    mirrored = mirror_in_place(oblique_affine, shape, axis)
    np.testing.assert_allclose(corner_set(shape, mirrored), corner_set(shape, oblique_affine), atol=1e-5)
    first, last = [2, 3, 4], [2, 3, 4]
    last[axis] = shape[axis] - 1 - first[axis]
    np.testing.assert_allclose(apply_affine(mirrored, first), apply_affine(oblique_affine, last))


@settings(max_examples=30, deadline=None)
@given(affine=affines(largest_shear=0.2), shape=shapes, axis=st.integers(0, 2))
def test_mirroring_changes_the_hand_and_twice_is_nothing(affine, shape, axis):
    once = mirror_in_place(affine, shape, axis)
    assert np.linalg.det(once[:3, :3]) == pytest.approx(-np.linalg.det(affine[:3, :3]))
    np.testing.assert_allclose(mirror_in_place(once, shape, axis), affine, atol=1e-9)


def test_mirror_by_hand():
    np.testing.assert_array_equal(
        mirror_in_place(np.diag([2.0, 3, 4, 1]), (7, 8, 9), 0),
        [[-2, 0, 0, 12], [0, 3, 0, 0], [0, 0, 4, 0], [0, 0, 0, 1]],
    )


def test_a_run_is_flipped_in_space_only(oblique_affine):
    data = np.arange(7 * 8 * 9 * 2).reshape(7, 8, 9, 2)
    flipped, _ = flip_storage(data, oblique_affine, 1)
    np.testing.assert_array_equal(flipped[..., 1], data[:, ::-1, :, 1])


def test_no_edit_writes_into_the_affine(oblique_affine):
    before = oblique_affine.copy()
    translate(oblique_affine, (1, 2, 3))
    rotate(oblique_affine, "x", 10, (0, 0, 0))
    mirror_in_place(oblique_affine, (7, 8, 9), 2)
    np.testing.assert_array_equal(oblique_affine, before)
