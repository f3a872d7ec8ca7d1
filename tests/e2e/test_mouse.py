"""The mouse and the keys that people know from other viewers, on the planes."""

import pytest
from nibabel.affines import apply_affine
from playwright.sync_api import expect

from tests.e2e import hand, images

OBLIQUE = "/anatomy?image=scans/oblique.nii.gz"
CENTRE = (12, 14, 10)
CODES = "document.querySelector('.st-key-slices .plot').data[2].z.flatMap((row) => [...row])"


def mm(*ijk: int):
    return apply_affine(images.oblique(), ijk)


def drag_right(page, across: int, down: int, *, is_held: bool = False) -> None:
    """Drag from the middle of the axial plane with the right button, so many px."""
    x, y = hand.plane_area(page, "axial").at(0.5, 0.5)
    page.mouse.move(x, y)
    page.mouse.down(button="right")
    page.mouse.move(x + across, y + down, steps=6)
    if not is_held:
        page.mouse.up(button="right")


def test_a_drag_with_the_right_button_windows_and_ends_in_control_and_link(look_at):
    page = look_at(f"{OBLIQUE}&window=90&window=110")
    page.evaluate(
        """() => document.addEventListener("contextmenu", ({ defaultPrevented }) => { window.menus = [
            ...(window.menus ?? []), defaultPrevented]; })"""
    )
    before = hand.read_readout(page)
    n_asked = page.evaluate("() => window.lastTimes.asked")
    drag_right(page, 140, 0, is_held=True)
    # While it is dragged, the picture changes by what is in the browser, and nothing is asked for.
    expect(page.get_by_text("Window 79.862 to 120.14")).to_be_visible()
    hand.wait_for(page, f"() => {CODES}.filter((code) => code > 1 && code < 255).length > 0")
    assert page.evaluate("() => window.lastTimes.asked") == n_asked
    page.mouse.up(button="right")
    hand.wait_for(page, "() => new URL(location.href).searchParams.getAll('window').join() === '79.862,120.14'")
    hand.wait_until_drawn(page)
    # Twice the values are between black and white in a window twice as wide: the codes are the file's again.
    assert hand.code_under_crosshair(page, "axial") == pytest.approx(128 + 127 * (100 - 100.001) / 20.139, abs=1)
    thumbs = hand.container(page, "window").locator("input[type=range]")
    assert [float(one.input_value()) for one in thumbs.all()] == pytest.approx([79.862, 120.14], abs=0.1)
    # The cursor stayed, and no menu opened.
    assert hand.read_readout(page) == before
    assert page.evaluate("() => window.menus") in ([True], None)
    # Upwards is brighter: both ends go down.
    drag_right(page, 0, -60)
    hand.wait_for(page, "() => Number(new URL(location.href).searchParams.getAll('window')[1]) < 113")
    hand.wait_until_drawn(page)
    assert hand.code_under_crosshair(page, "axial") > 170


def test_shift_and_drag_moves_the_picture_and_ctrl_and_wheel_zooms_to_the_pointer(look_at):
    page = look_at(OBLIQUE)
    whole = hand.plane_range(page, "axial")
    place = hand.place_of(page, "axial", mm(5, 20, CENTRE[2]))
    page.mouse.move(*place)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    hand.wait_until_drawn(page)
    (first, last), _ = hand.plane_range(page, "axial")
    assert last - first == pytest.approx((whole[0][1] - whole[0][0]) / 1.15)
    # What was under the pointer still is.
    assert hand.place_of(page, "axial", mm(5, 20, CENTRE[2])) == pytest.approx(place, abs=1.5)
    before = hand.read_readout(page)
    page.keyboard.down("Shift")
    page.mouse.down()
    page.mouse.move(place[0] + 50, place[1] + 30, steps=5)
    page.mouse.up()
    page.keyboard.up("Shift")
    hand.wait_until_drawn(page)
    moved = hand.place_of(page, "axial", mm(5, 20, CENTRE[2]))
    assert moved == pytest.approx((place[0] + 50, place[1] + 30), abs=2)
    assert hand.read_readout(page) == before


# --- the window typed, colours inverted, and two sides ------------------------------------------------------------


def test_window_ends_can_be_typed_and_agree_with_the_slider(look_at):
    page = look_at(OBLIQUE)
    page.get_by_role("spinbutton", name="Window to").fill("104")
    page.keyboard.press("Enter")
    hand.wait_for(page, "() => new URL(location.href).searchParams.getAll('window')[1] === '104'")
    page.get_by_role("spinbutton", name="Window from").fill("100")
    page.keyboard.press("Enter")
    hand.wait_for(page, "() => new URL(location.href).searchParams.getAll('window').join() === '100,104'")
    hand.wait_until_drawn(page)
    assert hand.code_under_crosshair(page, "axial") == 1
    assert hand.container(page, "window").get_by_text("104").count() > 0
    page.get_by_role("button", name="Auto window").click()
    hand.wait_for(page, "() => !new URL(location.href).searchParams.has('window')")
    expect(page.get_by_role("spinbutton", name="Window to")).not_to_have_value("104")


def test_two_sides_have_their_colours_and_nothing_between(look_at):
    page = look_at("/anatomy?image=scans/signed.nii.gz&colours=Two+sides%2C+blue+and+red&base_threshold=2&invert=0")
    (hot, cold) = images.HOT_MM, images.COLD_MM
    codes = page.evaluate("() => document.querySelector('.st-key-slices .live-chart').chart.layers[0].bytes.join()")
    values = {int(code) for code in codes.split(",")}
    assert 0 in values
    assert not values & set(range(120, 137))
    ticks = page.evaluate("() => document.querySelector('.st-key-slices .plot').layout.coloraxis.colorbar.ticktext")
    assert len(ticks) == 4
    for place, is_red in ((hot, True), (cold, False)):
        hand.type_place(page, " ".join(map(str, place)))
        hand.expect_readout(page, f"x {place[0]:.2f}")
        hand.wait_until_drawn(page)
        code = hand.code_under_crosshair(page, "axial")
        assert code > 230 if is_red else code < 26
    page.get_by_text("Invert", exact=True).click()
    hand.expect_address(page, invert="1")


def test_inverted_colours_are_bright_where_they_were_dark(look_at):
    page = look_at(f"{OBLIQUE}&invert=1")
    scale = page.evaluate("() => document.querySelector('.st-key-slices .plot').layout.coloraxis.colorscale")
    assert scale[-1][1] == "rgb(0,0,0)"
