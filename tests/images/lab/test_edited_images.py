"""Affines tried on a copy: what each edit does, and the copy that is written."""

import nibabel as nib
import numpy as np
import pytest
from nibabel.affines import apply_affine

from lib.errors import InputError
from lib.images.image import open_image
from lib.images.lab.edited_images import (
    NO_EDIT,
    Edit,
    can_swap,
    copy_code,
    describe_edit,
    edit_image,
    is_copyable,
    other_form,
    write_copy,
)
from lib.images.sform_qform import read_forms
from tests.builders.image_files import count_up


@pytest.fixture
def image(tmp_path, oblique_affine):
    """Image whose sform and qform differ by 4 mm along x."""
    img = nib.Nifti1Image(count_up(), oblique_affine)
    shifted = oblique_affine.copy()
    shifted[0, 3] += 4
    img.set_sform(oblique_affine, 1)
    img.set_qform(shifted, 1)
    nib.save(img, tmp_path / "scan.nii.gz")
    return open_image(tmp_path / "scan.nii.gz")


def edited(image, **edit):
    return edit_image(image, Edit(**edit), read_forms(image.img.header))


def test_no_edit_leaves_the_affine_as_it_is(image):
    np.testing.assert_array_equal(edited(image).affine, image.affine)
    assert not edited(image).is_edited


def test_a_move_adds_to_the_last_column(image):
    moved = edited(image, move=(5.0, -3.0, 2.0))
    np.testing.assert_allclose(moved.affine[:3, 3] - image.affine[:3, 3], (5, -3, 2))
    np.testing.assert_array_equal(moved.affine[:3, :3], image.affine[:3, :3])


def test_a_turn_leaves_the_box_centre_where_it_is(image):
    turned = edited(image, turn=(10.0, 20.0, 30.0))
    np.testing.assert_allclose(
        apply_affine(turned.affine, (3, 3.5, 4)), apply_affine(image.affine, (3, 3.5, 4)), atol=1e-5
    )


def test_a_mirrored_axis_changes_hands_and_keeps_the_box(image):
    mirrored = edited(image, mirrored=("i",))
    assert np.linalg.det(mirrored.affine[:3, :3]) * np.linalg.det(image.affine[:3, :3]) < 0
    np.testing.assert_allclose(mirrored.affine[:3, 3], apply_affine(image.affine, (6, 0, 0)), atol=1e-5)


def test_a_flipped_axis_counts_the_other_way_and_moves_nothing(image):
    flipped = edited(image, flipped=("k",))
    np.testing.assert_array_equal(flipped.placing, image.affine)
    xyz = apply_affine(image.affine, (1, 2, 3))
    assert flipped.voxel(xyz) == (1, 2, 5)
    assert flipped.stored_voxel((1, 2, 5)) == (1, 2, 3)


def test_a_swap_uses_the_form_that_nibabel_does_not(image):
    np.testing.assert_allclose(edited(image, is_swapped=True).affine[0, 3] - image.affine[0, 3], 4, atol=1e-5)


def test_a_swap_without_a_second_form_is_refused(tmp_path):
    img = nib.Nifti1Image(count_up(), np.diag([2.0, 2, 2, 1]))
    img.set_qform(None, 0)
    nib.save(img, tmp_path / "one-form.nii")
    image = open_image(tmp_path / "one-form.nii")
    assert not can_swap(read_forms(image.img.header))
    with pytest.raises(InputError, match=r"one-form\.nii does not have both an sform and a qform"):
        other_form(read_forms(image.img.header), image.name)


@pytest.mark.parametrize(
    "edit",
    [
        {"move": (5.0, 0.0, 0.0)},
        {"turn": (0.0, 0.0, 15.0)},
        {"mirrored": ("j",)},
        {"flipped": ("i", "k")},
        {"is_swapped": True},
        {"is_swapped": True, "move": (1.0, 2.0, 3.0), "turn": (5.0, 0.0, -5.0), "mirrored": ("k",), "flipped": ("j",)},
    ],
)
def test_the_copy_that_is_written_has_the_values_and_places_that_were_shown(image, tmp_path, edit):
    result = edited(image, **edit)
    path = tmp_path / "copy.nii.gz"
    nib.save(write_copy(result), path)
    copy = nib.load(path)
    np.testing.assert_allclose(copy.affine, result.affine, atol=1e-4)
    assert copy.get_data_dtype() == np.int16
    stored = result.stored_voxel((1, 2, 3))
    assert copy.dataobj[1, 2, 3] == image.img.dataobj[stored]


def test_the_copy_keeps_slope_and_intercept_through_a_flip(tmp_path):
    img = nib.Nifti1Image(count_up(), np.diag([2.0, 2, 2, 1]))
    img.header.set_slope_inter(0.5, 10)
    nib.save(img, tmp_path / "scaled.nii.gz")
    image = open_image(tmp_path / "scaled.nii.gz")
    nib.save(write_copy(edited(image, flipped=("i",))), tmp_path / "copy.nii.gz")
    copy = nib.load(tmp_path / "copy.nii.gz")
    assert copy.dataobj.slope == 0.5
    np.testing.assert_allclose(copy.get_fdata(), np.flip(image.img.get_fdata(), 0))


def test_writing_the_copy_leaves_the_original_alone(image):
    before = image.path.read_bytes()
    affine = image.img.affine.copy()
    write_copy(edited(image, move=(50.0, 0.0, 0.0), mirrored=("i",), flipped=("j",)))
    assert image.path.read_bytes() == before
    np.testing.assert_array_equal(image.img.affine, affine)


def test_the_code_beside_the_button_makes_the_same_copy(image, tmp_path, monkeypatch):
    result = edited(image, move=(5.0, 0.0, 0.0), turn=(0.0, 12.0, 0.0), flipped=("j",))
    monkeypatch.chdir(tmp_path)
    exec(copy_code(result), {})
    made, ours = nib.load(tmp_path / "scan_edited.nii.gz"), write_copy(result)
    np.testing.assert_allclose(made.affine, ours.affine, atol=1e-4)
    np.testing.assert_array_equal(np.asarray(made.dataobj), np.asarray(ours.dataobj))


def test_an_edit_is_told_in_the_order_in_which_it_is_done():
    text = describe_edit(Edit(move=(-5.0, 0.0, 2.5), turn=(0.0, 0.0, 10.0), mirrored=("i",), is_swapped=True))
    assert text == (
        "The copy is sform and qform swapped, then mirrored along i, in the affine alone, then turned by 10° about z, "
        "then moved by 5 mm to the left, then moved by 2.5 mm to the top."
    )
    assert describe_edit(NO_EDIT) == "Nothing is edited yet: this is the file's own affine."


def test_an_image_beyond_the_limit_is_not_copied(image, monkeypatch):
    monkeypatch.setattr("lib.images.lab.edited_images.MAX_COPY_BYTES", 100)
    assert not is_copyable(image)
    with pytest.raises(InputError, match="copies are made up to"):
        write_copy(edited(image, flipped=("i",)))
