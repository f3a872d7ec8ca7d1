"""The quality page under the hand: carpet and traces on one axis, clicks on both, the report and the study."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.builders.quality_runs import HEAD, JUMP, N_VOLUMES, SPIKE, TR, head_mask, motion_table, write_study
from tests.e2e import hand, images
from tests.e2e.server import run_server

FIRST = "made/sub-01/func/sub-01_task-rest_bold.nii.gz"
LAST = "made/sub-02/func/sub-02_task-rest_bold.nii.gz"
# Rows in the order of storage: row r is the r-th voxel of the mask.
PAGE = "/quality?carpet_order=region&image="
CHART = "document.querySelector('.st-key-carpet .live-chart').chart"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return the app with a study of three runs, one of them damaged, and an empty cache."""
    study = write_study(tmp_path_factory.mktemp("start") / "made", images.oblique())
    cache = str(tmp_path_factory.mktemp("cache"))
    with run_server(tmp_path_factory.mktemp("server") / "log", study, VOXEL_EXPLORER_CACHE=cache) as running:
        yield running


@pytest.fixture
def look(look_at):
    """Open a run and wait until its carpet is drawn."""

    def open_run(image: str = FIRST, **options) -> Page:
        page = look_at(PAGE + image, chart=None, **options)
        hand.wait_for(
            page,
            """() => document.querySelector(".st-key-carpet .live-chart")?.chart?.plot.data
                ?.some((trace) => trace.type === "heatmap")""",
        )
        hand.wait_until_idle(page)
        hand.wait_until_drawn(page, "slices")
        hand.wait_until_drawn(page, "carpet")
        return page

    return open_run


def place(page: Page, axis: str, seconds: float, down: float) -> tuple[float, float]:
    """Return where in the window a second lies in a row of the chart, at a share of the row's height."""
    page.locator(".st-key-carpet .plot").scroll_into_view_if_needed()
    return tuple(
        page.evaluate(
            f"""([axis, seconds, down]) => {{
                const plot = {CHART}.plot;
                const box = plot.getBoundingClientRect();
                const [x, y] = [plot._fullLayout.xaxis, plot._fullLayout["yaxis" + axis.slice(1)]];
                return [box.left + x._offset + x.d2p(seconds), box.top + y._offset + down * y._length];
            }}""",
            [axis, seconds, down],
        )
    )


def bring_into_view(page: Page, x: float, y: float) -> float:
    """Scroll until a place in the window can be clicked; return its new height in the window."""
    shift = page.evaluate(
        """(y) => {
            const scrolled = document.querySelector("[data-testid=stMain]");
            const before = scrolled.scrollTop;
            scrolled.scrollTop += y - window.innerHeight / 2;
            return scrolled.scrollTop - before;
        }""",
        y,
    )
    return y - shift


def click(page: Page, axis: str, seconds: float, down: float) -> None:
    """Click at a second of a row of the chart."""
    x, y = place(page, axis, seconds, down)
    page.mouse.click(x, bring_into_view(page, x, y))


def carpet_axis(page: Page) -> str:
    """Return the vertical axis of the carpet."""
    return page.evaluate(f"() => {CHART}.plot.data.find((trace) => trace.type === 'heatmap').yaxis")


def row_middle(row: int) -> float:
    """Return where a row of the carpet has its middle, as a share of its height."""
    return (row + 0.5) / head_mask().sum()


def test_the_same_second_lies_at_the_same_pixel_in_every_trace_and_in_the_carpet(look):
    page = look()
    click(page, "y3", SPIKE * TR, 0.5)
    hand.expect_readout(page, f"t {SPIKE} ({SPIKE * TR:.2f} s)")
    # The readout may be there before the figure: the marks' own numbers say when it has been drawn anew.
    hand.wait_for(
        page,
        f"""(at) => {{
            const {{ plot, data }} = {CHART};
            const marks = plot._fullData.filter(({{ uid }}) => data.time.lines.includes(uid));
            return marks.length > 0 && marks.every(({{ x }}) => x[0] === at);
        }}""",
        SPIKE * TR,
    )
    hand.wait_until_drawn(page, "carpet")
    lines, image = page.evaluate(
        f"""() => {{
            const {{ plot, data }} = {CHART};
            const marks = data.time.lines;
            const lines = [...plot.querySelectorAll(".scatterlayer .trace")]
                .filter((group) => marks.some((uid) => group.classList.contains("trace" + uid)))
                .map((group) => {{ const box = group.querySelector("path.js-line").getBoundingClientRect();
                                   return box.left + box.width / 2; }});
            const box = plot.querySelector(".heatmaplayer image").getBoundingClientRect();
            return [lines, [box.left, box.width]];
        }}"""
    )
    column = image[0] + (SPIKE + 0.5) / N_VOLUMES * image[1]
    # The voxel's row, three of the image, three of motion, outliers, and the carpet.
    assert len(lines) == 9
    np.testing.assert_allclose(lines, column, atol=1.0)


def test_clicks_and_arrows_on_the_traces_move_the_volume_and_not_the_voxel(look):
    page = look()
    before = hand.read_readout(page)
    click(page, "y2", 14 * TR + 0.4, 0.3)
    hand.expect_readout(page, "t 14 (28.00 s)")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    hand.expect_readout(page, "t 16 (32.00 s)")
    assert hand.read_readout(page).ijk == before.ijk
    hand.expect_address(page, t="16", image=FIRST)


def test_a_click_on_the_carpet_moves_to_that_voxel_and_that_volume(look):
    page = look()
    row = 131
    click(page, carpet_axis(page), 9 * TR, row_middle(row))
    hand.expect_voxel(page, np.argwhere(head_mask())[row])
    hand.expect_readout(page, "t 9 (18.00 s)")
    is_marked = f"(row) => {CHART}.plot.data.some((trace) => trace.y?.[0] === row && trace.y?.[1] === row)"
    hand.wait_for(page, is_marked, row)
    hand.expect_address(page, t="9")


def test_a_click_on_the_map_shows_that_voxel_s_course_over_the_carpet(look, server):
    page = look()
    ijk = (HEAD[0].start + 1, HEAD[1].start + 2, HEAD[2].start + 3)
    x, y, z = images.oblique()[:3, :3] @ ijk + images.oblique()[:3, 3]
    for plane in ("axial", "sagittal"):
        place = hand.place_of(page, plane, (x, y, z))
        page.mouse.click(place[0], bring_into_view(page, *place))
    hand.expect_voxel(page, ijk)
    i, j, k = ijk
    hand.wait_for(page, f"(text) => {CHART}.plot._fullLayout.annotations[0].text.includes(text)", f"i {i} j {j} k {k}")
    course = page.evaluate(f"() => [...{CHART}.plot.data[0].y]")
    assert len(course) == N_VOLUMES
    assert course[0] > 1300
    assert np.argmax(course[3:]) + 3 == SPIKE


def test_a_run_without_motion_says_so_and_a_wrong_order_raises_a_doubt(look):
    page = look(LAST)
    hand.expect_alert(page, "No motion file was found for this run", "none is estimated from the image")
    page.get_by_role("button", name="Upload motion parameters").click()
    rows = "\n".join(" ".join(f"{value:.6g}" for value in row) for row in motion_table())
    page.get_by_test_id("stPopoverBody").get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "moved.par", "mimeType": "text/plain", "buffer": rows.encode()}
    )
    hand.expect_alert(page, "A rotation reaches 1.5 rad", "Check the column order and the unit")


def test_report_and_scrub_files_can_be_taken_away_and_the_report_opens_without_a_network(look, browser, tmp_path):
    page = look()
    before = hand.read_readout(page).ijk
    hand.container(page, "slices").scroll_into_view_if_needed()
    page.mouse.click(*hand.plane_area(page, "axial").at(0.6, 0.4))
    expect(hand.container(page, "readout")).not_to_contain_text(said(before))
    voxel = hand.read_readout(page).ijk
    page.get_by_role("tab", name="Report").click()
    report = hand.download(page, page.get_by_role("button", name="Report as HTML"), tmp_path)
    page.get_by_text("Leave volumes out", exact=True).click()
    mask = hand.download(page, page.get_by_role("button", name="Left-out volumes as CSV"), tmp_path)
    rows = mask.read_text("utf-8").splitlines()
    assert mask.name == "sub-01_task-rest_bold-scrub-mask.csv"
    assert len(rows) == 1 + N_VOLUMES
    assert rows[1 + JUMP] == "30,60,1.545,1"
    one_hot = hand.download(page, page.get_by_role("button", name="Columns for a model as CSV"), tmp_path)
    assert one_hot.read_text("utf-8").splitlines()[0] == "motion_outlier00"
    read_alone(report, browser, voxel)


def said(ijk) -> str:
    """Return a voxel's indices as the page writes them."""
    return "i {} j {} k {}".format(*ijk)


def read_alone(report: Path, browser, voxel) -> None:
    """Open the report of this voxel in a browser without a network."""
    context = browser.new_context(offline=True)
    alone, asked = context.new_page(), []
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("pageerror", lambda error: pytest.fail(str(error)))
    alone.goto(report.as_uri())
    hand.wait_for(alone, "() => document.querySelectorAll('.main-svg').length >= 6")
    body = alone.inner_text("body")
    drawn = " ".join(" ".join(alone.locator(".main-svg").all_text_contents()).split())
    context.close()
    assert said(voxel) in drawn
    assert asked == [report.as_uri()]
    verdict = "Usable with care: 1 jump of 1.54 mm at 60 s"
    for text in ("Quality of sub-01_task-rest_bold.nii.gz", "SHA-256", "Krüger and Glover 2001", "nilearn", verdict):
        assert text in body


def test_the_study_is_measured_and_a_click_on_a_point_goes_to_its_run(look):
    page = look()
    page.get_by_role("tab", name="All runs of the study").click()
    page.get_by_role("button", name="Measure all runs").click()
    expect(hand.container(page, "strips")).to_be_visible(timeout=60_000)
    hand.wait_until_idle(page)
    hand.wait_until_drawn(page, "strips")
    hand.expect_alert(page, "1 of 3 runs could not be measured")
    hand.container(page, "strips").scroll_into_view_if_needed()
    x, y = page.evaluate(
        """() => {
            const { plot } = document.querySelector(".st-key-strips .live-chart").chart;
            const box = plot.getBoundingClientRect();
            const { xaxis, yaxis } = plot._fullLayout;
            const trace = plot._fullData[0];
            return [box.left + xaxis._offset + xaxis.d2p(trace.x[1]), box.top + yaxis._offset + yaxis.d2p(trace.y[1])];
        }"""
    )
    page.mouse.click(x, bring_into_view(page, x, y))
    hand.expect_address(page, image=LAST)
    expect(hand.container(page, "verdict")).to_contain_text("Not judged: head movement")
    expect(hand.container(page, "tiles")).to_contain_text("of 2")


def test_the_first_screen_has_verdict_tiles_and_half_of_the_chart_beside_the_planes(look):
    """One had to scroll to see the effect of a click."""
    page = look(width=1400, height=900)
    line, tiles = hand.container(page, "verdict-line").bounding_box(), hand.container(page, "tiles").bounding_box()
    chart, planes = (hand.container(page, name).locator(".plot").bounding_box() for name in ("carpet", "slices"))
    assert line["y"] + line["height"] <= tiles["y"] < chart["y"]
    assert chart["y"] + chart["height"] / 2 < 900
    assert planes["y"] + planes["height"] < 900
    assert chart["x"] + chart["width"] <= planes["x"]
    assert abs(chart["width"] - planes["width"]) < 2


def test_a_fact_of_the_verdict_leads_to_its_volume_without_scrolling(look):
    page = look(width=1400, height=900)
    page.get_by_role("button", name="1 jump of 1.54 mm at 60 s").click()
    hand.expect_readout(page, f"t {JUMP} ({JUMP * TR:.2f} s)")
    expect(hand.container(page, "readout")).to_be_in_viewport()
    hand.expect_address(page, t=str(JUMP))
    hand.wait_for(page, f"(at) => {CHART}.plot._fullData.find(({{ uid }}) => uid === 'mark-y').x[0] === at", JUMP * TR)


def test_on_a_phone_the_page_fits_and_a_number_says_what_it_is(look):
    page = look(width=390, height=844)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    width = page.evaluate(f"() => {CHART}.plot.getBoundingClientRect().width")
    assert 300 < width <= 390
    strip = hand.container(page, "verdict")
    expect(strip).to_contain_text(re.compile(r"Settling\D*2 volumes"))
    strip.get_by_role("button", name=re.compile("Settling")).click()
    popover = page.get_by_test_id("stPopoverBody")
    for text in (
        "modified z-score above 3.5", "lower is better", "Nipype NonSteadyStateDetector",
        "fMRIPrep gives every such volume a regressor of its own",
    ):  # fmt: skip
        expect(popover).to_contain_text(text)
