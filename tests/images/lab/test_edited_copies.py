from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from lib.errors import InputError
from lib.images.lab.edited_copies import copy_with_affine, copy_with_swapped_forms
from lib.spaces.affine_edits import translate
from tests.builders.nibabel_images import FOLDER, opened


def reopened(copy, tmp_path):
    """What a person finds who downloads the copy."""
    path = tmp_path / "copy.nii.gz"
    nib.save(copy, path)
    return nib.load(path)


@pytest.fixture
def scaled_image(tmp_path, rng):
    """int16 on disk with slope 0.5 and intercept 10."""
    img = nib.Nifti1Image(rng.integers(-99, 99, (7, 8, 9)).astype(np.int16), np.diag([-2.0, 2, 2, 1]))
    img.header.set_slope_inter(0.5, 10)
    path = tmp_path / "scaled.nii"
    nib.save(img, path)
    return nib.load(path)


def test_the_copy_has_the_new_affine_and_the_same_stored_numbers(scaled_image, oblique_affine, tmp_path):
    copy = reopened(copy_with_affine(scaled_image, oblique_affine), tmp_path)
    np.testing.assert_allclose(copy.affine, oblique_affine, atol=1e-6)
    np.testing.assert_array_equal(copy.dataobj.get_unscaled(), scaled_image.dataobj.get_unscaled())
    assert (copy.dataobj.slope, copy.dataobj.inter) == (0.5, 10)
    np.testing.assert_array_equal(copy.get_fdata(), scaled_image.get_fdata())
    assert (int(copy.header["sform_code"]), int(copy.header["qform_code"])) == (2, 2)
    np.testing.assert_allclose(copy.get_qform(), oblique_affine, atol=1e-4)


def test_the_original_is_untouched(scaled_image):
    before, file_before = scaled_image.affine.copy(), Path(scaled_image.get_filename()).read_bytes()
    copy_with_affine(scaled_image, translate(scaled_image.affine, (5, 0, 0)))
    np.testing.assert_array_equal(scaled_image.affine, before)
    assert Path(scaled_image.get_filename()).read_bytes() == file_before


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("functional.nii", nib.Nifti1Image),
        ("example_nifti2.nii.gz", nib.Nifti2Image),
        ("example4d+orig.BRIK.gz", nib.Nifti1Image),
        ("scaled+tlrc.BRIK", nib.Nifti1Image),
        ("phantom_EPI_asc_CLEAR_2_1.PAR", nib.Nifti1Image),
        ("test.mgz", nib.Nifti1Image),
    ],
)
def test_every_format_gives_a_nifti_copy_with_its_values(name, kind, tmp_path):
    with opened(name) as img:
        copy = reopened(copy_with_affine(img, translate(img.affine, (1, 2, 3))), tmp_path)
        assert type(copy) is kind
        np.testing.assert_allclose(copy.affine[:3, 3], img.affine[:3, 3] + [1, 2, 3], atol=1e-4)
        np.testing.assert_allclose(copy.get_fdata(), img.get_fdata(), rtol=1e-6)


def test_minc_keeps_time_first_and_its_copy_last(tmp_path):
    img = nib.load(FOLDER / "minc1_4d.mnc")
    copy = reopened(copy_with_affine(img, img.affine), tmp_path)
    assert (img.shape, copy.shape) == ((2, 10, 20, 20), (10, 20, 20, 2))
    np.testing.assert_allclose(copy.get_fdata()[..., 1], img.get_fdata()[1], rtol=1e-6)
    np.testing.assert_allclose(copy.header.get_zooms(), (2, 2, 2, 1))


def test_a_time_step_in_milliseconds_becomes_seconds():
    img = nib.load(FOLDER / "test.mgz")  # MGH: tr 2, in ms
    copy = copy_with_affine(img, img.affine)
    assert copy.header.get_zooms()[3] == pytest.approx(0.002)
    assert copy.header.get_xyzt_units() == ("mm", "sec")


def test_swapping_exchanges_affines_and_codes(tmp_path):
    img = nib.Nifti1Image(np.zeros((7, 8, 9), np.uint8), None)
    img.set_sform(np.diag([2.0, 2, 2, 1]), 4)
    img.set_qform(np.diag([-3.0, 3, 3, 1]), 1)
    copy = reopened(copy_with_swapped_forms(img), tmp_path)
    sform, sform_code = copy.get_sform(coded=True)
    qform, qform_code = copy.get_qform(coded=True)
    np.testing.assert_allclose(sform, np.diag([-3, 3, 3, 1]), atol=1e-6)
    np.testing.assert_allclose(qform, np.diag([2, 2, 2, 1]), atol=1e-6)
    assert (sform_code, qform_code) == (1, 4)
    np.testing.assert_array_equal(copy.affine, sform)


def test_swapping_needs_both_forms():
    img = nib.Nifti1Image(np.zeros((7, 8, 9), np.uint8), np.eye(4))  # nibabel sets the sform only
    with pytest.raises(InputError, match="The sform code is 2 and the qform code 0; swapping needs both set"):
        copy_with_swapped_forms(img)


def test_swapping_needs_a_nifti_file():
    with pytest.raises(InputError, match="MGHImage has one affine, so there is nothing to swap"):
        copy_with_swapped_forms(nib.MGHImage(np.zeros((7, 8, 9), np.uint8), np.eye(4)))


def test_an_affine_that_cannot_be_inverted_is_not_written(scaled_image):
    with pytest.raises(InputError, match="flattens the voxels"):
        copy_with_affine(scaled_image, np.diag([1.0, 1, 0, 1]))
