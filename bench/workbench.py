"""What the measurements share: a folder for images, a browser, how often to repeat, and an eye for paints."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.images import Images
from tests.e2e import hand
from tests.e2e.server import ROOT, Server, run_streamlit

# Beyond this a page is stuck, not slow.
PATIENCE = 120_000

# `bench.until(kind, isShown)` resolves with the ms from the next input event of that kind to the end of the frame in
# which the page first shows what it should. What is noticed within a frame is shown by that frame, else by the next; a
# message is handled after the frame has been painted and handed over.
WATCH = """(() => {
    const bench = window.bench = { frames: [], longest: 0 };
    const channelled = (work) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = work;
        channel.port2.postMessage(0);
    };
    const own = window.requestAnimationFrame.bind(window);
    let isInFrame = false;
    const enter = () => {
        if (isInFrame) return;
        isInFrame = true;
        channelled(() => { isInFrame = false; });
    };
    window.requestAnimationFrame = (callback) => own((time) => { enter(); callback(time); });
    bench.afterPaint = (work) => (isInFrame ? channelled(work) : own(() => channelled(work)));
    bench.until = (kind, isShown) => new Promise((resolve) => {
        let input = null;
        const hear = (event) => { input ??= event.timeStamp; };
        window.addEventListener(kind, hear, true);
        const observer = new MutationObserver(() => look());
        const look = () => {
            if (input === null || !isShown()) return false;
            observer.disconnect();
            window.removeEventListener(kind, hear, true);
            bench.afterPaint(() => resolve(performance.now() - input));
            return true;
        };
        const poll = () => { if (!look()) own(() => { enter(); poll(); }); };
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        poll();
    });
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) bench.longest = Math.max(bench.longest, duration);
    }).observe({ type: "longtask" });
})();"""


@dataclass(frozen=True)
class Workbench:
    """Where and how a run of the benchmarks measures.

    Attributes
    ----------
    folder : Path
        For images, logs and the app's cache; removed at the end.
    images : Images
    browser : Browser
    is_quick : bool
        Measure small things, to see whether everything works.
    most : int
        Repetitions, at most.
    """

    folder: Path
    images: Images
    browser: Browser
    is_quick: bool
    most: int

    def times(self, n: int) -> int:
        """Return how often to repeat what deserves n repetitions."""
        return min(n, self.most)

    @contextmanager
    def app(self, *folders: Path, cache: str = "cache", **options) -> Iterator[Server]:
        """Run the app with the start folders given, its cache in a folder of that name."""
        with self.streamlit("app.py", *folders, VOXEL_EXPLORER_CACHE=str(self.folder / cache), **options) as server:
            yield server

    @contextmanager
    def streamlit(self, target: str | Path, *arguments: object, **options) -> Iterator[Server]:
        """Run another Streamlit; see `tests.e2e.server.run_streamlit`."""
        log = self.folder / f"{Path(target).stem}.log"
        what = ["hello"] if target == "hello" else ["run", str(ROOT / target)]
        with run_streamlit(log, what, *arguments, **options) as server:
            yield server

    @contextmanager
    def page(self, **options) -> Iterator[Page]:
        """Open an empty page of a visitor of its own, 1400 x 900 px, that `watch` can be asked about."""
        context = self.browser.new_context(viewport={"width": 1400, "height": 900}, **options)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCH)
        context.add_init_script(hand.NOTE_TIMES)
        try:
            yield context.new_page()
        finally:
            context.close()


def settle(page: Page) -> None:
    """Wait until no script runs, no chart moves and every picture has come.

    Asked in the browser alone: Playwright's own expectations describe the whole page to themselves while they wait.
    """
    page.wait_for_function("""() => {
        const chart = document.querySelector(".st-key-slices .live-chart")?.chart;
        const isStill = !chart || (!chart.isMoving && chart.layers.every(({ bytes }) => bytes));
        return isStill && document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning";
    }""")


def wait_for_course(page: Page) -> None:
    """Wait until the time series page shows a voxel's time course."""
    page.wait_for_function("() => /voxel/.test(document.querySelector('.st-key-series .plot')?.data?.[0]?.name ?? '')")


def input_to_paint(
    page: Page, act: Callable[[], None], is_shown: str, argument: object = None, kind: str = "pointerdown"
) -> float:
    """Return the ms from the input event that `act` causes to the paint of what it leads to.

    Parameters
    ----------
    is_shown : str
        A JavaScript function of `argument`.
    kind : str
        Of the event that the clock starts at.
    """
    page.evaluate(
        f"([kind, argument]) => {{ const isShown = {is_shown}; "
        "bench.painted = bench.until(kind, () => isShown(argument)); }",
        [kind, argument],
    )
    act()
    return page.evaluate("() => bench.painted")
