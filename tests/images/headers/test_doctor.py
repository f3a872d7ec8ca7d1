import nibabel as nib
import pytest

from lib.images.headers.doctor import examine_header, worst_verdict
from tests.builders.nibabel_images import opened
from tests.builders.odd_headers import SHAPE, make_image, stored


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
