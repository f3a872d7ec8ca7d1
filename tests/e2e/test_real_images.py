"""Real brains in the browser: those the packages bring along, and those beside the project where they are."""

import nibabel as nib
import numpy as np
import pytest
from nibabel.affines import apply_affine

from lib.studies.image_ids import bundled_path
from tests.e2e import hand


def test_the_motor_map_is_read_at_its_peak(look_at):
    img = nib.load(bundled_path("motor-map"))
    data = img.get_fdata()
    peak = np.unravel_index(np.nanargmax(data), data.shape)
    x, y, z = apply_affine(img.affine, peak)
    page = look_at(f"/anatomy?image=motor-map&x={x}&y={y}&z={z}")
    assert hand.expect_voxel(page, peak).value == pytest.approx(7.941, abs=5e-4)
    assert [hand.code_under_crosshair(page, plane) for plane in hand.PLANES] == [255, 255, 255]


def test_the_motor_map_lies_on_the_template(look_at):
    page = look_at("/anatomy?image=mni152-t1&overlay=motor-map&x=-36&y=-24&z=60")
    hand.expect_readout(page, "motor-map value")
    below, above = hand.count_by_sign(page)
    assert above > 1000
    assert below > 1000


@pytest.mark.parametrize("order", ["LPS", "PSR", "SLA"])
def test_each_storage_order_shows_the_same_anatomy(shared_data, look_at, order):
    place = "x=-20&y=-30&z=20"
    page = look_at(f"/anatomy?image=orientations/RAS.nii.gz&{place}")
    other = look_at(f"/anatomy?image=orientations/{order}.nii.gz&{place}")
    assert hand.read_readout(other).value == hand.read_readout(page).value
    for plane in hand.PLANES:
        np.testing.assert_array_equal(hand.read_slice(other, plane), hand.read_slice(page, plane))


def test_left_and_right_twins_show_their_left_on_the_same_side(shared_data, look_at):
    """mniLR and mniRL hold one brain stored in two directions along the first axis."""
    page = look_at("/anatomy?image=oro.nifti/mniLR.nii.gz&x=-30&y=0&z=0")
    other = look_at("/anatomy?image=oro.nifti/mniRL.nii.gz&x=-30&y=0&z=0")
    assert hand.read_readout(page).value == hand.read_readout(other).value
    left = [hand.place_of(one, "axial", (-30, 0, 0))[0] for one in (page, other)]
    right = [hand.place_of(one, "axial", (30, 0, 0))[0] for one in (page, other)]
    assert left[0] < right[0]
    assert left == pytest.approx(right[::-1], abs=400)
    np.testing.assert_array_equal(hand.read_slice(page, "axial"), hand.read_slice(other, "axial"))


def test_a_broken_file_of_a_start_folder_is_said(shared_data, look_at):
    page = look_at("/anatomy?image=broken/html_404_saved_as.nii.gz", chart=None)
    hand.expect_alert(page, "html_404_saved_as.nii.gz holds a web page, not an image")
