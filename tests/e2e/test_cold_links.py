"""Links: what a fresh server and a fresh visitor make of them, the good, the bad and the hostile."""

from urllib.parse import parse_qs

import numpy as np
import pytest
from nibabel.affines import apply_affine
from playwright.sync_api import expect

from tests.e2e import hand, images


def test_the_first_request_to_a_fresh_server_may_be_a_deep_link(start_server, new_visitor, image_folder):
    """Streamlit ran pages/anatomy.py alone, without the frame, until somebody had opened the root."""
    cold = start_server(image_folder)
    x, y, z = images.bright_mm()
    address = f"{cold.url}/anatomy?image=scans/oblique.nii.gz&x={x:.2f}&y={y:.2f}&z={z:.2f}"
    page = hand.open_page(new_visitor(), address)
    assert hand.expect_voxel(page, images.BRIGHT).value == images.BRIGHT_VALUE
    expect(page.get_by_test_id("stTopNav").get_by_role("link", name="Studies")).to_be_visible()
    # As a file of its own it would be gone, where a rerun has interrupted the first run.
    assert page.locator("link[rel~=icon]").get_attribute("href").startswith("data:image/png;base64,")
    assert [hand.code_under_crosshair(page, plane) for plane in hand.PLANES] == [255, 255, 255]


def test_the_root_leads_to_the_anatomy_of_an_image_that_is_there(look_at):
    page = look_at("/", chart=None)
    hand.go_to_page(page, "Anatomy", "/anatomy")
    hand.wait_until_drawn(page)
    # The MNI152 template, bundled: its centre voxel, shape // 2 of (197, 233, 189).
    hand.expect_voxel(page, (98, 116, 94))


def test_image_and_place_stay_from_page_to_page(look_at):
    page = look_at("/anatomy?image=motor-map&x=3&y=-6&z=9")
    hand.go_to_page(page, "Studies", "/")
    hand.go_to_page(page, "Anatomy", "/anatomy")
    hand.wait_until_drawn(page)
    hand.expect_readout(page, "x 3.00 y -6.00 z 9.00 mm")
    expect(page.get_by_role("combobox", name="Image", exact=True)).to_have_value("motor-map")


def test_the_address_reproduces_the_view_in_a_fresh_session(look_at):
    page = look_at("/anatomy?image=scans/oblique.nii.gz")
    hand.click_at(page, "axial", images.bright_mm())
    hand.unfold(page, "Left, right and smoothing")
    page.get_by_role("radio", name="radiological").click()
    hand.wait_until_idle(page)
    hand.choose(page, "Colours", "Magma")
    hand.press_slider(page, "window", "ArrowRight")
    hand.choose(page, "Overlay", "scans/signed.nii.gz")
    hand.press_slider(page, "threshold", "ArrowRight")
    hand.container(page, "montage_plane").get_by_role("radio", name="coronal").click()
    hand.expect_address(page, montage_plane="coronal", colours="Magma", overlay="scans/signed.nii.gz")
    hand.wait_until_drawn(page)
    again = look_at(hand.path_of(page))
    hand.unfold(again, "Left, right and smoothing")
    assert parse_qs(hand.path_of(again)) == parse_qs(hand.path_of(page))
    assert hand.container(again, "readout").inner_text() == hand.container(page, "readout").inner_text()
    assert hand.describe_controls(again) == hand.describe_controls(page)
    assert hand.read_figure(again) == hand.read_figure(page)


def test_the_address_follows_controls_that_are_set_for_the_visitor(look_at):
    page = look_at("/anatomy?image=scans/oblique.nii.gz&window=100&window=104&colours=Magma")
    hand.choose(page, "Image", "scans/signed.nii.gz")
    expect(page.get_by_role("combobox", name="Colours", exact=True)).to_have_value("Blue-red")
    hand.wait_for(
        page,
        """() => {
            const { searchParams } = new URL(location.href);
            return searchParams.get("colours") !== "Magma" && searchParams.get("window") !== "100";
        }""",
    )
    again = look_at(hand.path_of(page))
    assert hand.describe_controls(again) == hand.describe_controls(page)


def test_another_image_keeps_the_place_and_leaves_it_where_it_would_be_outside(look_at):
    page = look_at("/anatomy?image=scans/oblique.nii.gz&x=20&y=-30&z=10")
    hand.choose(page, "Image", "scans/signed.nii.gz")
    hand.expect_readout(page, "i 15 j 10 k 13 x 20.00 y -30.00 z 10.00 mm")
    hand.type_place(page, "-84 -98 84")
    hand.expect_readout(page, "i 0 j 0 k 24")
    hand.choose(page, "Image", "scans/oblique.nii.gz")
    readout = hand.expect_voxel(page, (12, 14, 10))
    np.testing.assert_allclose(readout.xyz, apply_affine(images.oblique(), (12, 14, 10)), atol=0.006)


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("no-such-image", 'There is no image "no-such-image" here'),
        ("scans/gone.nii.gz", 'There is no image "scans/gone.nii.gz" here'),
        ("scans/../outside.nii.gz", '"scans/../outside.nii.gz" points outside the folder scans'),
        ("scans//etc/passwd", '"scans//etc/passwd" points outside the folder scans'),
        ("/etc/passwd", 'There is no image "/etc/passwd" here'),
        ("upload/mine.nii.gz", "uploads stay with the session that made them"),
    ],
)
def test_a_link_to_what_may_not_be_opened_says_so_shows_nothing_in_its_place_and_stays(look_at, image, sentence):
    page = look_at(f"/anatomy?image={image}", chart=None)
    hand.expect_alert(page, sentence)
    expect(page.get_by_role("combobox", name="Image", exact=True)).to_have_value(image)
    expect(page.locator(".live-chart")).to_have_count(0)
    hand.expect_address(page, image=image)
    hand.choose(page, "Image", "scans/oblique.nii.gz")
    hand.wait_until_drawn(page)


def test_a_link_of_the_file_system_that_leads_outside_is_not_followed(look_at):
    page = look_at("/anatomy?image=scans/link.nii.gz", chart=None)
    hand.expect_alert(page, '"scans/link.nii.gz" is a link that leads outside the folders of this server')
    hand.choose(page, "Image", "scans/oblique.nii.gz")
    hand.wait_until_drawn(page)


@pytest.mark.parametrize("path", ["/", "/anatomy"])
def test_an_unknown_image_is_said_on_each_page(look_at, path):
    page = look_at(f"{path}?image=unknown", chart=None)
    hand.expect_alert(page, 'There is no image "unknown" here. Choose one from the list')


def test_a_place_that_is_no_number_is_said(look_at):
    page = look_at("/anatomy?image=scans/oblique.nii.gz&x=abc&y=2&z=3")
    hand.expect_alert(page, "The link says x=abc, but x must be a number of mm")
    hand.expect_readout(page, "y 2.00 z 3.00 mm")


def test_a_bad_link_is_forgotten_once_another_image_is_chosen(look_at):
    page = look_at("/anatomy?image=unknown", chart=None)
    hand.expect_alert(page, '"unknown"')
    hand.choose(page, "Image", "scans/oblique.nii.gz")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    hand.expect_address(page, image="scans/oblique.nii.gz")


def test_markup_in_a_link_is_shown_as_text(look_at):
    page = look_at("/anatomy?image=<img src=x onerror=alert(1)>**bold**", chart=None)
    hand.expect_alert(page, "<img src=x onerror=alert(1)>**bold**")


def test_a_ticket_of_nobody_is_refused(page, server):
    answer = page.request.get(f"{server.url}/live/data/guessed")
    assert answer.status == 404
    assert answer.text() == "This address has expired. Reload the page."
