"""From a link to the picture, in a browser that knows nothing of the app, and from page to page with an image open."""

from collections.abc import Iterator

from playwright.sync_api import Page

from bench.comparing import Row
from bench.workbench import Workbench
from tests.e2e import hand

RUN = "sample/sub-01/func/sub-01_task-game_bold.nii.gz"
PAGES = {
    "anatomy": "/anatomy?image=mni152-t1",
    "spaces": "/spaces?image=mni152-t1",
    "time series": f"/timeseries?image={RUN}",
    "quality": f"/quality?image={RUN}",
}
TITLES = ("Spaces", "Time series", "Quality", "Anatomy")
# Whether the readout and the slices of a page are there, the slices painted or drawn.
LOOK = """
    const stageNow = () => document.querySelector(".st-key-slices .live-chart");
    const isPainted = (stage) =>
        Number(stage?.dataset.painted) > 0 || Number(stage?.querySelector(".plot")?.dataset.drawn) > 0;
    const isRead = () => /value/.test(document.querySelector(".st-key-readout")?.textContent ?? "");
    const links = () => [...document.querySelectorAll("[data-testid=stTopNavLink]")];
"""
# ms of the clock of the page, asked for at each frame: Streamlit's own first text, our readout, the slices.
WATCH = (
    "(() => {"
    + LOOK
    + """
    const seen = window.arrived = {};
    const look = () => {
        const now = performance.now();
        if (links().length) seen.text ??= now;
        if (isRead()) seen.readout ??= now;
        if (isPainted(stageNow())) seen.slices ??= now;
        if (!seen.readout || !seen.slices) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})();"""
)
# ms from a click on the navigation to the first frame with the readout and the slices of the page it leads to.
CHANGE = (
    "(title) => new Promise((resolve) => {"
    + LOOK
    + """
    const before = stageNow();
    const start = performance.now();
    links().find((link) => link.innerText.trim() === title).click();
    const look = () => {
        const stage = stageNow();
        if (stage !== before && isPainted(stage) && isRead()) resolve(performance.now() - start);
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})"""
)


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the rows about arriving at a page."""
    with bench.app() as server:
        for name, path in PAGES.items():
            _arrive(bench, server.url + path)
            seen = [_arrive(bench, server.url + path) for _ in range(bench.times(10))]
            text, readout, slices = ([one[key] for one in seen] for key in ("text", "readout", "slices"))
            yield Row(f"link to {name} -> slices, fresh browser", "ms", tuple(slices), "Streamlit's first text",
                      tuple(text))  # fmt: skip
            late = tuple(max(0.0, there - said) for there, said in zip(slices, readout, strict=True))
            yield Row("the same: slices after the readout", "ms", late, most=400)
        with bench.page() as page:
            hand.open_page(page, server.url + f"/anatomy?image={RUN}")
            changes = {title: [] for title in TITLES}
            for _ in range(1 + bench.times(10)):
                for title in TITLES:
                    changes[title].append(_change(page, title))
            for title, taken in changes.items():
                yield Row(f"to {title} with a run open -> readout and slices", "ms", tuple(taken[1:]), most=350)


def _arrive(bench: Workbench, url: str) -> dict[str, float]:
    with bench.page() as page:
        page.add_init_script(WATCH)
        page.goto(url)
        page.wait_for_function("() => window.arrived.slices && window.arrived.readout")
        return page.evaluate("() => window.arrived")


def _change(page: Page, title: str) -> float:
    taken = page.evaluate(CHANGE, title)
    hand.wait_until_drawn(page)
    return taken
