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
    const inside = (root) => [
        ...root.querySelectorAll("a[href*=evil], a[href^=mailto], img:not([src^='data:image/png']), .katex, del, s, b"),
        ...root.querySelectorAll("[data-testid=stMarkdownContainer] :is(code, em, h1, h2, h3, li, .stMarkdownColoredText)"),
        ...root.querySelectorAll(".main-svg :is(a, [style*='font-weight: bold'])"),
    ];
    return inside(document).filter((found) => /evil|^[nrlsech]$|^$/.test(found.textContent)).map((found) => found.outerHTML);
}"""
SHOWN = """() => [...document.querySelectorAll(
    "[data-testid=stMarkdownContainer] :is(p, td, th), [data-testid=stText], [role=option], .main-svg text"
)].map((found) => found.textContent).filter((text) => text.includes("evil"))"""


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


def expect_plain(page: Page, *wanted: str) -> list[str]:
    """Check that nothing on the page is more than text, and that each text is there letter by letter."""
    hand.wait_until_idle(page)
    assert page.evaluate(LIVE) == []
    shown = [one_line(text) for text in page.evaluate(SHOWN)]
    cut = [text for text in shown if "…" not in text and not any(whole in text for whole in WHOLE)]
    assert cut == []
    for text in wanted:
        assert any(text in one for one in shown), (text, shown)
    return shown


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
