"""Each verdict has a file that triggers it and one that does not."""

import nibabel as nib
import numpy as np
import pytest
from nibabel.eulerangles import euler2mat

from lib.images.headers.doctor import examine_header
from tests.builders.image_files import write_mgh
from tests.builders.odd_headers import SCANNER, finding, make_image, stored, turned


def test_no_orientation_at_all_is_broken(tmp_path):
    img = stored(make_image(), tmp_path, sform_code=0, qform_code=0)
    found = finding(img, "Affine in use")
    assert found.verdict == "broken"
    assert "both codes are 0" in found.reason
    assert "Left and right are a guess" in found.reason


def test_either_form_alone_is_an_orientation(tmp_path):
    by_qform = finding(stored(make_image(), tmp_path, sform_code=0), "Affine in use")
    assert by_qform.verdict == "fine"
    assert by_qform.reason.startswith("The qform")
    by_sform = finding(stored(make_image(), tmp_path, qform_code=0), "Affine in use")
    assert by_sform.verdict == "fine"
    assert by_sform.reason.startswith("The sform")


def test_a_code_that_nifti_does_not_define_is_broken(tmp_path):
    found = finding(stored(make_image(), tmp_path, sform_code=17), "Form codes")
    assert found.verdict == "broken"
    assert "form code 17" in found.reason
    assert ("qform code", "1 (scanner)") in found.values
    assert finding(stored(make_image(), tmp_path, sform_code=5), "Form codes").verdict == "fine"


@pytest.mark.parametrize(
    ("millimetres", "verdict"), [(0.1, "fine"), (2.0, "look here"), (6.0, "broken")], ids=["rounding", "half", "more"]
)
def test_forms_of_one_space_that_disagree(tmp_path, millimetres, verdict):
    img = make_image()
    moved = SCANNER.copy()
    moved[0, 3] += millimetres
    img.set_sform(moved, 1)
    found = finding(stored(img, tmp_path), "sform against qform")
    assert found.verdict == verdict
    assert ("largest distance at the corners", f"{millimetres:.2f} mm") in found.values


def test_forms_of_two_spaces_may_disagree_but_one_should_know(tmp_path):
    img = make_image()
    moved = SCANNER.copy()
    moved[:3, 3] += [30, 40, 0]
    img.set_sform(moved, 4)
    found = finding(stored(img, tmp_path), "sform against qform")
    assert found.verdict == "look here"
    assert "up to 50.00 mm apart, because they name two spaces: sform 4 (MNI152), qform 1 (scanner)" in found.reason


def test_the_distance_is_taken_at_the_corners_not_at_the_origin(tmp_path):
    """Two forms that share their first voxel and are turned by 1 degree against each other."""
    img = make_image()
    tilted = SCANNER.copy()
    tilted[:3, :3] = euler2mat(z=np.deg2rad(1)) @ tilted[:3, :3]
    img.set_sform(tilted, 1)
    found = finding(stored(img, tmp_path), "sform against qform")
    far = np.hypot(31 * 4, 39 * 4) * 2 * np.sin(np.deg2rad(0.5))  # chord of 1 degree at the far corner, in the plane
    assert float(found.values[0][1].split()[0]) == pytest.approx(far, abs=0.01)


def test_a_quaternion_that_is_no_rotation_is_broken(tmp_path):
    found = finding(stored(make_image(), tmp_path, quatern_b=1.5), "sform against qform")
    assert found.verdict == "broken"
    assert "too large for a rotation" in found.reason


def test_a_form_that_is_not_finite_is_broken(tmp_path):
    found = finding(stored(make_image(), tmp_path, qoffset_x=np.nan), "sform against qform")
    assert found.verdict == "broken"
    assert "not finite" in found.reason


@pytest.mark.parametrize(
    ("row", "said"),
    [([np.nan, 0, 0, 0], "not finite"), ([0, 0, 0, 0], "cannot be inverted")],
    ids=["not finite", "singular"],
)
def test_an_affine_that_places_nothing_is_broken(tmp_path, row, said):
    findings = examine_header(stored(make_image(), tmp_path, srow_x=row))
    assert findings[0].name == "Affine"
    assert findings[0].verdict == "broken"
    assert said in findings[0].reason
    assert not {"Handedness", "Tilt", "Shear", "Field of view"} & {found.name for found in findings}


def test_both_hands_are_fine(tmp_path):
    assert "left-handed (radiological" in finding(stored(make_image(), tmp_path), "Handedness").reason
    neurological = np.diag([4.0, 4, 4, 1])
    found = finding(stored(make_image(neurological), tmp_path), "Handedness")
    assert found.verdict == "fine"
    assert "right-handed (neurological" in found.reason
    assert "i left to right, j posterior to anterior, k inferior to superior" in found.reason


def test_forms_of_different_hands_are_broken(tmp_path):
    img = make_image()
    img.set_sform(SCANNER @ np.diag([-1, 1, 1, 1]), 1)
    found = finding(stored(img, tmp_path), "Handedness")
    assert found.verdict == "broken"
    assert "swaps left and right" in found.reason


def test_forms_of_one_hand_that_are_turned_half_round_are_broken_too(tmp_path):
    """The determinants agree, but what is left in one form is right in the other."""
    img = make_image()
    img.set_sform(SCANNER @ np.diag([-1, -1, 1, 1]), 1)
    found = finding(stored(img, tmp_path), "Handedness")
    assert found.verdict == "broken"
    assert "swaps left and right" in found.reason


def test_a_freesurfer_file_without_orientation_is_broken(tmp_path):
    found = finding(nib.load(write_mgh(tmp_path / "silent.mgz", has_ras=False)), "Affine in use")
    assert found.verdict == "broken"
    assert "goodRASFlag" in found.reason
    assert finding(nib.load(write_mgh(tmp_path / "told.mgz")), "Affine in use").verdict == "fine"


def test_a_qfac_of_0_asks_for_a_look(tmp_path):
    right_handed = make_image(np.diag([4.0, 4, 4, 1]))
    pixdim = right_handed.header["pixdim"].copy()
    pixdim[0] = 0
    found = finding(stored(right_handed, tmp_path, pixdim=pixdim), "Handedness")
    assert found.verdict == "look here"
    assert "is 0 instead of -1 or 1" in found.reason


@pytest.mark.parametrize(("degrees", "verdict"), [(0, "fine"), (1.5, "fine"), (3, "look here")])
def test_tilt_is_worth_knowing_from_two_degrees(tmp_path, degrees, verdict):
    found = finding(stored(make_image(turned(degrees)), tmp_path), "Tilt")
    assert found.verdict == verdict
    assert f"{degrees:.2f}" in found.reason


def test_shear_asks_for_a_look(tmp_path):
    img = make_image()
    sheared = SCANNER.copy()
    sheared[0, 1] = 4 * np.tan(np.deg2rad(5))
    img.set_sform(sheared, 1)
    found = finding(stored(img, tmp_path), "Shear")
    assert found.verdict == "look here"
    assert "5.00 degrees" in found.reason
    assert finding(stored(make_image(turned(20)), tmp_path), "Shear").verdict == "fine"
