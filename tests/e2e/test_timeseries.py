"""The time series page under the hand: what is dragged, clicked and played, and what the series then shows."""

import re
from io import BytesIO

import numpy as np
import pytest
from nibabel.affines import apply_affine
from PIL import Image as Picture
from playwright.sync_api import Page, expect

from tests.builders.series_runs import ACTIVE, FLASH, STORY, T1W, TASKS, course, write_study
from tests.e2e import hand, images
from tests.e2e.server import run_server

PAGE = "/timeseries?units=raw&image="


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return the app with a study of three runs and an empty cache."""
    study = write_study(tmp_path_factory.mktemp("start") / "made", images.oblique())
    cache = str(tmp_path_factory.mktemp("cache"))
    with run_server(tmp_path_factory.mktemp("server") / "log", study, VOXEL_EXPLORER_CACHE=cache) as running:
        yield running


def mm(ijk) -> np.ndarray:
    return apply_affine(images.oblique(), ijk)


@pytest.fixture
def look(look_at):
    """Open a run at its active voxel and wait until slices and series are drawn."""

    def open_run(image: str = FLASH, query: str = "", *, ijk=ACTIVE, **options) -> Page:
        x, y, z = mm(ijk)
        page = look_at(f"{PAGE}{image}&x={x:.2f}&y={y:.2f}&z={z:.2f}{query}", chart=None, **options)
        hand.wait_until_drawn(page, "slices")
        expect_series(page, ijk)
        return page

    return open_run


def trace(page: Page, number: int, chart: str = "series") -> dict:
    """Return the numbers of a trace as Plotly draws them."""
    return page.evaluate(
        """([name, number]) => {
            const { x, y, name: own } = document.querySelector(`.st-key-${name} .plot`).data[number];
            return { x: [...x], y: [...y], name: own };
        }""",
        [chart, number],
    )


def expect_series(page: Page, ijk, chart: str = "series") -> None:
    """Wait until a chart's first trace is that of a voxel."""
    hand.wait_for(
        page,
        """([chart, name]) => document.querySelector(`.st-key-${chart} .plot`)?.data?.[0].name === name""",
        [chart, "voxel {} {} {}".format(*ijk)],
    )


def marked_time(page: Page) -> float:
    return trace(page, 2)["x"][0]


def expect_marked(page: Page, seconds: float) -> None:
    """Wait until the line on the series stands at a time."""
    hand.wait_for(
        page,
        "(seconds) => document.querySelector('.st-key-series .plot').data[2].x.every((x) => x === seconds)",
        seconds,
    )


def click_plot(page: Page, chart: str, x: float, y: float | None = None) -> None:
    """Click at a place of a plot's first axes, in its data's numbers; without `y` in the middle of its height."""
    page.locator(f".st-key-{chart} .plot").scroll_into_view_if_needed()
    place = page.evaluate(
        """([name, x, y]) => {
            const plot = document.querySelector(`.st-key-${name} .plot`);
            const box = plot.getBoundingClientRect();
            const { xaxis, yaxis } = plot._fullLayout;
            const down = y === null ? yaxis._length / 2 : yaxis.d2p(y);
            return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + down];
        }""",
        [chart, x, y],
    )
    page.mouse.click(*place)


def button(page: Page, name: str):
    return hand.container(page, "slices").get_by_role("button", name=name, exact=True)


def go_to(page: Page, ijk, chart: str = "slices") -> None:
    """Click on a voxel in the axial plane, scrolled into view, and wait until readout and series are its own."""
    page.locator(f".st-key-{chart} .plot").scroll_into_view_if_needed()
    hand.click_at(page, "axial", mm(ijk), chart=chart)
    hand.expect_voxel(page, ijk)
    expect_series(page, ijk)


# --- the cursor and the series ------------------------------------------------------------------------------------


def test_series_is_the_file_s_and_the_page_opens_at_the_link_s_volume(look):
    page = look(query="&t=12")
    assert trace(page, 0)["y"] == course("flash", ACTIVE).tolist()
    assert trace(page, 0)["x"][:3] == [0, 2, 4]
    expect_marked(page, 24)
    hand.expect_readout(page, f"value {course('flash', ACTIVE)[12]:g} t 12 (24.00 s)")


def test_series_follows_the_drag(look):
    page = look(ijk=(6, 7, 5))
    first, last = (hand.place_of(page, "axial", mm(ijk)) for ijk in ((6, 7, 5), (3, 10, 5)))
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*last, steps=6)
    # While the button is still held down.
    expect_series(page, (3, 10, 5))
    assert trace(page, 0)["y"] == course("flash", (3, 10, 5)).tolist()
    page.mouse.up()
    assert hand.expect_voxel(page, (3, 10, 5)).value == course("flash", (3, 10, 5))[0]


def test_an_answer_about_a_trace_that_is_not_there_is_told(look):
    """A change of a trace that the figure does not have was dropped, and nobody heard of it."""
    page = look()
    stranger = {"traces": {"nobody": {"y": [1]}}}
    page.route(re.compile(r"/live/data/.*\?x="), lambda route: route.fulfill(json=stranger))
    hand.click_at(page, "axial", mm((6, 7, 5)))
    told = hand.container(page, "series").locator(".message")
    expect(told).to_have_text("This figure has no nobody to be changed. Reload the page.")
    assert trace(page, 0)["name"] == "voxel {} {} {}".format(*ACTIVE)


def test_click_on_the_series_moves_the_volume(look):
    page = look()
    click_plot(page, "series", 40.7)
    hand.expect_readout(page, f"value {course('flash', ACTIVE)[20]:g} t 20 (40.00 s)")
    expect_marked(page, 40)
    hand.expect_address(page, t="20")
    expect(hand.container(page, "slices").locator(".which")).to_have_text("volume 20 of 0–47")
    # The slices show that volume: the spike is brighter than the window.
    hand.wait_until_drawn(page)
    assert hand.code_under_crosshair(page, "axial") == 255


def test_slider_and_first_and_last_move_the_line(look):
    page = look()
    button(page, "Last").click()
    expect_marked(page, 94)
    hand.expect_readout(page, "t 47 (94.00 s)")
    hand.container(page, "slices").locator(".volume").focus()
    page.keyboard.press("ArrowLeft")
    hand.expect_readout(page, "t 46 (92.00 s)")
    button(page, "First").click()
    hand.expect_readout(page, "t 0 (0.00 s)")
    expect_marked(page, 0)


def test_play_advances_until_it_is_paused_and_goes_round(look):
    page = look(query="&t=44")
    hand.container(page, "slices").locator(".rate").select_option("20")
    button(page, "Play").click()
    # From 44 past the last volume, 47, to the first ones again.
    hand.wait_for(page, "() => voxelExplorer.cursor.t > 0 && voxelExplorer.cursor.t < 40")
    button(page, "Pause").click()
    t = page.evaluate("() => voxelExplorer.cursor.t")
    hand.expect_readout(page, re.compile(rf"t {t} \({2 * t}\.00 s\)"))
    expect_marked(page, 2 * t)


def test_volume_beyond_a_shorter_run_is_its_last_one(look):
    page = look(STORY, "&t=47")
    hand.expect_readout(page, "t 39 (58.50 s)")
    expect(hand.container(page, "slices").locator(".which")).to_have_text("volume 39 of 0–39")
    expect_marked(page, 58.5)
    hand.container(page, "series").locator(".live-chart").focus()
    page.keyboard.press("ArrowLeft")
    hand.expect_readout(page, "t 38 (57.00 s)")


# --- steps, holding, links ----------------------------------------------------------------------------------------


def test_steps_change_the_series_in_place(look):
    page = look()
    hand.mark_node(page, "series")
    hand.container(page, "units").get_by_text("z", exact=True).click()
    raw = course("flash", ACTIVE)
    expected = ((raw - raw.mean()) / raw.std(ddof=1)).tolist()
    hand.wait_for(
        page,
        "(first) => Math.abs(document.querySelector('.st-key-series .plot').data[0].y[0] - first) < 1e-4",
        expected[0],
    )
    np.testing.assert_allclose(trace(page, 0)["y"], expected, rtol=1e-4)
    expect(hand.container(page, "series").locator(".ytitle")).to_have_text("z")
    hand.choose(page, "Remove slow drift", "linear")
    hand.wait_for(page, "() => document.querySelector('.st-key-words').innerText.includes('remove the linear trend')")
    assert hand.is_same_node(page, "series")
    hand.expect_address(page, units="z", detrend="linear")


def test_held_voxel_stays_while_the_cursor_moves_on_and_is_in_the_link(look, look_at, server):
    page = look()
    page.get_by_role("button", name="Hold this voxel").click()
    hand.wait_until_idle(page)
    go_to(page, (3, 10, 6))
    hand.wait_for(page, "() => new URL(location.href).searchParams.has('held')")
    address = page.url.removeprefix(server.url)
    again = look_at(address, chart="slices")
    expect_series(again, (3, 10, 6))
    hand.wait_for(
        again,
        """() => document.querySelector('.st-key-series .plot').data.some(({ name }) => name === 'held voxel 8 4 6')""",
    )
    again.get_by_role("button", name="Stop holding").click()
    hand.wait_for(again, "() => !new URL(location.href).searchParams.has('held')")


def test_series_is_downloaded_with_what_is_held(look, tmp_path):
    page = look(query="&hrf=spm")
    page.get_by_role("button", name="Hold this voxel").click()
    hand.wait_until_idle(page)
    go_to(page, (3, 10, 6))
    hand.wait_until_idle(page)
    path = hand.download(page, page.get_by_role("button", name="Series as CSV"), tmp_path)
    lines = path.read_text("utf-8").splitlines()
    assert "# voxel i j k: 3 10 6" in lines
    header = next(line for line in lines if not line.startswith("#")).split(",")
    assert header[:5] == ["volume", "seconds", "voxel 3 10 6", "voxel 3 10 6 raw", "held voxel 8 4 6"]
    assert header[5:] == ["left x spm HRF", "right x spm HRF"]
    row = lines[-1].split(",")
    own, held = (f"{course('flash', ijk)[47]:g}" for ijk in ((3, 10, 6), ACTIVE))
    assert row[:5] == ["47", "94", own, own, held]


def test_series_is_saved_as_a_picture(look, tmp_path):
    page = look()
    hand.container(page, "series").locator(".plot").hover()
    path = hand.download(page, page.locator(".st-key-series [data-title='Download PNG of this view']"), tmp_path)
    assert path.name == "sub-01_task-flash_bold-series.png"
    width, height, n_colours = hand.measure_picture(path)
    assert width > 1000
    assert height > 400
    assert n_colours > 10


# --- neighbours and tasks -----------------------------------------------------------------------------------------


def test_click_on_a_neighbour_s_cell_moves_there(look):
    page = look(query="&panel=Neighbours")
    hand.wait_until_drawn(page, "neighbours")
    hand.wait_for(page, "() => document.querySelector('.st-key-neighbours .plot').data[1].text[4] === '8 4 6'")
    # The cell at the right of the middle: the first index grows to the left.
    click_plot(page, "neighbours", 2.5, 1.5)
    hand.expect_voxel(page, (7, 4, 6))
    expect_series(page, (7, 4, 6))
    hand.wait_for(page, "() => document.querySelector('.st-key-neighbours .plot').data[1].text[4] === '7 4 6'")


def test_three_tasks_follow_one_cursor_each_on_its_own_time(look):
    page = look(query="&panel=Runs+side+by+side")
    for ijk in (ACTIVE, (3, 10, 6)):
        if ijk != ACTIVE:
            go_to(page, ijk)
        words = "voxel {} {} {}".format(*ijk)
        hand.wait_for(
            page,
            # A panel a run, once each of them has been read.
            """([n, words]) => {
                const titles = document.querySelector('.st-key-tasks .plot')?.layout?.annotations ?? [];
                return titles.length === n && titles.every(({ text }) => text.endsWith(words));
            }""",
            [len(TASKS), words],
        )
        for number, (task, (_, tr, _)) in enumerate(TASKS.items()):
            found = trace(page, number, "tasks")
            assert found["y"] == course(task, ijk).tolist()
            assert found["x"][1] == tr


# --- other images, other screens ----------------------------------------------------------------------------------


def test_three_dimensions_get_a_sentence_and_a_way_out(look_at):
    page = look_at(PAGE + T1W, chart=None)
    hand.expect_alert(page, "has one volume, but the Time series page needs a 4-D run")
    cards = hand.container(page, "runs-of-study")
    expect(cards.get_by_role("img")).to_have_count(3)
    cards.get_by_role("button", name="sub-01, flash", exact=True).click()
    hand.wait_until_drawn(page, "series")
    hand.expect_address(page, image=FLASH)


def test_t1w_beside_the_slices_moves_the_same_cursor(look):
    page = look(query="&t1w=true")
    hand.wait_until_drawn(page, "anatomy")
    go_to(page, (3, 10, 6), chart="anatomy")


def test_on_a_phone_slices_and_series_share_one_screen(look):
    page = look(width=390, height=844)
    hand.expect_no_overflow(page)
    # Once the bar of the reading has gone.
    place = "limit => document.querySelector('.st-key-series .plot').getBoundingClientRect().top < limit"
    hand.wait_for(page, place, 844 - 120)
    go_to(page, (3, 10, 6))


# --- the fast picture ---------------------------------------------------------------------------------------------


def picture_of(page: Page, chart: str) -> np.ndarray:
    """Return the grey levels of a chart, without what stands left of and over its lines: labels and legend."""
    data = page.locator(f".st-key-{chart} .plot").screenshot()
    return np.asarray(Picture.open(BytesIO(data)).convert("L"), dtype=np.int16)[30:, 60:]


@pytest.mark.parametrize("query", ["", "&raw=true&units=percent"])
def test_the_fast_picture_of_lines_is_the_figure_that_follows(look, query):
    """Another voxel's line on a scale of its own, and a held one that has to follow that scale."""
    page = look(query=query, height=1400)
    page.get_by_role("button", name="Hold this voxel").click()
    hand.wait_until_idle(page)
    before = picture_of(page, "series")
    hand.keep_from_rest(page)
    hand.click_at(page, "axial", mm((3, 10, 6)))
    expect(page.locator(".st-key-series .stand-in:not([hidden])")).to_be_visible()
    hand.expect_voxel(page, (3, 10, 6))
    fast = picture_of(page, "series")
    page.evaluate("() => letRest()")
    expect(page.locator(".st-key-series .stand-in:not([hidden])")).to_have_count(0)
    expect_series(page, (3, 10, 6))
    figure = picture_of(page, "series")
    assert (abs(fast - before) > 80).mean() > 0.01
    assert (abs(fast - figure) > 80).mean() < 0.001
