"""The anatomy page under the hand: what is clicked, dragged, wheeled, pressed and typed, and what is then shown."""

import re

import numpy as np
import pytest
from nibabel.affines import apply_affine
from playwright.sync_api import expect

from tests.e2e import hand, images

OBLIQUE = "/anatomy?image=scans/oblique.nii.gz"
MNI = "/anatomy?image=scans/below/mni-2mm.nii.gz"
# shape // 2 of the oblique image: where a visitor without a place in the link begins.
CENTRE = (12, 14, 10)
# The ends of the axial plane's horizontal axis, in JavaScript.
AXIAL_X = "document.querySelector('.st-key-slices .plot')._fullLayout.xaxis3.range"


def value_at(i: int, j: int, k: int) -> int:
    return 20 + 5 * j + k


def mm(*ijk: int) -> np.ndarray:
    return apply_affine(images.oblique(), ijk)


def test_the_first_place_is_the_centre_voxel(look_at):
    page = look_at(OBLIQUE)
    assert hand.expect_voxel(page, CENTRE).value == value_at(*CENTRE)


def test_click_on_a_bright_voxel_moves_all_planes_to_it(look_at):
    page = look_at(OBLIQUE)
    hand.click_at(page, "axial", images.bright_mm())
    hand.click_at(page, "sagittal", images.bright_mm())
    readout = hand.expect_voxel(page, images.BRIGHT)
    assert readout.value == images.BRIGHT_VALUE
    np.testing.assert_allclose(readout.xyz, images.bright_mm(), atol=0.006)
    hand.wait_until_drawn(page)
    assert [hand.code_under_crosshair(page, plane) for plane in hand.PLANES] == [255, 255, 255]


def test_crosshair_stands_on_the_clicked_voxel_in_each_plane(look_at):
    page = look_at(OBLIQUE)
    hand.click_at(page, "coronal", mm(5, *CENTRE[1:]))
    hand.expect_voxel(page, (5, *CENTRE[1:]))
    hand.wait_until_drawn(page)
    places = {plane: hand.crosshair_place(page, plane) for plane in hand.PLANES}
    # Sagittal is drawn along y and z, coronal along x and z, axial along x and y.
    assert places["coronal"][0] == places["axial"][0]
    assert places["sagittal"][0] == places["axial"][1]
    assert places["sagittal"][1] == places["coronal"][1]


def test_drag_moves_the_crosshair_along_and_leaves_it_where_it_ends(look_at):
    page = look_at(OBLIQUE)
    hand.drag(page, "axial", mm(4, 6, CENTRE[2]), mm(20, 22, CENTRE[2]))
    assert hand.expect_voxel(page, (20, 22, CENTRE[2])).value == value_at(20, 22, CENTRE[2])
    hand.expect_address(page, x=f"{mm(20, 22, CENTRE[2])[0]:.2f}")
    # The fast picture stood in while the hand moved, and has given way to the figure.
    hand.wait_until_drawn(page)
    assert int(hand.container(page, "slices").locator(".live-chart").get_attribute("data-painted")) > 1
    expect(hand.container(page, "slices").locator(".stand-in:not([hidden])")).to_have_count(0)


def test_wheel_steps_the_plane_under_the_pointer_by_one_slice_a_notch(look_at):
    page = look_at(OBLIQUE)
    i, j, k = CENTRE
    hand.turn_wheel(page, "axial", 3)
    hand.expect_voxel(page, (i, j, k + 3))
    hand.turn_wheel(page, "coronal", -2)
    hand.expect_voxel(page, (i, j - 2, k + 3))
    # The first index of this image grows to the left, a sagittal step goes to the right.
    hand.turn_wheel(page, "sagittal", 1)
    hand.expect_voxel(page, (i - 1, j - 2, k + 3))


def test_wheel_stops_at_the_last_slice(look_at):
    page = look_at(OBLIQUE)
    hand.turn_wheel(page, "axial", 50)
    hand.expect_voxel(page, (*CENTRE[:2], images.SHAPE[2] - 1))


def test_keys_step_the_plane_under_the_pointer(look_at):
    page = look_at(OBLIQUE)
    i, j, k = CENTRE
    hand.point_at(page, "coronal")
    page.keyboard.press("ArrowUp")
    hand.expect_voxel(page, (i, j + 1, k))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("PageDown")
    hand.expect_voxel(page, (i, j - 10, k))
    page.keyboard.press("PageUp")
    hand.expect_voxel(page, (i, j, k))


def test_the_planes_are_reached_and_stepped_by_the_keyboard_alone(look_at):
    page = look_at(OBLIQUE)
    page.get_by_role("button", name="Next axial slice").focus()
    page.keyboard.press("Enter")
    hand.expect_voxel(page, (*CENTRE[:2], CENTRE[2] + 1))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    hand.expect_voxel(page, CENTRE)


def test_buttons_step_each_plane(look_at):
    page = look_at(OBLIQUE)
    i, j, k = CENTRE
    page.get_by_role("button", name="Next sagittal slice").click()
    page.get_by_role("button", name="Previous coronal slice").click()
    page.get_by_role("button", name="Next axial slice").click()
    hand.expect_voxel(page, (i - 1, j - 1, k + 1))


def test_a_tap_moves_the_cursor(look_at):
    page = look_at(OBLIQUE, width=390, height=844, has_touch=True)
    place = hand.place_of(page, "sagittal", mm(CENTRE[0], 20, 4))
    page.touchscreen.tap(*place)
    hand.expect_voxel(page, (CENTRE[0], 20, 4))


def test_a_typed_place_in_mm_is_the_textbook_s_voxel(look_at):
    """Andy's Brain Book: (0, 20, 44) mm is voxel (45, 73, 58) of the 2 mm MNI152 grid."""
    page = look_at(MNI)
    hand.type_place(page, "0 20 44")
    hand.expect_readout(page, "i 45 j 73 k 58 x 0.00 y 20.00 z 44.00 mm value 118")


def test_typed_voxel_indices_are_the_textbook_s_place(look_at):
    page = look_at(MNI)
    page.get_by_role("radio", name="i j k").click()
    hand.wait_until_idle(page)
    hand.type_place(page, "27, 62, 60")
    hand.expect_readout(page, "i 27 j 62 k 60 x 36.00 y -2.00 z 48.00 mm")


def test_what_is_no_place_is_said_until_a_place_is_typed(look_at):
    page = look_at(OBLIQUE)
    hand.type_place(page, "20 44")
    hand.expect_alert(page, '"20 44" holds 2 numbers, but a position needs three')
    hand.type_place(page, "0 20 44")
    hand.expect_readout(page, "x 0.00 y 20.00 z 44.00 mm")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_a_place_outside_the_image_is_said(look_at):
    page = look_at(OBLIQUE)
    hand.type_place(page, "500 0 0")
    hand.expect_readout(page, "outside the image, whose voxels run from 0 0 0 to 24 x 28 x 20 minus 1")
    readout = hand.read_readout(page)
    assert readout.value is None
    assert readout.xyz == (500.0, 0.0, 0.0)


def test_world_origin_and_centre_buttons(look_at):
    page = look_at(MNI)
    page.get_by_role("button", name="World origin").click()
    hand.expect_readout(page, "i 45 j 63 k 36 x 0.00 y 0.00 z 0.00 mm")
    page.get_by_role("button", name="Centre", exact=True).click()
    hand.expect_readout(page, "i 45 j 54 k 45")


def test_a_place_python_chose_is_drawn_in_all_planes(look_at):
    page = look_at(OBLIQUE)
    page.get_by_role("radio", name="i j k").click()
    hand.wait_until_idle(page)
    hand.type_place(page, " ".join(map(str, images.BRIGHT)))
    hand.expect_voxel(page, images.BRIGHT)
    hand.wait_until_drawn(page)
    assert [hand.code_under_crosshair(page, plane) for plane in hand.PLANES] == [255, 255, 255]


def test_the_chart_is_never_torn_down(look_at):
    page = look_at(OBLIQUE)
    hand.mark_node(page)
    hand.click_at(page, "axial", images.bright_mm())
    hand.wait_until_idle(page)
    page.get_by_role("button", name="World origin").click()
    hand.expect_readout(page, "x 0.00 y 0.00 z 0.00 mm")
    hand.unfold(page, "Left, right and smoothing")
    page.get_by_role("radio", name="radiological").click()
    hand.wait_until_idle(page)
    hand.choose(page, "Overlay", "scans/signed.nii.gz")
    hand.choose(page, "Image", "scans/below/mni-2mm.nii.gz")
    hand.expect_readout(page, "i 45 j 63 k 36")
    hand.wait_until_drawn(page)
    assert hand.is_same_node(page)


def test_a_call_of_the_chart_that_was_overtaken_leaves_it_to_the_newer_one(new_visitor, server):
    """Two runs in quick succession, as when a progress bar ends, left the carpet empty or out of date now and then.

    Streamlit made the first run's call after the second one's, and ended it.
    """
    page = new_visitor()
    page.add_init_script(
        """const own = URL.createObjectURL;
        URL.createObjectURL = (blob) => window.chartModule = own(blob);"""
    )
    hand.open_page(page, server.url + OBLIQUE)
    before = hand.read_figure(page)
    page.evaluate(
        """async () => {
            const { chart, parentElement } = document.querySelector(".st-key-slices .live-chart");
            const overtaken = { ...chart.data, slices: { ...chart.data.slices, layers: [] }, alt: "overtaken" };
            const module = await import(window.chartModule);
            const end = module.default({ parentElement, data: overtaken, setStateValue: chart.report });
            await null;
            end();
        }"""
    )
    hand.wait_until_drawn(page)
    assert hand.container(page, "slices").locator(".plot").get_attribute("aria-label").startswith("Sagittal, coronal")
    assert hand.read_figure(page) == before
    hand.click_at(page, "axial", images.bright_mm())
    hand.click_at(page, "sagittal", images.bright_mm())
    hand.expect_voxel(page, images.BRIGHT)
    hand.wait_until_drawn(page)
    assert [hand.code_under_crosshair(page, plane) for plane in hand.PLANES] == [255, 255, 255]


def test_zoom_survives_moves_of_the_cursor_until_a_double_click(look_at):
    page = look_at(OBLIQUE)
    whole = hand.plane_range(page, "axial")
    hand.turn_wheel(page, "axial", 5, ctrl=True)
    hand.wait_until_drawn(page)
    zoomed = hand.plane_range(page, "axial")
    assert abs(zoomed[0][1] - zoomed[0][0]) < 0.95 * abs(whole[0][1] - whole[0][0])
    hand.click_at(page, "axial", mm(11, 13, CENTRE[2]))
    hand.expect_voxel(page, (11, 13, CENTRE[2]))
    page.get_by_role("button", name="Centre", exact=True).click()
    hand.expect_voxel(page, CENTRE)
    hand.wait_until_drawn(page)
    assert hand.plane_range(page, "axial") == zoomed
    page.mouse.dblclick(*hand.place_of(page, "axial", mm(*CENTRE)))
    hand.wait_for(
        page,
        f"width => {{ const [first, last] = {AXIAL_X}; return Math.abs(last - first - width) < 1e-6; }}",
        whole[0][1] - whole[0][0],
    )


def test_radiological_convention_shows_the_left_of_the_head_on_the_right(look_at):
    page = look_at(OBLIQUE)
    left, right = mm(20, *CENTRE[1:]), mm(4, *CENTRE[1:])  # the first index grows to the left
    assert hand.place_of(page, "axial", left)[0] < hand.place_of(page, "axial", right)[0]
    hand.unfold(page, "Left, right and smoothing")
    page.get_by_role("radio", name="radiological").click()
    hand.expect_address(page, convention="radiological")
    hand.wait_for(page, f"() => {{ const [first, last] = {AXIAL_X}; return first > last; }}")
    assert hand.place_of(page, "axial", left)[0] > hand.place_of(page, "axial", right)[0]
    hand.click_at(page, "axial", left)
    hand.expect_voxel(page, (20, *CENTRE[1:]))


def test_overlay_on_another_grid_is_said_to_be_resampled_and_read_in_its_own(look_at):
    page = look_at(f"{OBLIQUE}&overlay=scans/signed.nii.gz&x=20&y=-30&z=10")
    sentence = "signed.nii.gz is shown resampled to the grid of oblique.nii.gz by nilearn"
    expect(page.get_by_text(sentence)).to_be_visible()
    # World (20, -30, 10), the peak of 5, lies in the map's voxel with its centre at (21, -28, 7).
    text = hand.container(page, "readout").inner_text()
    value = float(re.search(r"signed\.nii\.gz\s+value (\S+)", text)[1])
    assert value == pytest.approx(5 * np.exp(-(1 + 4 + 9) / (2 * 12**2)), rel=1e-4)


def test_a_higher_threshold_hides_more_of_the_overlay_on_both_sides(look_at):
    page = look_at(f"{OBLIQUE}&overlay=scans/signed.nii.gz&threshold=1&x=20&y=-30&z=10")
    assert hand.code_under_crosshair(page, "axial", layer=1) == 255
    shown = hand.count_shown(page, "axial", layer=1)
    below, above = hand.count_by_sign(page)
    hand.press_slider(page, "threshold", "End")
    hand.wait_for(
        page,
        """most => {
            const { data } = document.querySelector('.st-key-slices .plot');
            return data[5].z.flatMap((row) => [...row]).filter((code) => code > 0).length < most;
        }""",
        shown / 4,
    )
    assert hand.count_by_sign(page)[0] < below / 4
    assert hand.count_by_sign(page)[1] < above / 4
    assert hand.count_shown(page, "axial", layer=0) == images.SHAPE[0] * images.SHAPE[1]


def test_window_ends_are_the_darkest_and_the_brightest(look_at):
    page = look_at(f"{OBLIQUE}&window=100&window=104")
    centre = value_at(*CENTRE)
    assert centre == 100
    assert hand.code_under_crosshair(page, "axial") == 1
    hand.turn_wheel(page, "axial", 4)
    hand.expect_voxel(page, (*CENTRE[:2], CENTRE[2] + 4))
    hand.wait_until_drawn(page)
    assert hand.code_under_crosshair(page, "axial") == 255
    page.get_by_role("button", name="Auto window").click()
    hand.wait_for(
        page,
        """() => {
            const { data } = document.querySelector('.st-key-slices .plot');
            return data[2].z.flatMap((row) => [...row]).filter((code) => code > 1 && code < 255).length > 300;
        }""",
    )


@pytest.mark.parametrize(("width", "across"), [(1400, 6), (390, 2)])
def test_a_click_in_the_montage_moves_the_cursor(look_at, width, across):
    """Six slices stand side by side, on a phone two; the head fills them, not the field of view."""
    page = look_at(f"{MNI}&montage_plane=axial", width=width)
    hand.wait_until_drawn(page, "montage")
    plot = hand.container(page, "montage").locator(".plot")
    plot.evaluate("plot => plot.scrollIntoView({ block: 'start' })")
    box = plot.bounding_box()
    texts = plot.evaluate("plot => plot.layout.annotations.map(({ text }) => text)")
    places = [float(text[2:]) for text in texts if text.startswith("z ")]
    assert len(places) == 18
    # The ellipsoid of the picture reaches from -68 to 84 mm, the field of view to 108.
    assert -70 < places[0] < places[-1] < 84
    # The middle of the last tile of the first row.
    down = 0.5 / (18 // across)
    page.mouse.click(box["x"] + box["width"] * (across - 0.5) / across, box["y"] + box["height"] * down)
    z = places[across - 1]
    assert hand.expect_voxel(page, (45, 54, round((z + 72) / 2))).xyz == (0.0, -18.0, z)


def test_montage_labels_follow_the_plane(look_at):
    page = look_at(MNI)
    hand.wait_until_drawn(page, "montage")
    hand.container(page, "montage_plane").get_by_role("radio", name="sagittal").click()
    expect(hand.container(page, "montage").get_by_text(re.compile(r"^x -?\d+\.\d$")).first).to_be_attached()
    hand.expect_address(page, montage_plane="sagittal")


def test_the_header_tab_tells_each_field(look_at):
    page = look_at(OBLIQUE)
    page.get_by_role("tab", name="Header").click()
    for words in ("First index grows to the Left", "int16", "24 x 28 x 20", "pixdim"):
        expect(page.get_by_role("table").get_by_text(words).first).to_be_visible()


def test_the_histogram_shows_the_window(look_at):
    page = look_at(f"{OBLIQUE}&window=40&window=90")
    page.get_by_role("tab", name="Histogram").click()
    hand.wait_until_drawn(page, "histogram")
    shape = page.evaluate("() => document.querySelector('.st-key-histogram .plot').layout.shapes[0]")
    assert (shape["x0"], shape["x1"]) == (40, 90)


def test_the_slice_s_numbers_come_as_csv(look_at, tmp_path):
    page = look_at(OBLIQUE)
    page.get_by_role("button", name="Slice as CSV").click()
    path = hand.download(page, page.get_by_role("button", name="Axial", exact=True), tmp_path)
    assert path.name == "oblique-axial.csv"
    first = path.read_text().splitlines()[0]
    assert "axial plane through voxel i 12 j 14 k 10" in first
    numbers = np.loadtxt(path, delimiter=",")
    # Rows run down from anterior to posterior (28 of them), columns to the right (24).
    assert numbers.shape == (28, 24)
    np.testing.assert_array_equal(numbers[:, 0], [value_at(0, j, 10) for j in range(27, -1, -1)])


def test_the_view_comes_as_a_picture(look_at, tmp_path):
    page = look_at(OBLIQUE)
    path = hand.download(page, page.get_by_role("button", name="Download PNG", exact=True), tmp_path)
    assert path.name == "oblique-slices.png"
    width, height, n_colours = hand.measure_picture(path)
    plot = hand.container(page, "slices").locator(".plot").bounding_box()
    # Twice the size on screen, and the line with the readout below.
    assert (width, height) == (2 * round(plot["width"]), 2 * (round(plot["height"]) + 34))
    assert n_colours > 100


def test_planes_and_readout_fit_on_one_screen(look_at):
    page = look_at(OBLIQUE)
    for key in ("slices", "readout"):
        box = hand.container(page, key).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
    hand.expect_no_overflow(page)


def test_a_narrow_screen_shows_the_planes_one_below_the_other(look_at):
    page = look_at(OBLIQUE, width=390, height=844)
    hand.expect_no_overflow(page)
    areas = [hand.plane_area(page, plane) for plane in hand.PLANES]
    assert areas[0].top < areas[1].top < areas[2].top
    assert all(area.left >= 0 and area.left + area.width <= 390 for area in areas)
    hand.click_at(page, "sagittal", mm(CENTRE[0], 20, 12))
    hand.expect_voxel(page, (CENTRE[0], 20, 12))


def test_the_dark_theme_reaches_the_chart(look_at):
    dark, light = (look_at(OBLIQUE, color_scheme=scheme) for scheme in ("dark", "light"))
    for page in (dark, light):
        page.get_by_role("tab", name="Histogram").click()
        hand.wait_until_drawn(page, "histogram")
    assert hand.ink_and_paper(dark, "histogram") == {"ink": "#e6ebed", "paper": "rgb(16, 20, 22)"}
    assert hand.ink_and_paper(light, "histogram") == {"ink": "#0d1214", "paper": "rgb(255, 255, 255)"}
    # Planes stand on black in any theme.
    assert [hand.ink_and_paper(page)["ink"] for page in (dark, light)] == ["#c8ced6"] * 2


def test_the_chart_says_what_it_shows(look_at):
    page = look_at(OBLIQUE)
    name = "Sagittal, coronal and axial slice of oblique.nii.gz through the cursor"
    expect(page.get_by_role("img", name=name)).to_be_visible()
