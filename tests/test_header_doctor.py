"""Each verdict of the doctor has a file that triggers it and one that does not."""

import nibabel as nib
import numpy as np
import pytest
from nibabel.eulerangles import euler2mat

from lib.header_doctor import examine_header, worst_verdict
from tests.nibabel_images import opened

SCANNER = np.array([[-4.0, 0, 0, 126], [0, 4, 0, -110], [0, 0, 4, -60], [0, 0, 0, 1]])
SHAPE = (32, 40, 30)


def make_image(affine=SCANNER, shape=SHAPE, tr=2.0):
    """A run or volume that the doctor finds nothing wrong with."""
    img = nib.Nifti1Image(np.zeros(shape, np.int16), affine)
    img.set_sform(affine, 1)
    img.set_qform(affine, 1)
    img.header.set_xyzt_units("mm", "sec")
    if len(shape) == 4:
        img.header.set_zooms((*img.header.get_zooms()[:3], tr))
    return img


def stored(img, tmp_path, **fields):
    """Write the image with header fields that nibabel would not write, and open the file."""
    raw = bytearray(img.to_bytes())
    header = nib.Nifti1Header(bytes(raw[:348]), check=False)
    for name, value in fields.items():
        header[name] = value
    raw[:348] = header.binaryblock
    path = tmp_path / "stored.nii"
    path.write_bytes(raw)
    return nib.load(path)


def finding(img, name, sidecar_tr=None):
    return next(found for found in examine_header(img, sidecar_tr) if found.name == name)


def turned(degrees):
    affine = SCANNER.copy()
    affine[:3, :3] = euler2mat(x=np.deg2rad(degrees)) @ affine[:3, :3]
    return affine


# A good file


@pytest.mark.parametrize("shape", [SHAPE, (*SHAPE, 5)], ids=["volume", "run"])
def test_a_good_file_is_fine_in_every_respect(shape, tmp_path):
    findings = examine_header(stored(make_image(shape=shape), tmp_path), 2.0)
    assert {found.verdict for found in findings} == {"fine"}
    assert len(findings) == 14 + (len(shape) == 4)
    assert worst_verdict(findings) == "fine"
    assert not any(found.advice for found in findings)


def test_whatever_is_not_fine_has_a_reason_and_something_to_do(shared_data):
    paths = [*(shared_data / "tr-units").glob("*.nii.gz"), shared_data / "oro.nifti/filtered_func_data.nii.gz"]
    for path in paths:
        for found in examine_header(nib.load(path), 3.0):
            assert found.reason.endswith(".")
            assert bool(found.advice) == (found.verdict != "fine")


# Orientation


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
    assert ("largest distance at the corners", f"{millimetres:.3f} mm") in found.values


def test_forms_of_two_spaces_may_disagree_but_one_should_know(tmp_path):
    img = make_image()
    moved = SCANNER.copy()
    moved[:3, 3] += [30, 40, 0]
    img.set_sform(moved, 4)
    found = finding(stored(img, tmp_path), "sform against qform")
    assert found.verdict == "look here"
    assert "up to 50.0 mm apart, because they name two spaces: sform 4 (MNI152), qform 1 (scanner)" in found.reason


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


# Numbers


@pytest.mark.parametrize(
    ("sizes", "verdict", "said"),
    [
        ([1, 4, 4, 4], "fine", "4 x 4 x 4 mm"),
        ([1, -4, 4, 4], "look here", "-4 x 4 x 4"),
        ([1, 0, 4, 4], "broken", "0 x 4 x 4"),
        ([1, np.nan, 4, 4], "broken", "nan x 4 x 4"),
    ],
    ids=["positive", "negative", "zero", "nan"],
)
def test_stated_sizes_have_to_be_lengths(tmp_path, sizes, verdict, said):
    pixdim = np.ones(8)
    pixdim[:4] = sizes
    found = finding(stored(make_image(), tmp_path, pixdim=pixdim, qform_code=0), "Stated voxel sizes")
    assert found.verdict == verdict
    assert said in found.reason


def test_sizes_of_exactly_1_without_orientation_are_lost_sizes(shared_data):
    lost = nib.load(shared_data / "oro.nifti/filtered_func_data.nii.gz")
    found = finding(lost, "Stated voxel sizes")
    assert found.verdict == "broken"
    assert "the true sizes are lost" in found.reason
    assert finding(nib.load(shared_data / "oro.nifti/ffd.nii.gz"), "Stated voxel sizes").verdict == "fine"


def test_sizes_of_exactly_1_with_an_orientation_are_a_1_mm_image(tmp_path):
    img = make_image(np.diag([1.0, 1, 1, 1]), (100, 120, 90))
    assert finding(stored(img, tmp_path), "Stated voxel sizes").verdict == "fine"


@pytest.mark.parametrize(("stated", "verdict"), [(4.01, "fine"), (3.0, "broken"), (np.nan, "broken")])
def test_stated_sizes_have_to_be_the_affines(tmp_path, stated, verdict):
    pixdim = np.ones(8)
    pixdim[:4] = [-1, stated, 4, 4]
    found = finding(stored(make_image(), tmp_path, pixdim=pixdim, qform_code=0), "Voxel sizes against affine")
    assert found.verdict == verdict
    assert ("affine", "4 x 4 x 4 mm") in found.values


@pytest.mark.parametrize(
    ("size", "verdict", "said"),
    [
        (4.0, "fine", "128.0 x 160.0 x 120.0 mm"),
        (0.001, "look here", "A voxel side of 0.001 to 0.001 mm"),
        (0.2, "look here", "8.0 mm"),
        (25.0, "look here", "25"),
        (15.0, "fine", "600.0 x 150.0 x 150.0 mm"),
    ],
    ids=["head", "metres", "insect", "too coarse", "just possible"],
)
def test_a_field_of_view_that_holds_no_head_asks_for_a_look(tmp_path, size, verdict, said):
    shape = (40, 10, 10) if size == 15 else (40, 10, 40) if size == 0.2 else SHAPE
    found = finding(stored(make_image(np.diag([size, size, size, 1]), shape), tmp_path), "Field of view")
    assert found.verdict == verdict
    assert said in found.reason


@pytest.mark.parametrize(
    ("unit", "verdict"), [("mm", "fine"), ("unknown", "look here"), ("meter", "broken"), ("micron", "broken")]
)
def test_lengths_are_in_millimetres(tmp_path, unit, verdict):
    img = make_image()
    img.header.set_xyzt_units(unit, "sec")
    assert finding(stored(img, tmp_path), "Unit of length").verdict == verdict


@pytest.mark.parametrize(
    ("slope", "inter", "verdict", "said"),
    [
        (1, 0, "fine", "Slope 1 and intercept 0"),
        (0, 0, "fine", "A slope of 0 means unscaled"),
        (75.5, 3, "fine", "value = 75.5 x stored + 3"),
        (np.nan, np.nan, "look here", "not both numbers"),
        (0, 10, "look here", "the intercept of 10 is not applied"),
        (-2, 0, "look here", "The slope is negative"),
    ],
)
def test_scaling(tmp_path, slope, inter, verdict, said):
    found = finding(stored(make_image(), tmp_path, scl_slope=slope, scl_inter=inter), "Scaling")
    assert found.verdict == verdict
    assert said in found.reason


@pytest.mark.parametrize(
    ("shape", "verdict", "said"),
    [
        (SHAPE, "fine", "32 x 40 x 30"),
        ((*SHAPE, 5), "fine", "32 x 40 x 30 x 5"),
        ((*SHAPE, 1), "look here", "a single volume is stored as if it were a run"),
        ((*SHAPE, 1, 3), "fine", "32 x 40 x 30 x 1 x 3"),
        ((*SHAPE, 2, 3), "look here", "more than one axis after the three of space"),
        ((32, 40, 1), "look here", "one slice, not a volume"),
    ],
)
def test_dimensions(tmp_path, shape, verdict, said):
    img = make_image(shape=SHAPE if len(shape) == 5 else shape)
    if len(shape) == 5:
        img = nib.Nifti1Image(np.zeros(shape, np.int16), SCANNER)
    found = finding(stored(img, tmp_path), "Dimensions")
    assert found.verdict == verdict
    assert said in found.reason


def test_time_first_asks_for_a_look():
    with opened("minc1_4d.mnc") as img:
        found = finding(img, "Dimensions")
    assert found.verdict == "look here"
    assert "2 x 10 x 20 x 20 with time first" in found.reason


# Time


@pytest.mark.parametrize(
    ("name", "verdict", "said"),
    [
        ("ffd_original_TR3_sec", "fine", "every 3 s"),
        ("ffd_TR3000_msec", "fine", "every 3 s"),
        ("ffd_TR3e6_usec", "fine", "every 3 s"),
        ("ffd_TR3_units_unknown", "look here", "3 without a unit"),
        ("ffd_TR3000_says_sec", "broken", "Read as msec it would be 3 s"),
        ("ffd_TR0", "broken", "time has to move on"),
        ("ffd_TR-3", "broken", "-3 sec"),
        ("ffd_TRnan", "broken", "nan sec"),
        ("ffd_timeunit_hz", "broken", "3 hz for 18 volumes, which is no time"),
    ],
)
def test_time_step_of_one_run_written_in_nine_ways(shared_data, name, verdict, said):
    found = finding(nib.load(shared_data / f"tr-units/{name}.nii.gz"), "Time step")
    assert found.verdict == verdict
    assert said in found.reason


def test_a_time_step_of_33_minutes_is_milliseconds():
    with opened("example4d.nii.gz") as img:
        found = finding(img, "Time step")
    assert found.verdict == "broken"
    assert "2000 s" in found.reason
    assert found.reason.endswith("Read as msec it would be 2 s.")


def test_a_single_volume_has_no_time_step():
    with opened("anatomical.nii") as img:
        assert finding(img, "Time step").reason == "One volume has no time step."


@pytest.mark.parametrize(
    ("tr", "sidecar", "verdict", "said"),
    [
        (2.0, 2.0, "fine", "both say 2 s"),
        (2.0, 2.0004, "fine", "both say"),
        (2.0, 2.5, "broken", "The header says 2 s, the sidecar 2.5 s."),
        (2000.0, 2.0, "broken", "One is 1000 times the other"),
        (2.0, 2000.0, "broken", "no TR of a run. Read as msec it would be 2 s."),
        (2.0, 0.002, "broken", "no TR of a run. If the number was meant in seconds, it would be 2 s."),
        (2.0, -1.0, "broken", "no TR of a run"),
        (0.0, 2.0, "look here", "no usable time step; the sidecar says 2 s"),
    ],
)
def test_sidecar_and_header_have_to_agree(tmp_path, tr, sidecar, verdict, said):
    img = make_image(shape=(*SHAPE, 5))
    pixdim = img.header["pixdim"].copy()
    pixdim[4] = tr
    found = finding(stored(img, tmp_path, pixdim=pixdim), "Time step against sidecar", sidecar)
    assert found.verdict == verdict
    assert said in found.reason


def test_the_repetition_time_of_a_single_volume_is_no_step_between_volumes(tmp_path):
    """A T1w's sidecar says 2.3 s; its header's pixdim[4] is whatever the converter left there."""
    names = {found.name for found in examine_header(stored(make_image(), tmp_path), 2.3)}
    assert "Time step against sidecar" not in names


def test_without_a_sidecar_nothing_is_said_of_it(tmp_path):
    assert "Time step against sidecar" not in {found.name for found in examine_header(stored(make_image(), tmp_path))}


# Every format


@pytest.mark.parametrize(
    ("name", "worst", "not_fine"),
    [
        ("functional.nii", "fine", set()),
        ("nifti1.hdr", "fine", set()),
        ("example_nifti2.nii.gz", "broken", {"Tilt", "Time step"}),
        ("analyze.hdr", "look here", {"Affine in use", "Dimensions"}),
        ("example4d+orig.BRIK.gz", "fine", set()),
        ("scaled+tlrc.BRIK", "look here", {"Dimensions"}),
        ("phantom_EPI_asc_CLEAR_2_1.PAR", "look here", {"Tilt"}),
        ("tiny.mnc", "fine", set()),
        ("minc1_4d.mnc", "look here", {"Dimensions"}),
        ("test.mgz", "broken", {"Tilt", "Shear", "Voxel sizes against affine", "Time step"}),
    ],
)
def test_every_format_is_examined(name, worst, not_fine):
    with opened(name) as img:
        findings = examine_header(img)
    assert {found.name for found in findings if found.verdict != "fine"} == not_fine
    assert worst_verdict(findings) == worst


def test_a_real_oblique_session_is_sound_but_tilted(shared_data):
    for path in sorted((shared_data / "studyforrest-mini/sub-02").rglob("*.nii.gz")):
        findings = examine_header(nib.load(path))
        assert {found.name for found in findings if found.verdict != "fine"} == {"Tilt"}


def test_nothing_found_is_fine():
    assert worst_verdict([]) == "fine"
