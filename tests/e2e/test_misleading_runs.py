"""Runs whose numbers would mislead, under the hand: a gap is drawn as one, and a percentage that is none is refused."""

import re

import pytest
from nibabel.affines import apply_affine
from playwright.sync_api import Page

from tests.builders.levelless_runs import BRIGHTNESS, COLOUR_AT, GAPS, HOLED, MAGNITUDE, WHOLE, write_images
from tests.e2e import hand, images
from tests.e2e.server import run_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return the app with the odd runs and an empty cache."""
    folder = write_images(tmp_path_factory.mktemp("start") / "odd", images.oblique())
    cache = str(tmp_path_factory.mktemp("cache"))
    with run_server(tmp_path_factory.mktemp("server") / "log", folder, VOXEL_EXPLORER_CACHE=cache) as running:
        yield running


def mm(ijk):
    return apply_affine(images.oblique(), ijk)


@pytest.fixture
def look(look_at):
    """Open a page with one of the images at a voxel, and wait until its charts are drawn."""

    def open_image(name: str, page: str = "timeseries", *, ijk=WHOLE, query: str = "", **options) -> Page:
        x, y, z = mm(ijk)
        opened = look_at(f"/{page}?image=odd/{name}&x={x:.2f}&y={y:.2f}&z={z:.2f}{query}", chart=None, **options)
        hand.wait_until_drawn(opened, "slices")
        if page == "timeseries":
            expect_series(opened, ijk)
        return opened

    return open_image


def expect_series(page: Page, ijk) -> None:
    """Wait until the series is that of a voxel."""
    hand.wait_for(
        page,
        "name => document.querySelector('.st-key-series .plot')?.data?.[0].name === name",
        "voxel {} {} {}".format(*ijk),
    )


def stretches(page: Page) -> int:
    """Return in how many pieces the voxel's line is drawn."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".st-key-series .plot .scatterlayer > .trace")]
            .find((group) => group.__data__[0].trace.uid === "processed").querySelectorAll(".js-line").length"""
    )


def notes(page: Page, chart: str = "series") -> str:
    """Return what a chart says in itself."""
    return " ".join(hand.container(page, chart).locator(".annotation-text").all_text_contents())


def shown_traces(page: Page) -> dict[str, bool]:
    """Return the traces that have a name and a value, and whether they are seen."""
    return page.evaluate(
        """() => Object.fromEntries(document.querySelector(".st-key-series .plot").data
            .filter(({ name, y }) => name && [...y].some((value) => value !== null))
            .map(({ name, visible }) => [name, visible !== false]))"""
    )


def test_a_gap_is_drawn_as_a_gap_and_counted(look):
    """One NaN volume blanked the whole course, with a false sentence."""
    page = look("gaps_bold.nii.gz")
    # Before 7, between 7 and 20, from 22 on: 20 and 21 are one gap.
    assert stretches(page) == len(GAPS)
    assert notes(page) == ""
    words = hand.container(page, "words")
    assert "3 of 40 volumes have no finite value: drawn as gaps" in words.inner_text()


def test_a_gap_stays_one_while_the_hand_drags(look):
    page = look("gaps_bold.nii.gz")
    first, last = (hand.place_of(page, "axial", mm(ijk)) for ijk in (WHOLE, (8, 4, 4)))
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*last, steps=6)
    expect_series_while_dragged(page, (8, 4, 4))
    page.mouse.up()
    hand.expect_voxel(page, (8, 4, 4))
    hand.wait_until_drawn(page, "series")
    assert stretches(page) == len(GAPS)


def expect_series_while_dragged(page: Page, ijk) -> None:
    """Wait until the chart was told of a voxel, drawn by Plotly or by the fast picture, with its gaps in it."""
    hand.wait_for(
        page,
        """([name, gaps]) => {
            const { patches } = document.querySelector(".st-key-series .live-chart").chart;
            return patches.processed?.name === name && gaps.every((gap) => patches.processed.y[gap] === null);
        }""",
        ["voxel {} {} {}".format(*ijk), list(GAPS)],
    )


def test_percent_of_a_demeaned_run_is_refused_over_its_course_and_z_is_one_click_away(look):
    """An axis of +-100 million % was drawn."""
    page = look("demeaned_bold.nii.gz")
    assert "Percent signal change has no meaning here: the mean of this voxel is" in notes(page)
    assert "in all of this run, which was demeaned or standardised" in notes(page)
    assert shown_traces(page) == {"raw values (own scale)": True}
    hand.container(page, "show-z").get_by_role("button").click()
    hand.wait_for(page, "() => document.querySelector('.st-key-series .plot')._fullLayout.yaxis.title.text === 'z'")
    hand.wait_until_drawn(page, "series")
    assert notes(page) == ""
    assert shown_traces(page)["voxel {} {} {}".format(*WHOLE)]
    hand.expect_address(page, units="z")


def test_the_refusal_comes_and_goes_with_the_voxel_under_the_hand(look):
    """The head of this run is demeaned and its background is not: a note must not outlive its voxel."""
    page = look("half_bold.nii.gz", ijk=WHOLE)
    assert "no meaning here" in notes(page)
    outside = (12, 5, 4)
    first, last = (hand.place_of(page, "axial", mm(ijk)) for ijk in (WHOLE, outside))
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*last, steps=5)
    expect_note(page, is_there=False)
    page.mouse.move(*first, steps=5)
    expect_note(page, is_there=True)
    page.mouse.up()
    hand.expect_voxel(page, WHOLE)


def expect_note(page: Page, *, is_there: bool) -> None:
    """Wait until the series shows a note, or none, in the figure that is seen."""
    hand.wait_for(
        page,
        """isThere => {
            const notes = [...document.querySelectorAll(".st-key-series .annotation-text")];
            return notes.some((note) => note.checkVisibility({ visibilityProperty: true })) === isThere;
        }""",
        is_there,
    )


def test_neighbours_without_a_value_say_so(look):
    page = look("demeaned_bold.nii.gz", query="&panel=Neighbours")
    hand.wait_until_drawn(page, "neighbours")
    labels = hand.container(page, "neighbours").locator(".textpoint").all_text_contents()
    assert labels.count("{} {} {} no value".format(*WHOLE)) == 1


def test_a_voxel_with_a_hole_of_its_own_has_one_gap_more(look):
    page = look("gaps_bold.nii.gz", ijk=HOLED)
    assert stretches(page) == len(GAPS) + 1


def test_quality_of_a_demeaned_run_says_what_it_cannot_have(look):
    page = look("demeaned_bold.nii.gz", "quality")
    hand.expect_alert(page, "This run has no level", "tSNR, ghost, DVARS in percent")
    strip = hand.container(page, "verdict").inner_text().replace("\n", " ")
    assert "Not judged: head movement, as there is no motion file that fits; tSNR, ghost and what was taken" in strip
    assert re.search(r"Signal to noise.{0,50} no value", strip), strip
    assert re.search(r"Ghost.{0,50} no value", strip), strip
    assert re.search(r"Settling.{0,50} 2 volumes", strip), strip


def test_a_colour_is_read_as_its_brightness(look):
    page = look("colours.nii.gz", "anatomy", ijk=COLOUR_AT)
    hand.expect_readout(page, f"brightness {BRIGHTNESS:.6g}")
    assert hand.read_readout(page).value == pytest.approx(BRIGHTNESS)


def test_a_complex_number_is_read_as_its_magnitude(look):
    page = look("complex.nii.gz", "anatomy")
    hand.expect_readout(page, f"magnitude {MAGNITUDE}")
    assert hand.read_readout(page).value == MAGNITUDE
