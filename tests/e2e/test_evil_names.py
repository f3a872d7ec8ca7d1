"""Names and texts from files are data wherever they are shown: no link, no picture, no markup, no formula.

Each visitor of these tests would complain of a request to another host.
"""

import csv
import gzip
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from lib.timecourses.held import Held, format_held
from tests.builders import evil_study
from tests.builders.evil_study import NAME, OTHER, TEXT
from tests.e2e import hand, images
from tests.e2e.server import run_server

FOLDER = f"made {NAME}"
RUN, T1W, MASK = (f"{FOLDER}/{path}" for path in (evil_study.RUN, evil_study.T1W, evil_study.MASK))
WHOLE = (NAME, TEXT, evil_study.DESCRIP, evil_study.INTENT)
# What the texts become where somebody reads more into them than text.
LIVE = """() => {
    const drawn = "[src^='data:image/png'], [src^='data:image/svg+xml;base64'][alt$=' over the run']";
    const ours = `${drawn}, [src^='${location.origin}/media/']`;
    const live = `a[href*=evil], a[href^=mailto], img:not(${ours}), .katex, del, s, b, `
        + "code:not(pre code), em, li, .stMarkdownColoredText, [role=img][aria-label='home icon'], "
        + ".main-svg a, .main-svg [style*='font-weight: bold']";
    return [...document.querySelectorAll(live)].filter((found) => /evil|^(.|home)?$/.test(found.textContent))
        .map((found) => found.outerHTML);
}"""
SHOWN = """() => [...document.querySelectorAll("p, td, th, h1, h2, h3, [data-testid=stText], .main-svg text")]
    .map((found) => found.textContent.split(/\\s+/).join(" ").trim()).filter((text) => text.includes("evil"))"""

ARE_SHOWN = f"""(wanted) => {{
    const shown = ({SHOWN})();
    return wanted.every((one) => shown.some((text) => text.includes(one)));
}}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return the app with the study, whose folder has such a name too."""
    study = evil_study.write_study(tmp_path_factory.mktemp("start") / FOLDER, images.oblique())
    cache = str(tmp_path_factory.mktemp("cache"))
    with run_server(tmp_path_factory.mktemp("server") / "log", study, VOXEL_EXPLORER_CACHE=cache) as running:
        yield running


@pytest.fixture
def look(look_at):
    """Open a page with these query parameters."""

    def open_path(path: str, chart: str | None = "slices", **parameters) -> Page:
        return look_at(f"{path}?{urlencode(parameters, doseq=True)}", chart=chart, height=1400)

    return open_path


def one_line(text: str) -> str:
    return " ".join(text.split())


def expect_plain(page: Page, *wanted: str) -> None:
    """Wait until each text is there letter by letter; check that all are whole, and nothing is more than text."""
    hand.wait_for(page, ARE_SHOWN, wanted)
    cut = [text for text in page.evaluate(SHOWN) if "…" not in text and not any(whole in text for whole in WHOLE)]
    assert cut == []
    expect_no_markup(page)


def expect_no_markup(page: Page) -> None:
    hand.wait_until_idle(page)
    assert page.evaluate(LIVE) == []


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    hand.wait_until_idle(page)


# --- the pages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", ["Events", "Sidecar", "Paired files", "Participants", "Problems"])
def test_the_studies_page_shows_texts(look, tab):
    page = look("/", chart=None, image=RUN, details=tab)
    if tab == "Events":
        hand.wait_until_drawn(page, "timeline")
        expect_plain(page, TEXT, OTHER)
    elif tab == "Participants":
        hand.wait_until_drawn(page, "distribution")
        expect_plain(page, TEXT, OTHER)
    else:
        expect_plain(page, TEXT)


def test_the_anatomy_page_shows_texts_and_hands_out_files(look, tmp_path):
    page = look("/anatomy", image=T1W, overlay=MASK)
    expect_plain(page, NAME)
    open_tab(page, "Header")
    expect_plain(page, evil_study.DESCRIP, evil_study.INTENT)
    page.get_by_role("button", name="Save as NIfTI").click()
    expect(page.get_by_test_id("stDownloadButton").first).to_be_visible()
    expect_plain(page, NAME)
    file = hand.download(page, page.get_by_test_id("stDownloadButton").first, tmp_path)
    assert gzip.decompress(file.read_bytes())[344:347] == b"n+1"


def test_the_time_series_page_shows_texts(look, tmp_path):
    held = format_held([Held("mask", source=MASK)])
    chosen = {"regress": TEXT, "below": TEXT, "hrf": "spm", "held": held, "t1w": "true", "overlay": MASK}
    page = look("/timeseries", "series", image=RUN, **chosen)
    expect_plain(page, OTHER, f"{NAME}_run-1_desc-brain_mask.nii.gz, mean ± SD of", f"regress out 1 confound ({TEXT})")
    expect_plain(page, f") with {OTHER} x spm HRF")
    file = hand.download(page, page.get_by_role("button", name="Series as CSV"), tmp_path)
    expect_no_formula(file)


def test_a_name_is_told_letter_by_letter_on_hover_and_while_the_hand_moves(look):
    """The legend was filled in while the hand moved with what Plotly reads, not with what it shows."""
    page = look("/timeseries", "series", image=RUN, below=TEXT, hrf="spm")
    x, y = page.evaluate(
        """() => {
            const { plot } = document.querySelector(".st-key-series .live-chart").chart;
            plot.scrollIntoView({ block: "center" });
            const trace = plot._fullData.find(({ yaxis }) => yaxis === "y5");
            const [box, { xaxis, yaxis5: axis }] = [plot.getBoundingClientRect(), plot._fullLayout];
            return [box.left + xaxis._offset + xaxis.d2p(trace.x[12]), box.top + axis._offset + axis.d2p(trace.y[12])];
        }"""
    )
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    expect(page.locator(".hoverlayer text").first).to_be_visible()
    assert any(TEXT in one_line(text) for text in page.locator(".hoverlayer").all_text_contents())
    expect_plain(page, TEXT)
    legend = "() => [...document.querySelectorAll('.st-key-series .legendtext')].map((one) => one.textContent)"
    before = page.evaluate(legend)
    hand.keep_from_rest(page)
    hand.click_at(page, "axial", images.bright_mm() - 12)
    expect(page.locator(".st-key-series .stand-in:not([hidden])")).to_be_visible()
    hand.wait_for(page, f"(voxel) => ({legend})()[0] !== voxel", before[0])
    assert page.evaluate(legend)[1:] == before[1:]
    page.evaluate("() => letRest()")


def test_runs_side_by_side_show_texts(look, tmp_path):
    page = look("/timeseries", "series", image=RUN, panel="Runs side by side", high_pass="0.2", low_pass="0.24")
    hand.wait_until_drawn(page, "tasks")
    expect_plain(page, f"{NAME}_run-2_bold.nii.gz", TEXT)
    expect_no_formula(hand.download(page, page.get_by_role("button", name="Runs as CSV"), tmp_path))


def test_the_quality_page_and_its_report_show_texts(look, browser, tmp_path):
    page = look("/quality", "carpet", image=RUN, regions=MASK)
    expect(hand.container(page, "distribution")).to_be_visible(timeout=hand.PATIENCE)
    expect_plain(page, NAME)
    page.get_by_role("tab", name="All runs of the study").click()
    page.get_by_role("button", name="Measure all runs").hover()
    expect(page.get_by_role("tooltip")).to_be_visible()
    expect_plain(page, TEXT)
    page.get_by_role("tab", name="Report").click()
    report = hand.download(page, page.get_by_role("button", name="Report as HTML"), tmp_path)
    context = browser.new_context()
    alone, asked = context.new_page(), []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(report.as_uri())
    hand.wait_for(alone, "() => document.querySelectorAll('.main-svg').length >= 6")
    assert alone.evaluate(LIVE) == []
    assert f"Quality of {evil_study.RUN.rpartition('/')[2]}" in one_line(alone.inner_text("h1"))
    context.close()
    assert asked == [report.as_uri()]


def test_all_runs_of_the_study_show_texts(look, tmp_path):
    page = look("/quality", "carpet", image=RUN, panel="All runs of the study")
    page.get_by_role("button", name="Measure all runs").click()
    expect(hand.container(page, "strips")).to_be_visible()
    hand.wait_until_drawn(page, "strips")
    expect_plain(page)
    x, y = page.evaluate(
        """() => {
            const { plot } = document.querySelector(".st-key-strips .live-chart").chart;
            plot.scrollIntoView({ block: "center" });
            const [box, { xaxis, yaxis }] = [plot.getBoundingClientRect(), plot._fullLayout];
            const { x, y } = plot._fullData[0];
            return [box.left + xaxis._offset + xaxis.d2p(x[0]), box.top + yaxis._offset + yaxis.d2p(y[0])];
        }"""
    )
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    expect(page.locator(".hoverlayer text").first).to_be_visible()
    expect_plain(page, NAME)
    expect_no_formula(hand.download(page, page.get_by_role("button", name="Table as CSV"), tmp_path))


@pytest.mark.parametrize("tab", ["Affine", "Header doctor", "Two images", "Resampling", "Storage order"])
def test_the_spaces_page_shows_texts(look, tab):
    page = look("/spaces", image=T1W, overlay=MASK, tab=tab)
    expect_plain(page, NAME)


def test_the_names_of_spaces_and_the_edited_copy_show_texts(look):
    page = look("/spaces", image=T1W, overlay=MASK, tab="Names of spaces", move_x="5")
    expect_plain(page, NAME)


# --- what a visitor types, links and uploads ----------------------------------------------------------------------


def test_a_page_that_needs_a_run_shows_the_anatomy_s_and_the_run_s_name(look):
    """The button's label was a picture that the browser fetched."""
    page = look("/timeseries", None, image=T1W)
    expect_plain(page, f"sub-01, {NAME}, run 1")


@pytest.mark.parametrize("parameter", ["image", "overlay", "x", "held", "region", "regions", "mask", "study"])
def test_a_link_s_text_is_shown_as_text(look, parameter):
    page = look("/timeseries" if parameter == "held" else "/quality", None, **{"image": RUN, parameter: TEXT})
    expect_no_markup(page)


def test_an_upload_s_name_is_shown_as_text(look):
    page = look("/anatomy", image=T1W)
    hand.upload(page, f"{NAME}.nii.gz", gzip.compress(images.oblique_image().to_bytes()))
    hand.wait_until_idle(page)
    expect_no_markup(page)
    hand.upload(page, f"{NAME}.nii", b"no image")
    hand.expect_alert(page, "holds plain text, not an image")
    expect_no_markup(page)


def expect_no_formula(file: Path) -> None:
    """Check that no cell of a CSV file begins as a formula does, but for numbers."""
    rows = list(csv.reader(file.read_text("utf-8").splitlines()))
    assert len(rows) > 2
    for cell in (cell for row in rows for cell in row):
        try:
            float(cell)
        except ValueError:
            assert not cell.strip(" \"'")[:1] or not cell.strip(' "').startswith(tuple("=+-@")), cell
