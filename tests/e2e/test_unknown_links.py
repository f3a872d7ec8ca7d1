"""Links that this server does not know as they are: what is near is offered, nothing stands in its place."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.builders.levelless_runs import write_images
from tests.e2e import hand, images
from tests.e2e.server import run_server

PAGES = ("/", "/anatomy", "/spaces", "/timeseries", "/quality")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return the app started with two folders further up than the studies in them."""
    start = tmp_path_factory.mktemp("start")
    images.write_images(start / "data" / "scans")
    write_images(start / "data" / "odd", images.oblique())
    (start / "more" / "scans").mkdir(parents=True)
    shutil.copy(start / "data" / "scans" / "signed.nii.gz", start / "more" / "scans")
    # Its name is near, but it lies outside of what may be read.
    shutil.copy(start / "data" / "scans" / "signed.nii.gz", start / "oblique-secret.nii.gz")
    folders = (start / "data", start / "more")
    cache = str(tmp_path_factory.mktemp("cache"))
    with run_server(tmp_path_factory.mktemp("server") / "log", *folders, VOXEL_EXPLORER_CACHE=cache) as running:
        yield running


def near(page: Page, key: str = "image") -> list[str]:
    """Return the names that are offered in the place of one that is not there, once the page has come to its end."""
    buttons = hand.container(page, f"near-{key}").get_by_role("button")
    expect(buttons.first).to_be_visible()
    hand.wait_until_idle(page)
    return [name.split("\n")[-1] for name in buttons.all_inner_texts()]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_another_image_and_each_keeps_the_address_and_offers_names_near_it(look_at, path):
    page = look_at(f"{path}?image=data/scans/oblique-2.nii.gz", chart=None)
    hand.expect_alert(page, 'There is no image "data/scans/oblique-2.nii.gz" here.')
    expect(page.locator(".live-chart")).to_have_count(0)
    hand.expect_address(page, image="data/scans/oblique-2.nii.gz")
    assert near(page) == ["data/scans/oblique.nii.gz"]
    hand.container(page, "near-image").get_by_role("button").click()
    hand.wait_until_idle(page)
    hand.expect_address(page, image="data/scans/oblique.nii.gz")
    expect(page.get_by_text("There is no image")).to_have_count(0)
    if path in ("/anatomy", "/spaces"):
        hand.wait_until_drawn(page)
        hand.expect_readout(page, "i 12 j 14 k 10")


@pytest.mark.parametrize("path", PAGES)
def test_a_link_from_a_server_of_the_study_alone_opens_its_image(look_at, path):
    name = "acquired_bold.nii.gz"
    page = look_at(f"{path}?image=odd/{name}", chart=None)
    label = "Chosen image" if path == "/" else "Image"
    expect(page.get_by_role("combobox", name=label, exact=True)).to_have_value(f"data/odd/{name}")
    expect(page.get_by_test_id("stAlert").filter(has_text="There is no image")).to_have_count(0)
    if path == "/":
        expect(page.get_by_role("combobox", name="Open a study of this server")).to_have_value("data")
    else:
        hand.wait_until_drawn(page)
        hand.expect_address(page, image=f"data/odd/{name}")


def test_a_link_that_may_be_either_of_two_images_names_both(look_at):
    page = look_at("/anatomy?image=scans/signed.nii.gz", chart=None)
    hand.expect_alert(page, "may be any of 2 images here. Choose the one that is meant.")
    assert near(page) == ["data/scans/signed.nii.gz", "more/scans/signed.nii.gz"]
    hand.container(page, "near-image").get_by_role("button").nth(1).click()
    hand.wait_until_drawn(page)
    hand.expect_address(page, image="more/scans/signed.nii.gz")


@pytest.mark.parametrize(
    ("path", "key"),
    [("/anatomy", "overlay"), ("/spaces", "overlay"), ("/quality", "regions"), ("/timeseries", "overlay")],
)
def test_a_second_image_that_is_not_there_is_said_beside_its_list_and_the_first_one_shown(look_at, path, key):
    page = look_at(f"{path}?image=data/odd/acquired_bold.nii.gz&{key}=data/scans/singed.nii.gz", chart=None)
    hand.wait_until_drawn(page)
    hand.expect_address(page, **{key: "data/scans/singed.nii.gz"})
    if path == "/timeseries":
        page.get_by_test_id("stSidebar").get_by_text("Picture", exact=True).click()
    hand.expect_alert(page, 'There is no image "data/scans/singed.nii.gz" here.')
    assert near(page, key)[:2] == ["data/scans/signed.nii.gz", "more/scans/signed.nii.gz"]
    # A run that has been read through meanwhile puts the page up anew, under the mouse.
    hand.wait_until_idle(page)
    hand.container(page, f"near-{key}").get_by_role("button").first.click()
    hand.wait_until_idle(page)
    hand.expect_address(page, **{key: "data/scans/signed.nii.gz"})
    expect(hand.container(page, f"near-{key}")).to_have_count(0)


def test_a_second_image_travels_between_servers_too(look_at):
    page = look_at("/anatomy?image=data/scans/oblique.nii.gz&overlay=odd/colours.nii.gz")
    hand.expect_readout(page, "colours.nii.gz")


def test_a_mask_that_is_not_there_is_said_and_stays_in_the_address(look_at):
    page = look_at("/quality?image=data/odd/acquired_bold.nii.gz&mask=data/odd/gone_mask.nii.gz")
    hand.expect_alert(page, "This brain mask is not used", 'There is no image "data/odd/gone_mask.nii.gz" here.')
    hand.expect_address(page, mask="data/odd/gone_mask.nii.gz")


def test_near_names_are_shown_letter_by_letter(start_server, new_visitor, tmp_path):
    """A file may be called anything, and its name stands on a button."""
    folder = tmp_path / "evil"
    folder.mkdir()
    name = "**bold** :material-home: $x$ <b>.nii"
    shutil.copy(write_one(tmp_path), folder / name)
    page = hand.open_page(
        new_visitor(), f"{start_server(folder).url}/anatomy?image=evil/**bold** $x$ <b>.nii", chart=None
    )
    assert near(page) == [f"evil/{name}"]
    hand.container(page, "near-image").get_by_role("button").click()
    hand.wait_until_drawn(page)


def write_one(folder: Path) -> Path:
    images.oblique_image().to_filename(folder / "one.nii")
    return folder / "one.nii"
