import nibabel as nib
import numpy as np
import pytest
from hypothesis import example, given, settings
from nibabel.affines import obliquity, voxel_sizes

from lib.errors import InputError
from lib.spaces.affines import (
    nearest_storage,
    obliquity_degrees,
    put_together,
    require_invertible,
    rotation_about,
    take_apart,
)
from tests.builders.known_affines import NOTES_AFFINE, affines

# Turned so little that nibabel's quaternion has a w above 1.
HARDLY_TURNED = np.diag([1.0, -1.0, 1.0, 1.0])
HARDLY_TURNED[[1, 2], [2, 1]] = -1.32747071e-11


@settings(max_examples=60, deadline=None)
@given(affine=affines(largest_shear=0.3))
@example(affine=HARDLY_TURNED)
def test_parts_put_together_are_the_affine(affine):
    np.testing.assert_allclose(put_together(take_apart(affine)), affine, rtol=0, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(affine=affines(largest_shear=0.3))
def test_each_part_is_what_its_name_says(affine):
    parts = take_apart(affine)
    np.testing.assert_allclose(parts.voxel_sizes, voxel_sizes(affine), rtol=1e-12)
    np.testing.assert_allclose(parts.tilt @ parts.tilt.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(parts.tilt) == pytest.approx(1.0)
    np.testing.assert_allclose(parts.shear, parts.shear.T, atol=1e-12)
    assert np.linalg.eigvalsh(parts.shear).min() > 0
    np.testing.assert_array_equal(np.abs(parts.storage).sum(axis=0), 1)
    assert np.linalg.det(parts.storage) == pytest.approx(np.sign(np.linalg.det(affine[:3, :3])))
    np.testing.assert_allclose(parts.obliquity_degrees, np.rad2deg(obliquity(affine)), atol=1e-9)
    assert parts.axcodes == nib.aff2axcodes(affine)


@settings(max_examples=40, deadline=None)
@given(affine=affines())
def test_without_shear_the_tilt_is_the_rotation_that_a_qform_stores(affine):
    """nibabel's set_qform makes its own polar decomposition: the same rotation, up to storage order."""
    header = nib.Nifti1Header()
    header.set_qform(affine, 1)
    stored = header.get_qform()[:3, :3] / voxel_sizes(affine)
    parts = take_apart(affine)
    np.testing.assert_allclose(parts.tilt @ parts.storage, stored, atol=2e-3)
    np.testing.assert_allclose(parts.shear, np.eye(3), atol=1e-9)


def test_tilt_angles_turn_about_z_first_then_y_then_x():
    turned = np.eye(4)
    turned[:3, :3] = rotation_about("x", 5) @ rotation_about("y", -3) @ rotation_about("z", 11)
    np.testing.assert_allclose(take_apart(turned).tilt_degrees, [5, -3, 11], atol=1e-9)


def test_one_turn_says_the_same_as_three(oblique_affine):
    from scipy.spatial.transform import Rotation

    parts = take_apart(oblique_affine)
    again = Rotation.from_rotvec(np.deg2rad(parts.turn_degrees) * parts.turn_axis).as_matrix()
    np.testing.assert_allclose(again, parts.tilt, atol=1e-9)


def test_a_turn_about_z_carries_right_towards_front():
    np.testing.assert_allclose(rotation_about("z", 90) @ [1, 0, 0], [0, 1, 0], atol=1e-12)


def test_a_straight_image_in_any_storage_order_has_no_tilt():
    psr = np.array([[0, 0, 3.0, 5], [-2, 0, 0, 6], [0, 4, 0, 7], [0, 0, 0, 1]])
    parts = take_apart(psr)
    np.testing.assert_array_equal(parts.tilt, np.eye(3))
    np.testing.assert_array_equal(parts.storage, [[0, 0, 1], [-1, 0, 0], [0, 1, 0]])
    assert parts.turn_degrees == 0
    assert parts.axcodes == ("P", "S", "R")
    assert parts.is_left_handed  # (back, up, right): the thumb points left


def test_the_oblique_left_handed_affine_gives_back_what_it_was_built_of(oblique_affine):
    parts = take_apart(oblique_affine)
    np.testing.assert_allclose(parts.voxel_sizes, [2, 2.5, 3])
    assert parts.is_left_handed
    assert parts.axcodes == ("L", "A", "S")
    np.testing.assert_allclose(parts.tilt, rotation_about("z", -7) @ rotation_about("x", 12), atol=1e-12)
    np.testing.assert_allclose(parts.translation, [9, -11, 4])
    assert parts.largest_shear_degrees == pytest.approx(0, abs=1e-5)


def test_the_notes_affine_has_the_notes_obliquity():
    np.testing.assert_allclose(obliquity_degrees(NOTES_AFFINE), [3.67, 5.41, 4.01], atol=0.005)
    parts = take_apart(NOTES_AFFINE)
    assert parts.axcodes == ("R", "A", "S")
    np.testing.assert_allclose(parts.voxel_sizes, 1, atol=1e-5)


def test_shear_is_the_angle_missing_to_a_right_angle():
    sheared = np.eye(4)
    sheared[0, 1] = np.tan(np.deg2rad(10))  # j leans 10 degrees towards x
    assert take_apart(sheared).largest_shear_degrees == pytest.approx(10)


def test_mirrored_affine_has_mirrored_storage():
    np.testing.assert_array_equal(nearest_storage(np.diag([-2.0, 2, 2, 1])), np.diag([-1, 1, 1]))


def test_the_affine_given_is_not_written_to(oblique_affine):
    before = oblique_affine.copy()
    put_together(take_apart(oblique_affine))
    np.testing.assert_array_equal(oblique_affine, before)


@pytest.mark.parametrize(
    ("affine", "said"),
    [
        (np.eye(3), r"4 x 4 numbers, but this one has the shape \(3, 3\)"),
        (np.diag([1, np.nan, 1, 1]), "1 of the 16 numbers of this affine are not finite"),
        (np.diag([2.0, 0, 2, 1]), "flattens the voxels"),
        (np.array([[1.0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]), "cannot be inverted"),
    ],
    ids=["shape", "nan", "zero column", "parallel columns"],
)
def test_an_affine_that_cannot_be_inverted_says_why(affine, said):
    with pytest.raises(InputError, match=said):
        require_invertible(affine)


def test_tiny_voxels_are_no_singular_affine():
    assert require_invertible(np.diag([1e-5, 1e-5, 1e-5, 1])).shape == (4, 4)
