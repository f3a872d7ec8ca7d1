"""The planes are seen before Plotly has come, in the places where Plotly then draws them."""

import io

import numpy as np
import pytest
from PIL import Image as Picture
from playwright.sync_api import Page

from tests.e2e import hand

# Letters and the words at the scale bars come with Plotly, over the picture on a phone, and it blends pixels in its own
# way. One plane in another place changes tens of per cent.
BRIGHT, ALIKE, MOST_ELSE = 128, 24, 0.06


def picture_of_planes(page: Page) -> np.ndarray:
    """Return what is on the screen of the stage, as greys."""
    shot = hand.container(page, "slices").locator(".plot").screenshot()
    return np.asarray(Picture.open(io.BytesIO(shot)).convert("L"), dtype=int)


# The run with a place: one whose first place is found meanwhile would be looked at elsewhere in the end.
@pytest.mark.parametrize(
    ("path", "width"),
    [
        ("/anatomy?image=scans/oblique.nii.gz&x=20&y=-30&z=10", 1400),
        ("/anatomy?image=scans/oblique.nii.gz&straight=true&large=coronal", 1400),
        ("/timeseries?image=sample/sub-01/func/sub-01_task-game_bold.nii.gz&x=0&y=0&z=10", 390),
    ],
)
def test_planes_are_seen_while_plotly_is_on_its_way(new_visitor, server, path, width):
    page = new_visitor(width=width)
    held = []
    page.route("**/live/plotly.js*", lambda route: held.append(route))
    page.goto(server.url + path)
    hand.wait_for(page, "() => Number(document.querySelector('.st-key-slices .live-chart')?.dataset.painted) > 0")
    assert not page.evaluate("() => Boolean(window.Plotly)")
    hand.wait_for(page, "() => document.querySelector('.st-key-slices .message').textContent === ''")
    first = picture_of_planes(page)
    bright = first > BRIGHT
    assert bright.mean() > 0.01
    for route in held:
        route.continue_()
    hand.wait_until_drawn(page)
    page.mouse.move(5, 5)
    last = picture_of_planes(page)
    assert first.shape == last.shape
    assert (np.abs(first - last)[bright] > ALIKE).mean() < MOST_ELSE
