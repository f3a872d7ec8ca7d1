import nibabel as nib
import numpy as np
import pytest

from lib.images.sform_qform import code_words, read_forms


def image(sform_code, qform_code, affine=None):
    img = nib.Nifti1Image(np.zeros((7, 8, 9), np.uint8), np.eye(4))
    img.set_sform(np.diag([2.0, 2, 2, 1]) if affine is None else affine, sform_code)
    img.set_qform(np.diag([-2.0, 2, 2, 1]), qform_code)
    return img


@pytest.mark.parametrize(
    ("sform_code", "qform_code", "used", "reason"),
    [
        (1, 1, "sform", "its code, 1 (scanner), is not 0"),
        (4, 0, "sform", "its code, 4 (MNI152), is not 0"),
        (0, 1, "qform", "the qform code, 1 (scanner), is not"),
        (0, 0, "neither", "both codes are 0"),
    ],
)
def test_the_form_said_to_be_used_is_the_affine_nibabel_gives(sform_code, qform_code, used, reason):
    img = image(sform_code, qform_code)
    forms = read_forms(img.header)
    assert forms.used == used
    assert reason in forms.reason
    expected = {"sform": forms.sform, "qform": forms.qform, "neither": img.header.get_base_affine()}[used]
    np.testing.assert_array_equal(expected, img.header.get_best_affine())


def test_a_form_with_code_0_says_nothing():
    forms = read_forms(image(0, 2).header)
    assert forms.sform is None
    assert forms.qform_code == 2
    np.testing.assert_allclose(forms.qform, np.diag([-2, 2, 2, 1]), atol=1e-6)


def test_a_quaternion_that_is_none_gives_no_qform():
    img = image(1, 1)
    img.header["quatern_b"] = 1.5
    assert read_forms(img.header).qform is None
    assert read_forms(img.header).qform_code == 1


def test_other_formats_have_no_forms():
    assert read_forms(nib.MGHImage(np.zeros((7, 8, 9), np.uint8), np.eye(4)).header) is None


def test_codes_in_words():
    assert [code_words(code) for code in range(6)] == [
        "0 (unknown)",
        "1 (scanner)",
        "2 (aligned)",
        "3 (Talairach)",
        "4 (MNI152)",
        "5 (other template)",
    ]
    assert code_words(9) == "9 (not a NIfTI code)"
