"""Layers over an image, by hand: laid on, ordered, outlined, swiped, switched off, saved, and kept in the link."""

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.e2e import hand

OBLIQUE = "/anatomy?image=scans/oblique.nii.gz&x=20&y=-30&z=10"
TWO = f"{OBLIQUE}&overlay=scans/signed.nii.gz&overlay2=scans/below/mni-2mm.nii.gz&threshold2=1"
CHART = "document.querySelector('.st-key-slices .live-chart').chart"


def wait_for_layers(page: Page, n: int) -> None:
    hand.wait_for(page, f"n => {CHART}.data.slices.layers.length === n", n)
    hand.wait_until_drawn(page)


def layer(page: Page, number: int):
    """Unfold the controls of a layer and return them."""
    box = page.get_by_test_id("stSidebar").get_by_test_id("stExpander").filter(has_text=f"Layer {number}:")
    if not box.locator("details").evaluate("one => one.open"):
        box.locator("summary").click()
    return box


def test_layers_are_laid_on_by_hand_and_stand_in_the_link(look_at):
    page = look_at(OBLIQUE)
    hand.choose(page, "Overlay", "scans/signed.nii.gz")
    wait_for_layers(page, 2)
    hand.choose(page, "One more layer", "motor-map")
    wait_for_layers(page, 3)
    layer(page, 2)
    hand.press_slider(page, "threshold2", "ArrowRight")
    hand.wait_until_drawn(page)
    hand.expect_address(page, overlay="scans/signed.nii.gz", overlay2="motor-map")
    hand.wait_for(page, "() => new URL(location.href).searchParams.has('threshold2')")
    again = look_at(hand.path_of(page))
    wait_for_layers(again, 3)
    assert hand.read_figure(again) == hand.read_figure(page)
    assert hand.container(again, "readout").inner_text() == hand.container(page, "readout").inner_text()


def test_the_order_of_layers_is_the_order_of_their_pictures(look_at):
    page = look_at(TWO)
    wait_for_layers(page, 3)
    before = [np.array(hand.read_slice(page, "axial", layer=number)) for number in (1, 2)]
    layer(page, 2).get_by_role("button", name="Lower").click()
    hand.expect_address(page, overlay="scans/below/mni-2mm.nii.gz", overlay2="scans/signed.nii.gz", threshold="1.0")
    hand.wait_until_drawn(page)
    after = [np.array(hand.read_slice(page, "axial", layer=number)) for number in (2, 1)]
    assert all(np.array_equal(*pair) for pair in zip(before, after, strict=True))


def test_a_layer_is_switched_off_and_another_taken_away(look_at):
    page = look_at(TWO)
    wait_for_layers(page, 3)
    layer(page, 1).get_by_text("Show", exact=True).click()
    wait_for_layers(page, 2)
    hand.expect_address(page, overlay_shown="0")
    layer(page, 2).get_by_role("button", name="Remove").click()
    wait_for_layers(page, 1)
    hand.wait_for(page, "() => !new URL(location.href).searchParams.has('threshold2')")


def test_an_outline_has_its_colour_and_its_name(look_at):
    page = look_at(f"{OBLIQUE}&overlay=scans/below/mni-2mm.nii.gz&threshold=1")
    whole = np.array(hand.read_slice(page, "axial", layer=1)) > 0
    hand.container(page, "overlay_as").get_by_role("radio", name="outline").click()
    hand.expect_address(page, overlay_as="outline")
    hand.wait_for(page, f"() => {CHART}.data.slices.layers[1].is_outline")
    hand.wait_until_drawn(page)
    outline = np.array(hand.read_slice(page, "axial", layer=1))
    assert set(np.unique(outline)) <= {0, 255}
    assert not (outline[~whole]).any()
    expect(hand.container(page, "slices").get_by_text("outline: mni-2mm.nii.gz")).to_be_visible()


@pytest.mark.parametrize("path", ["/anatomy", "/spaces"])
def test_swipe_and_flicker_are_there_wherever_a_layer_is(look_at, path):
    page = look_at(OBLIQUE.replace("/anatomy", path))
    expect(hand.container(page, "slices").locator(".compare")).to_be_hidden()
    page = look_at(TWO.replace("/anatomy", path))
    wait_for_layers(page, 3)
    whole = [np.array(hand.read_slice(page, "coronal", layer=number)) for number in range(3)]
    hand.container(page, "slices").locator(".swipe").fill("0")
    hand.wait_for(page, f"() => {CHART}.swipe === 0")
    hand.wait_until_drawn(page)
    assert np.array_equal(hand.read_slice(page, "coronal"), whole[0])
    assert not any(np.any(hand.read_slice(page, "coronal", layer=number)) for number in (1, 2))


def test_a_saved_map_is_what_is_read_under_the_cursor(look_at, tmp_path):
    page = look_at(f"{OBLIQUE}&overlay=scans/signed.nii.gz")
    hand.container(page, "save-map").get_by_role("button", name="Save as NIfTI").click()
    path = hand.download(page, page.get_by_role("button", name="signed.nii.gz", exact=True), tmp_path)
    img = nib.load(path)
    i, j, k = np.floor(np.linalg.inv(img.affine) @ [20, -30, 10, 1] + 0.5).astype(int)[:3]
    hand.expect_readout(page, f"signed.nii.gz value {img.get_fdata()[i, j, k]:.6g}"[:-1])
