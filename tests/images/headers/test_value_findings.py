"""Each verdict has a file that triggers it and one that does not."""

import nibabel as nib
import numpy as np
import pytest

from tests.builders.nibabel_images import opened
from tests.builders.odd_headers import SCANNER, SHAPE, finding, make_image, stored


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
