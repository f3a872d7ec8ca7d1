"""A real server and a real browser, shared by the tests; a fresh visitor for each of them, who complains of errors."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import SHARED_DATA
from tests.e2e import hand, images
from tests.e2e.browser import FLAGS, NONE_FOUND, find_browser
from tests.e2e.server import Server, run_server

# On a deep link Streamlit asks for these below the page's name, too, before it finds them at the root.
PROBED = re.compile(r"/\w+/_stcore/(health|host-config)$")
# What one page has compiled serves the next one: without it, most of a test's time went into Plotly's and Streamlit's
# scripts. Visitors on machines of their own share nothing of the kind, and see no more of each other here.
# Scripts are not parsed while they arrive, which would be done again for each page, whatever has been compiled.
ONE_PROCESS = ("--process-per-site", "--disable-features=ScriptStreaming")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return a Chromium; the tests fail where there is none."""
    path = find_browser()
    if path is None:
        pytest.fail(NONE_FOUND)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=[*FLAGS, *ONE_PROCESS])
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def context(browser) -> Iterator[BrowserContext]:
    """Return the browser's profile that visitors share: it fetches and compiles the app's scripts once.

    Streamlit knows no visitor again: each page is a session of its own, in one profile as in two.
    """
    shared = browser.new_context(accept_downloads=True)
    # An empty page of the servers' site: the process with the compiled scripts lives on when visitors close theirs.
    keeper = shared.new_page()
    keeper.route("**", lambda route: route.fulfill(body="", content_type="text/html"))
    keeper.goto("http://127.0.0.1/")
    yield shared
    shared.close()


@pytest.fixture(scope="package")
def image_folder(tmp_path_factory) -> Path:
    """Folder `scans` with small images of known content, which the server is started with."""
    return images.write_images(tmp_path_factory.mktemp("start") / "scans")


@pytest.fixture(scope="package")
def server(tmp_path_factory, image_folder) -> Iterator[Server]:
    """Return the app that the tests share, started with the small images and, where they are, with real ones."""
    real = [SHARED_DATA / name for name in ("orientations", "oro.nifti", "broken")]
    folders = [image_folder, *(folder for folder in real if folder.is_dir())]
    with run_server(tmp_path_factory.mktemp("server") / "log", *folders) as running:
        yield running


@pytest.fixture
def start_server(tmp_path) -> Iterator[Callable[..., Server]]:
    """Return a function that starts one more app with the folders given: a cold one, which nobody has visited.

    It takes the options of `run_server`, too.
    """
    with ExitStack() as stack:
        started = []

        def start(*folders: Path, **options) -> Server:
            started.append(stack.enter_context(run_server(tmp_path / f"log-{len(started)}", *folders, **options)))
            return started[-1]

        yield start
        for one in started:
            assert "Traceback" not in one.read_log(), one.read_log()


@pytest.fixture
def expected_complaint() -> re.Pattern | None:
    """What a browser may say in its console, besides nothing; a module that takes the server away says what that is."""
    return None


@pytest.fixture
def new_visitor(browser, context, server, expected_complaint) -> Iterator[Callable[..., Page]]:
    """Return a function that gives an empty page of a visitor, in a window of the size given.

    Any other option of Playwright's `new_context` gives the visitor a browser profile too.

    After the test, no page may show an exception, no browser may have complained or asked another host for anything,
    and the server's log may hold no traceback.
    """
    complaints, pages, profiles = [], [], []
    log_start = server.log.stat().st_size

    def visit(*, width: int = 1400, height: int = 900, color_scheme: str = "light", **options) -> Page:
        if options:
            profiles.append(browser.new_context(**options))
        page = (profiles[-1] if options else context).new_page()
        page.add_init_script(hand.NOTE_TIMES)
        page.set_default_timeout(hand.PATIENCE)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=color_scheme)
        _listen(page, complaints, expected_complaint)
        pages.append(page)
        return page

    yield visit
    for page in pages:
        if not page.is_closed():
            complaints += [f"exception: {text}" for text in page.get_by_test_id("stException").all_inner_texts()]
            page.close()
    for profile in profiles:
        profile.close()
    log = server.read_log(log_start)
    if "Traceback" in log:
        complaints.append(f"in the server's log: {log}")
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def page(new_visitor) -> Page:
    """Return an empty page of 1400 x 900 px."""
    return new_visitor()


@pytest.fixture
def look_at(new_visitor, server) -> Callable[..., Page]:
    """Return a function that opens a path of the app, such as ``/anatomy?image=motor-map``, as a new visitor."""

    def look(path: str, *, chart: str | None = "slices", **options) -> Page:
        return hand.open_page(new_visitor(**options), server.url + path, chart=chart)

    return look


def _listen(page: Page, complaints: list[str], expected: re.Pattern | None) -> None:
    def hear(message) -> None:
        is_probe = PROBED.search(urlsplit(message.location["url"]).path)
        is_expected = expected and expected.search(message.text)
        if message.type == "error" and not is_probe and not is_expected:
            complaints.append(f"console: {message.text} ({message.location['url']})")

    def notice(request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme.startswith(("http", "ws")) and parts.hostname != "127.0.0.1":
            complaints.append(f"asked another host: {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    page.on("request", notice)
