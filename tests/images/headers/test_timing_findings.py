"""Each verdict has a file that triggers it and one that does not."""

import nibabel as nib
import pytest

from lib.images.headers.doctor import examine_header
from tests.builders.nibabel_images import opened
from tests.builders.odd_headers import SHAPE, finding, make_image, stored


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
