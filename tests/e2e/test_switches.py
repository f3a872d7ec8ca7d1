"""How the planes are drawn, by switches and layouts that the browser owns: under the hand, by key, and in the link."""

from itertools import combinations

import pytest
from playwright.sync_api import expect

from tests.e2e import hand

OBLIQUE = "/anatomy?image=scans/oblique.nii.gz"
MNI = "/anatomy?image=scans/below/mni-2mm.nii.gz"
PLOT = "document.querySelector('.st-key-slices .plot')"
LETTERS = f"{PLOT}.layout.annotations.filter(({{ xref, text }}) => xref.endsWith('domain') && text.length === 1).length"
CROSSHAIRS = f"{PLOT}.data.filter(({{ type, visible }}) => type === 'scatter' && visible !== false)"


def redraw(page) -> None:
    hand.wait_until_drawn(page)


def test_crosshair_gap_and_letters_are_switched_by_button_key_and_link(look_at):
    page = look_at(f"{OBLIQUE}&letters=false")
    assert page.evaluate(f"() => {LETTERS}") == 0
    whole = page.evaluate(f"() => {CROSSHAIRS}[2].x.length")
    page.get_by_role("button", name="Letters").click()
    redraw(page)
    assert page.evaluate(f"() => {LETTERS}") == 12
    hand.wait_for(page, "() => !new URL(location.href).searchParams.has('letters')")
    hand.point_at(page, "axial")
    page.keyboard.press("g")
    redraw(page)
    # Two lines have become four, which leave the centre free.
    assert page.evaluate(f"() => {CROSSHAIRS}[2].x.length") > whole
    x, y = page.evaluate(f"() => [{CROSSHAIRS}[2].x, {CROSSHAIRS}[2].y]")
    u, v = x[0], y[3]
    assert x[4] < u < x[9]
    assert y[1] < v < y[6]
    hand.expect_address(page, gap="true")
    page.keyboard.press("c")
    redraw(page)
    assert page.evaluate(f"() => {CROSSHAIRS}.length") == 0
    hand.expect_address(page, crosshair="false")
    expect(page.get_by_role("button", name="Crosshair")).to_have_attribute("aria-pressed", "false")
    # A rerun leaves the link's words alone.
    hand.unfold(page, "Left, right and smoothing")
    page.get_by_role("radio", name="radiological").click()
    hand.expect_address(page, crosshair="false", gap="true", convention="radiological")


def test_step_buttons_stand_under_the_plane_they_move_in_every_layout(look_at):
    page = look_at(MNI)
    for layout in ("row", "2x2", "axial"):
        page.get_by_role("combobox", name="Layout of the planes").select_option(layout)
        redraw(page)
        for plane in hand.PLANES:
            area = hand.plane_area(page, plane)
            button = page.get_by_role("button", name=f"Next {plane} slice").bounding_box()
            assert area.left < button["x"] < area.left + area.width - button["width"]
            assert 0 <= button["y"] - (area.top + area.height) < 6
            assert min(button["width"], button["height"]) >= 24
    hand.expect_address(page, layout="axial")
    page.get_by_role("button", name="Next coronal slice").click()
    hand.expect_voxel(page, (45, 55, 45))


def test_layouts_come_from_the_link_and_keep_their_scales(look_at):
    square = look_at(f"{MNI}&layout=2x2")
    sagittal, coronal, axial = (hand.plane_area(square, plane) for plane in hand.PLANES)
    assert coronal.top == pytest.approx(sagittal.top, abs=1)
    assert axial.left == pytest.approx(coronal.left, abs=1)
    assert axial.top > coronal.top + coronal.height
    large = look_at(f"{MNI}&layout=coronal")
    sagittal, coronal, axial = (hand.plane_area(large, plane) for plane in hand.PLANES)
    assert coronal.width * coronal.height > 2.5 * sagittal.width * sagittal.height
    assert sagittal.left == pytest.approx(axial.left, abs=1)
    # Each plane has true proportions, and the two small ones share a scale.
    scales = {}
    for plane, area in zip(hand.PLANES, (sagittal, coronal, axial), strict=True):
        across, up = (abs(last - first) for first, last in hand.plane_range(large, plane))
        assert area.width / across == pytest.approx(area.height / up, rel=1e-3)
        scales[plane] = area.width / across
    assert scales["sagittal"] == pytest.approx(scales["axial"], rel=1e-3)
    assert look_at(f"{MNI}&layout=none").evaluate("() => window.voxelExplorer.view.layout") == "row"


def test_fit_to_the_head_zooms_all_planes_to_what_is_bright_and_back(look_at):
    """The ellipsoid's half axes are 35, 45 and 38 voxels of 2 mm; its middle is voxel 45, 54, 40."""
    page = look_at(MNI)
    whole = [hand.plane_range(page, plane) for plane in hand.PLANES]
    page.get_by_role("button", name="Fit to the head").click()
    redraw(page)
    hand.expect_address(page, head="true")
    scales, shares = [], []
    for plane, halves in zip(hand.PLANES, [(90, 76), (70, 76), (70, 90)], strict=True):
        ranges, area = hand.plane_range(page, plane), hand.plane_area(page, plane)
        # The head is there as a whole.
        shares += [2 * half / abs(last - first) for (first, last), half in zip(ranges, halves, strict=True)]
        scales.append(area.width / abs(ranges[0][1] - ranges[0][0]))
    assert 0.86 < max(shares) < 1
    assert scales == pytest.approx([scales[0]] * 3, rel=1e-3)
    page.get_by_role("button", name="Fit to the head").click()
    redraw(page)
    assert [hand.plane_range(page, plane) for plane in hand.PLANES] == whole


def test_buttons_and_keys_zoom_about_the_crosshair_and_back(look_at):
    page = look_at(OBLIQUE)
    whole = hand.plane_range(page, "axial")
    hand.container(page, "slices").get_by_role("button", name="Zoom in").click()
    redraw(page)
    (first, last), _ = hand.plane_range(page, "axial")
    assert last - first == pytest.approx((whole[0][1] - whole[0][0]) / 1.3)
    hand.point_at(page, "axial")
    page.keyboard.press("-")
    redraw(page)
    assert hand.plane_range(page, "axial") == whole


# --- the card ---------------------------------------------------------------------------------------------------------


def test_a_question_mark_shows_the_card_and_escape_or_a_click_closes_it(look_at):
    page = look_at(OBLIQUE)
    card = page.get_by_role("dialog", name="Keys and mouse")
    hand.point_at(page, "axial")
    page.keyboard.press("?")
    expect(card).to_be_visible()
    expect(card.get_by_text("brightness and contrast of the lowest image")).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    before = hand.read_readout(page)
    page.get_by_role("button", name="Keys and mouse", exact=True).click()
    expect(card).to_be_visible()
    card.click(position={"x": 20, "y": 60})
    expect(card).to_be_hidden()
    assert hand.read_readout(page) == before


def test_a_first_visit_sees_three_lines_once(new_visitor, server):
    page = new_visitor(locale="en")
    hand.open_page(page, server.url + OBLIQUE)
    hint = page.get_by_text("drag with the right button for brightness and contrast")
    expect(hint).to_be_visible()
    stage = hand.container(page, "slices").locator(".plot").bounding_box()
    box = hint.bounding_box()
    assert box["y"] + box["height"] < stage["y"] + stage["height"] / 4
    page.get_by_role("button", name="Do not show this again").click()
    expect(hint).to_be_hidden()
    hand.open_page(page, server.url + OBLIQUE)
    expect(hint).to_be_hidden()


# --- a small screen ---------------------------------------------------------------------------------------------------

# Boxes of what is on the stage, in the window's px: [left, top, right, bottom].
BOXES = """selector => [...document.querySelectorAll(`.st-key-slices :is(${selector})`)]
    .map((one) => one.getBoundingClientRect()).filter(({ width }) => width > 0)
    .map(({ left, top, right, bottom }) => [left, top, right, bottom])"""


def overlaps(one, other) -> bool:
    return one[0] < other[2] - 1 and other[0] < one[2] - 1 and one[1] < other[3] - 1 and other[1] < one[3] - 1


@pytest.mark.parametrize("more", ["", "&large=axial", "&layout=2x2", "&layout=axial"])
def test_on_a_phone_nothing_lies_over_a_plane_and_buttons_are_large_enough(look_at, more):
    path = f"{MNI}&overlay=scans/signed.nii.gz&overlay_colours=Two+sides%2C+blue+and+red{more}"
    page = look_at(path, width=390, height=844, has_touch=True)
    page.get_by_role("button", name="Layout, switches, zoom, download").first.click()
    areas = [hand.plane_area(page, plane) for plane in hand.PLANES if "large" not in more or plane == "axial"]
    planes = [(area.left, area.top, area.left + area.width, area.top + area.height) for area in areas]
    bars, buttons = page.evaluate(BOXES, ".colorbar, .cbfills"), page.evaluate(BOXES, "button")
    assert len(bars) > 0 or more == ""
    assert not any(overlaps(one, plane) for one in [*bars, *buttons] for plane in planes)
    assert not any(overlaps(one, bar) for one in buttons for bar in bars)
    assert not any(overlaps(*pair) for pair in combinations(buttons, 2))
    assert min(min(right - left, bottom - top) for left, top, right, bottom in buttons) >= 24
    assert min(left for left, *_ in buttons) >= 0
    hand.expect_no_overflow(page)
