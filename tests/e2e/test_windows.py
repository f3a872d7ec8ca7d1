"""The window of the picture: dragged with the right button, typed, and turned round."""

import pytest
from playwright.sync_api import Page

from tests.e2e import hand

OBLIQUE = "/anatomy?image=scans/oblique.nii.gz&x=20&y=-30&z=10"
PAINTED = "() => document.querySelector('.st-key-slices .live-chart').dataset.painted"


def window_of(page: Page) -> list[float]:
    """Return the window that the address names."""
    return page.evaluate("() => new URL(location.href).searchParams.getAll('window').map(Number)")


def code_of(value: float, low: float, high: float) -> int:
    """Return the code that a value has in a window: 128 in its middle, 1 and 255 at its ends."""
    share = (value - (low + high) / 2) / ((high - low) / 2)
    return 128 + round(127 * max(-1.0, min(1.0, share)))


def right_drag(page: Page, right: float, down: float) -> None:
    """Drag with the right button from the middle of the axial plane, by px."""
    x, y = hand.plane_area(page, "axial").at(0.5, 0.5)
    page.mouse.move(x, y)
    page.mouse.down(button="right")
    page.mouse.move(x + right, y + down, steps=5)


def test_the_right_button_drags_the_window_of_the_picture_and_of_its_control(look_at):
    page = look_at(OBLIQUE)
    value = hand.read_readout(page).value
    page.evaluate("() => window.addEventListener('contextmenu', (event) => { window.menu = event.defaultPrevented; })")
    painted = page.evaluate(PAINTED)
    right_drag(page, 60, 40)
    # At once, while the control and the address know nothing of it yet.
    hand.wait_for(page, f"(before) => ({PAINTED})() !== before", painted)
    assert not window_of(page)
    page.mouse.up(button="right")
    hand.wait_for(page, "() => new URL(location.href).searchParams.getAll('window').length === 2")
    hand.wait_until_drawn(page)
    low, high = window_of(page)
    ends = [float(page.get_by_role("spinbutton", name=f"Window, {end} end").input_value()) for end in ("low", "high")]
    assert ends == pytest.approx([low, high])
    assert hand.code_under_crosshair(page, "axial") == code_of(value, low, high)
    assert page.evaluate("() => window.menu") is True


def test_upwards_is_brighter_and_to_the_right_is_wider(look_at):
    page = look_at(f"{OBLIQUE}&window=60&window=120")
    right_drag(page, 0, -30)
    page.mouse.up(button="right")
    hand.wait_for(page, "() => new URL(location.href).searchParams.get('window') !== '60'")
    low, high = window_of(page)
    assert low < 60
    assert high - low == pytest.approx(60, abs=1)
    hand.wait_until_drawn(page)
    right_drag(page, 30, 0)
    page.mouse.up(button="right")
    hand.wait_for(page, "low => Number(new URL(location.href).searchParams.get('window')) < low", low)
    wide = window_of(page)
    assert wide[1] - wide[0] > high - low


def test_ends_can_be_typed_and_colours_turned_round(look_at):
    page = look_at(OBLIQUE)
    value = hand.read_readout(page).value
    for end, number in (("low", 50), ("high", 150)):
        page.get_by_role("spinbutton", name=f"Window, {end} end").fill(str(number))
        page.keyboard.press("Enter")
        hand.wait_until_idle(page)
    hand.wait_for(page, "() => String(new URL(location.href).searchParams.getAll('window')) === '50,150'")
    hand.wait_until_drawn(page)
    assert hand.code_under_crosshair(page, "axial") == code_of(value, 50, 150)
    before = hand.read_figure(page)
    page.get_by_text("Invert", exact=True).first.click()
    hand.expect_address(page, inverted="1")
    hand.wait_until_drawn(page)
    assert hand.read_figure(page) != before
