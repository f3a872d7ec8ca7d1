"""The stage of the planes: smooth or as the voxels are, one plane large, and all of it on the whole screen."""

from io import BytesIO

import pytest
from nibabel.affines import apply_affine
from PIL import Image as Picture
from playwright.sync_api import expect

from tests.e2e import hand, images

OBLIQUE = "/anatomy?image=scans/oblique.nii.gz"
MNI = "/anatomy?image=scans/below/mni-2mm.nii.gz"
# Height in px of the strip under a plane, with its buttons.
STRIP = 28
STAGE = "document.querySelector('.st-key-slices .plot')"


def mm(*ijk: int):
    return apply_affine(images.oblique(), ijk)


def is_large(page, plane: str) -> bool:
    """Return whether a plane takes the whole stage, but for the strip under it with its buttons."""
    stage = hand.container(page, "slices").locator(".plot").bounding_box()
    area = hand.plane_area(page, plane)
    return (area.width, area.height) == pytest.approx((stage["width"], stage["height"] - STRIP), abs=2)


@pytest.mark.parametrize("image", [MNI, OBLIQUE])
def test_the_planes_fill_the_page_at_one_scale(look_at, image):
    """They were small, beside empty space."""
    page = look_at(image)
    areas = [hand.plane_area(page, plane) for plane in hand.PLANES]
    main = page.get_by_test_id("stMain").bounding_box()
    assert sum(area.width * area.height for area in areas) >= 0.55 * main["width"] * 900
    scales = []
    for plane, area in zip(hand.PLANES, areas, strict=True):
        across, up = (abs(last - first) for first, last in hand.plane_range(page, plane))
        scales += [area.width / across, area.height / up]
    assert scales == pytest.approx([scales[0]] * 6, rel=1e-3)
    # Edge to edge.
    assert areas[1].left - (areas[0].left + areas[0].width) < 5
    assert areas[2].left - (areas[1].left + areas[1].width) < 5


def test_a_double_click_gives_a_plane_the_stage_and_another_one_takes_it_back(look_at):
    page = look_at(OBLIQUE)
    before = hand.plane_area(page, "coronal")
    page.mouse.dblclick(*hand.place_of(page, "coronal", mm(6, 14, 5)))
    hand.wait_until_drawn(page)
    assert is_large(page, "coronal")
    hand.expect_address(page, large="coronal")
    # A click there is a click in that plane.
    hand.click_at(page, "coronal", mm(20, 14, 4))
    assert hand.expect_voxel(page, (20, 14, 4)).value == 20 + 5 * 14 + 4
    hand.wait_until_drawn(page)
    page.mouse.dblclick(*hand.place_of(page, "coronal", mm(20, 14, 4)))
    hand.wait_until_drawn(page)
    assert hand.plane_area(page, "coronal") == before
    hand.wait_for(page, "() => !new URL(location.href).searchParams.has('large')")


def test_what_is_zoomed_goes_back_before_a_plane_gets_the_stage(look_at):
    page = look_at(OBLIQUE)
    whole = hand.plane_range(page, "axial")
    place = hand.place_of(page, "axial", mm(12, 14, 10))
    page.mouse.move(*place)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    hand.wait_until_drawn(page)
    assert hand.plane_range(page, "axial") != whole
    page.mouse.dblclick(*place)
    hand.wait_until_drawn(page)
    assert hand.plane_range(page, "axial") == whole
    assert not is_large(page, "axial")


def test_a_link_shows_the_plane_large_and_the_button_tells_and_undoes_it(look_at):
    page = look_at(f"{OBLIQUE}&large=sagittal")
    assert is_large(page, "sagittal")
    button = page.get_by_role("button", name="Maximise the sagittal plane")
    expect(button).to_have_attribute("aria-pressed", "true")
    other = page.get_by_role("button", name="Maximise the axial plane")
    other.click()
    hand.wait_until_drawn(page)
    assert is_large(page, "axial")
    expect(button).to_have_attribute("aria-pressed", "false")
    hand.container(page, "slices").locator(".plot").hover()
    page.keyboard.press("Escape")
    hand.wait_until_drawn(page)
    assert not is_large(page, "axial")
    expect(other).to_have_attribute("aria-pressed", "false")


def test_a_link_to_no_plane_shows_all(look_at):
    page = look_at(f"{OBLIQUE}&large=oblique")
    assert not any(is_large(page, plane) for plane in hand.PLANES)


def test_the_letter_f_fills_the_screen_and_leaves_it(look_at):
    page = look_at(OBLIQUE)
    height = page.evaluate(f"() => {STAGE}.clientHeight")
    hand.container(page, "slices").locator(".plot").hover()
    page.keyboard.press("f")
    hand.wait_for(page, f"height => document.fullscreenElement && {STAGE}.clientHeight > height + 150", height)
    hand.wait_until_drawn(page)
    page.keyboard.press("f")
    hand.wait_for(page, f"height => !document.fullscreenElement && {STAGE}.clientHeight === height", height)


# --- smooth pictures ----------------------------------------------------------------------------------------------

NOTE = "Smoothed for display; numbers are the voxels’."
SMOOTH = f"() => {STAGE}.data.filter(({{ type }}) => type === 'heatmap').map(({{ zsmooth }}) => zsmooth)"


def count_colours(page) -> int:
    """Return how many brightnesses the axial plane has on the screen, without what is drawn over it."""
    area = hand.plane_area(page, "axial")
    corner = {"x": area.left + 0.55 * area.width, "y": area.top + 0.3 * area.height, "width": 60, "height": 60}
    return len(Picture.open(BytesIO(page.screenshot(clip=corner))).convert("L").getcolors())


def test_pictures_are_smooth_until_the_voxels_are_asked_for(look_at):
    page = look_at(OBLIQUE)
    assert page.evaluate(SMOOTH) == ["fast"] * 3
    expect(page.get_by_text(NOTE)).to_be_visible()
    smooth = count_colours(page)
    hand.unfold(page, "Left, right and smoothing")
    page.get_by_text("Smooth picture").click()
    hand.wait_for(page, f"() => ({SMOOTH})().every((one) => one === false)")
    hand.wait_until_drawn(page)
    expect(page.get_by_text(NOTE)).to_have_count(0)
    hand.expect_address(page, smooth="false")
    # 60 px are some voxels wide: each has one colour then.
    assert count_colours(page) < 0.5 * smooth


def test_smoothing_leaves_labels_outlines_and_numbers_alone(look_at):
    page = look_at(f"{OBLIQUE}&colours=Labels&overlay=scans/signed.nii.gz&overlay_as=outline")
    assert page.evaluate(SMOOTH) == [False] * 6
    expect(page.get_by_text(NOTE)).to_have_count(0)
    plain, smooth = look_at(f"{OBLIQUE}&smooth=false"), look_at(OBLIQUE)
    assert hand.read_slice(plain, "axial") == hand.read_slice(smooth, "axial")
    assert hand.read_readout(plain) == hand.read_readout(smooth)
