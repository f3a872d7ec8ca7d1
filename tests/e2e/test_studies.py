"""The first page in a real browser: the newcomer's two clicks, a row for all pages, what cannot be opened."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.builders.series_runs import write_study
from tests.builders.study_trees import write_bids, write_text
from tests.e2e import hand, images
from tests.e2e.server import run_server

NOTES = re.compile(r"^i 88 j 120 k 128\s+x 0\.80 y 21\.18 z 18\.10 mm\s+value 115\.5")
ROW_HEIGHT = 35


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return an app of these tests' own, with nothing built yet, a study of two subjects, and one of three runs."""
    folder = tmp_path_factory.mktemp("start") / "study"
    write_bids(folder)
    made = write_study(folder.parent / "made", images.oblique())
    write_text(folder / "sub-01" / "anat" / "sub-01_PDw.nii.gz", "version https://git-lfs.github.com/spec/v1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path_factory.mktemp("cache")))
        with run_server(tmp_path_factory.mktemp("server") / "log", folder, made) as running:
            yield running


# From a table's left edge, in px: the box to tick, the arrow, the file's name, its kind.
TICK, ARROW, FILE, KIND = 17, 60, 200, 430


def click_row(page: Page, number: int, across: int) -> None:
    """Click into a row of the table, the first being 0; the table is drawn on a canvas."""
    grid = page.get_by_test_id("stDataFrame").first
    expect(grid.locator("canvas").first).to_be_visible()
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.mouse.click(box["x"] + across, box["y"] + ROW_HEIGHT * (number + 1.5))
    hand.wait_until_idle(page)


def test_cold_link_to_the_sample_shows_the_notes_numbers(look_at):
    """Nobody has opened the sample, or any page, on this server: the image is built while the visitor waits."""
    page = look_at("/anatomy?image=sample/sub-01/anat/sub-01_T1w.nii.gz")
    expect(page.locator(".st-key-readout")).to_have_text(NOTES)


def test_newcomer_sees_a_response_after_one_click(look_at):
    """From the first page to a voxel that follows a condition; the first volumes do not set the scale."""
    page = look_at("/", chart="template")
    page.get_by_role("button", name="Open the sample", exact=True).click()
    expect(hand.container(page, "why-here")).to_contain_text(
        re.compile(r'This voxel follows "(play|watch)": r 0\.[6-9]')
    )
    hand.wait_until_drawn(page, "series")
    hand.wait_until_drawn(page)
    assert "/timeseries?" in page.url
    hand.expect_address(page, image="sample/sub-01/func/sub-01_task-game_bold.nii.gz", drop="2")
    low, high = page.evaluate("document.querySelector('.st-key-series .plot').layout.yaxis.range")
    assert -6 < low < high < 6
    names = page.evaluate("document.querySelector('.st-key-series .plot').data.map(({ name }) => name)")
    assert {"play", "watch"} <= set(names)
    hand.container(page, "why-here").get_by_role("button", name="Why here?").click()
    expect(page.get_by_text("This is no statistical test")).to_be_visible()


def test_newcomer_browses_the_sample_to_the_notes_numbers_in_two_clicks(look_at):
    page = look_at("/", chart=None)
    page.get_by_role("button", name="Browse the sample study").click()
    expect(page.get_by_text("Simulated: nobody was scanned")).to_be_visible()
    page.get_by_test_id("stPageLink").get_by_text("Anatomy").click()
    expect(page.locator(".st-key-readout")).to_have_text(NOTES)
    hand.wait_until_drawn(page)
    assert "image=sample" in page.url


def test_first_page_shows_a_brain_that_answers_and_all_ways_before_the_table(look_at):
    """What the hand does there is nobody's cursor: no address and no other page learns it."""
    page = look_at("/", chart="template")
    for key in ("template", "way-sample", "way-upload", "way-study", "next"):
        box = hand.container(page, key).bounding_box()
        assert box["y"] + box["height"] <= 900, key
    expect(hand.container(page, "next").get_by_role("img")).to_have_count(5)
    text = hand.container(page, "template").get_by_test_id("stText")
    expect(text).to_have_text(re.compile(r"x -38\.00 y -22\.00 z 56\.00 mm"))
    left, top, width, height = hand.container(page, "template").locator(".live-chart .plot").bounding_box().values()
    page.mouse.click(left + width / 6, top + height / 2)
    expect(text).not_to_have_text(re.compile(r"z 56\.00 mm"))
    assert "z=" not in page.url
    hand.go_to_page(page, "Anatomy", "/anatomy")
    hand.wait_until_drawn(page)
    expect(page.locator(".st-key-readout")).to_have_text(re.compile(r"^i 98 j 116 k 94\s"))


def test_pictures_lead_to_their_views_as_often_as_they_are_clicked(look_at):
    """What a control was set to for the second time was forgotten on the way."""
    page = look_at("/", chart="template")
    for _ in range(2):
        hand.container(page, "next-3").get_by_role("button").click()
        hand.wait_for(page, "() => location.pathname === '/anatomy'")
        hand.wait_until_drawn(page)
        hand.expect_address(page, image="mni152-t1", overlay="motor-map", x="-38.00")
        hand.go_to_page(page, "Studies", "/")
        hand.container(page, "next-0").get_by_role("button").click()
        hand.wait_for(page, "() => location.pathname === '/timeseries'")
        expect(hand.container(page, "why-here")).to_contain_text("This voxel follows")
        expect(page.get_by_role("spinbutton", name="Leave out first volumes")).to_have_value("2")
        hand.expect_address(page, image="sample/sub-01/func/sub-01_task-game_bold.nii.gz", drop="2")
        hand.go_to_page(page, "Studies", "/")


def test_each_page_is_one_click_away(look_at):
    page = look_at("/", chart=None)
    tabs, links = page.get_by_test_id("stTopNavLink"), page.get_by_test_id("stPageLink")
    expect(tabs.filter(has_text="Quality")).to_be_visible()
    names = [tab.strip() for tab in tabs.all_inner_texts()]
    assert names[0] == "Studies"
    # A link's text ends with its arrow.
    expect(links).to_contain_text(names[1:])


def test_ticked_row_is_the_image_of_all_pages_and_of_the_link(look_at):
    page = look_at("/?study=study&kind=anatomy", chart=None)
    click_row(page, 0, TICK)
    expect(page).to_have_url(re.compile(r"image=study%2Fsub-01%2Fanat%2Fsub-01_T1w\.nii\.gz"))
    page.get_by_test_id("stPageLink").get_by_text("Anatomy").click()
    # shape // 2 of (7, 8, 9)
    expect(page.locator(".st-key-readout")).to_have_text(re.compile(r"^i 3 j 4 k 4\s"))
    page.get_by_test_id("stTopNavLink").get_by_text("Studies").click()
    expect(page).to_have_url(re.compile(r"image=study%2Fsub-01%2Fanat%2Fsub-01_T1w\.nii\.gz"))


def test_row_that_cannot_be_opened_says_why_and_leaves_the_image(look_at):
    page = look_at("/?study=study&kind=anatomy&image=mni152-t1", chart=None)
    row = page.locator("[data-testid=stDataFrame] tbody tr", has_text="sub-01_PDw").first
    click_row(page, int(row.get_attribute("aria-rowindex")) - 2, FILE)
    expect(page.get_by_role("alert")).to_contain_text("sub-01_PDw.nii.gz cannot be opened. It is a Git LFS pointer")
    expect(page).to_have_url(re.compile("image=mni152-t1"))


@pytest.mark.parametrize("across", [ARROW, FILE, KIND])
def test_a_click_on_a_run_opens_it_on_time_series(look_at, across):
    page = look_at("/?study=made", chart=None)
    click_row(page, 1, across)
    expect(page).to_have_url(re.compile(r"/timeseries\?.*image=made%2Fsub-01%2Ffunc%2Fsub-01_task-flash_bold"))
    hand.wait_until_drawn(page)


def test_a_click_on_an_anatomy_opens_it_on_anatomy_as_often_as_wanted(look_at):
    page = look_at("/?study=study&kind=anatomy", chart=None)
    for _ in range(2):
        click_row(page, 0, FILE)
        expect(page).to_have_url(re.compile(r"/anatomy\?.*image=study%2Fsub-01%2Fanat%2Fsub-01_T1w"))
        hand.wait_until_drawn(page)
        page.get_by_test_id("stTopNavLink").get_by_text("Studies").click()
        hand.wait_until_idle(page)


def test_the_keyboard_walks_down_the_table_and_opens_a_row(look_at):
    page = look_at("/?study=study&kind=anatomy", chart=None)
    page.get_by_role("textbox", name="Name contains").focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('[data-testid=stDataFrame] canvas') !== null"):
            break
    page.keyboard.press("ArrowDown")
    hand.wait_until_idle(page)
    page.keyboard.press("ArrowUp")
    hand.wait_until_idle(page)
    assert "/anatomy" not in page.url
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"/anatomy\?.*image=study%2Fsub-01%2Fanat%2Fsub-01_T1w"))


def test_cold_quality_offers_runs_with_pictures_and_opens_one_on_the_same_page(look_at):
    """It was a sentence and one button; the sample's pictures are there before its images are built."""
    page = look_at("/quality", chart=None)
    study, sample = hand.container(page, "runs-of-study"), hand.container(page, "runs-of-sample")
    expect(sample.get_by_role("img")).to_have_count(4)
    expect(study.get_by_test_id("stBaseButton-secondary").first).to_be_visible()
    sample.get_by_role("button", name="sub-02, game", exact=True).click()
    hand.wait_until_drawn(page, "carpet")
    hand.expect_address(page, image="sample/sub-02/func/sub-02_task-game_bold.nii")
    assert "/quality" in page.url


def test_runs_are_offered_two_across_on_a_phone(look_at):
    page = look_at("/timeseries", chart=None, width=390, height=844)
    pictures = hand.container(page, "runs-of-sample").get_by_role("img")
    expect(pictures).to_have_count(4)
    tops = [picture.bounding_box()["y"] for picture in pictures.all()]
    assert tops[0] == tops[1] < tops[2]
    hand.expect_no_overflow(page)


def test_events_of_the_chosen_run_are_drawn(look_at):
    page = look_at("/?image=sample/sub-01/func/sub-01_task-game_bold.nii.gz", chart=None)
    timeline = page.locator(".live-chart .plot")
    expect(timeline.locator(".bars .point")).to_have_count(8)
    expect(timeline.get_by_text("play", exact=True)).to_be_visible()
    expect(page.get_by_text("TR 2 s, from task-game_bold.json")).to_be_visible()


def test_nothing_is_wider_than_a_phone(look_at):
    page = look_at("/?image=sample/sub-01/func/sub-01_task-game_bold.nii.gz", chart=None, width=390, height=844)
    expect(page.locator(".live-chart .plot .bars .point")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_unknown_image_in_the_link_is_said_in_an_alert(look_at):
    page = look_at("/?image=elsewhere/brain.nii", chart=None)
    expect(page.get_by_role("alert")).to_contain_text('There is no image "elsewhere/brain.nii" here')
