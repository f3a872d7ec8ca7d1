"""From the command to the first page, on a warm disk."""

import time
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

from bench.comparing import Row, take_turns
from bench.workbench import Workbench

PAINTED = """(text) => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
    && document.querySelector("[data-testid=stMain]")?.innerText.includes(text)"""


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the row about starting the app."""
    ours, theirs = take_turns(
        bench.times(30),
        lambda: _start(bench, "app.py", "Events"),
        lambda: _start(bench, "hello", "Welcome to Streamlit"),
    )
    yield Row(
        "`streamlit run app.py` -> first page painted, warm disk", "ms", ours, "`streamlit hello`", theirs, ratio=2
    )


def _start(bench: Workbench, target: str, text: str) -> float:
    """Return the ms from the command to the first page with its whole script run, the text among it."""
    start = time.perf_counter()
    cache = {"VOXEL_EXPLORER_CACHE": str(bench.folder / "cache")}
    with bench.streamlit(target, is_awaited=False, **cache) as server, bench.page() as page:
        _wait(server.url)
        page.goto(server.url)
        page.wait_for_function(PAINTED, arg=text)
        page.evaluate("() => new Promise((resolve) => bench.afterPaint(resolve))")
        return 1e3 * (time.perf_counter() - start)


def _wait(url: str) -> None:
    while True:
        try:
            with urlopen(f"{url}/_stcore/health", timeout=60):
                return
        except (URLError, ConnectionError):
            # Not listening yet.
            time.sleep(0.02)
