"""The anatomy page under the hand: what is clicked, dragged, wheeled, typed, and what is then shown."""

import numpy as np

from tests.e2e import hand, images

OBLIQUE = "/anatomy?image=scans/oblique.nii.gz"


def test_click_on_a_bright_voxel_moves_all_planes_to_it(look_at):
    page = look_at(OBLIQUE)
    x, y, z = images.bright_mm()
    hand.click_at(page, "axial", (x, y, z))
    hand.click_at(page, "sagittal", (x, y, z))
    readout = hand.expect_voxel(page, images.BRIGHT)
    assert readout.value == images.BRIGHT_VALUE
    np.testing.assert_allclose(readout.xyz, (x, y, z), atol=0.006)
    hand.wait_until_drawn(page)
    assert [hand.code_under_crosshair(page, plane) for plane in hand.PLANES] == [255, 255, 255]
