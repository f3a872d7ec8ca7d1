"""From the hand to the eye: a click until three planes are painted, and a drag that must not lag."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from playwright.sync_api import Page

from bench.comparing import Row, take_turns
from bench.workbench import Workbench, input_to_paint, settle
from tests.e2e import hand

PAINTED = "({ painted }) => Number(document.querySelector('.st-key-slices .live-chart').dataset.painted ?? 0) > painted"
DRAWN = "({ drawn }) => Number(document.querySelector('.st-key-slices .plot').dataset.drawn) > drawn"
COUNTS = """() => {
    const host = document.querySelector(".st-key-slices .live-chart");
    return { painted: Number(host.dataset.painted ?? 0), drawn: Number(host.querySelector(".plot").dataset.drawn) };
}"""
REFERENCE_SHOWN = """([moves, n]) => {
    const plots = [...document.querySelectorAll(".js-plotly-plot")];
    return plots.length === n && plots.every((plot) => plot.layout?.meta?.moves === moves
        && (plot.querySelector(".heatmaplayer image") ?? plot.querySelector(".scatterlayer path")));
}"""
REFERENCE = "three st.plotly_chart heatmaps redrawn in an @st.fragment, uint8"
DRAG_HZ = 30
DRAG_SECONDS = 5
DRAGS = 10


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the rows about moving the cursor on the anatomy page."""
    images = bench.images
    base, overlay = images.t1w, images.map
    with (
        bench.app(images.folder) as app,
        bench.streamlit("bench/pages_for_reference/slices.py", base, overlay) as reference,
        bench.page() as page,
        bench.page() as reference_page,
    ):
        folder = images.folder.name
        hand.open_page(page, f"{app.url}/anatomy?image={folder}/{base.name}&overlay={folder}/{overlay.name}")
        open_reference(reference_page, reference.url, n_plots=3)
        ours, theirs = compare_clicks(bench, page, reference_page, PAINTED, COUNTS, n_plots=3)
        what = "cursor move, input -> three planes painted, (176, 240, 256) T1w with overlay"
        yield Row(what, "ms", ours, REFERENCE, theirs, ratio=1 / 5, ratio_p95=1 / 5)
        yield measure_rest(bench, page, DRAWN, COUNTS)
        yield from measure_drag(page, 1 if bench.is_quick else DRAG_SECONDS, bench.times(DRAGS), "anatomy page")


def open_reference(page: Page, url: str, n_plots: int) -> None:
    """Open a page for reference and wait for its charts."""
    page.goto(url)
    page.wait_for_function(REFERENCE_SHOWN, arg=[0, n_plots])


def click_places(page: Page) -> Iterator[tuple[float, float]]:
    """Yield places in the axial plane, each far enough from the last to change both other planes."""
    area = hand.plane_area(page, "axial")
    number = 0
    while True:
        yield area.at(0.25 + 0.5 * (number * 0.37 % 1), 0.25 + 0.5 * (number * 0.61 % 1))
        number += 1


def move_reference(page: Page, n_plots: int) -> float:
    """Press the button of a page for reference; return the ms until all charts show what it did."""
    moves = page.evaluate("() => document.querySelector('.js-plotly-plot').layout.meta.moves")
    button = page.get_by_role("button", name="Move", exact=True)
    return input_to_paint(page, button.click, REFERENCE_SHOWN, [moves + 1, n_plots], kind="pointerup")


def compare_clicks(
    bench: Workbench, page: Page, reference_page: Page, is_shown: str, now: str, *, n_plots: int
) -> list[tuple[float, ...]]:
    """Return the ms of clicks into the axial plane, and of moves on a page for reference, taken in turn.

    Parameters
    ----------
    is_shown : str
        A JavaScript function of what `now` returned before the click: whether the page shows what follows from it.
    now : str
        A JavaScript function.
    """
    click = _clicks(page, is_shown, now)

    def click_in_front() -> float:
        page.bring_to_front()
        return click()

    def press() -> float:
        reference_page.bring_to_front()
        taken = move_reference(reference_page, n_plots)
        settle(reference_page)
        return taken

    return take_turns(bench.times(40), click_in_front, press, n_warm=2)


def measure_rest(bench: Workbench, page: Page, is_drawn: str, now: str) -> Row:
    """Return the row about the figure that follows the fast picture; `is_drawn` and `now` as in `compare_clicks`."""
    (ours,) = take_turns(bench.times(30), _clicks(page, is_drawn, now))
    what = "the same -> the figure itself, with its hover, at rest"
    return Row(what, "ms", ours, note="140 ms of it are waiting")


def _clicks(page: Page, is_shown: str, now: str) -> Callable[[], float]:
    places = click_places(page)

    def click() -> float:
        taken = input_to_paint(page, partial(page.mouse.click, *next(places)), is_shown, page.evaluate(now))
        settle(page)
        return taken

    return click


def measure_drag(page: Page, seconds: float, times: int, where: str) -> Iterator[Row]:
    """Yield the rows about drags of so many seconds in the axial plane."""
    drags = [_measure_one(page, seconds) for _ in range(times)]
    words = f"dragging for {seconds:g} s at {DRAG_HZ} Hz, {where}"
    rates = tuple(drag["painted"] / drag["seconds"] for drag in drags)
    yield Row(f"{words}: frames painted a second", "fps", rates, least=25)
    yield Row(f"{words}: input -> paint of each frame", "ms", tuple(lag for drag in drags for lag in drag["lags"]))
    yield Row(f"{words}: last move -> its place painted", "ms", tuple(drag["last"] for drag in drags), most=150)
    yield Row(f"{words}: longest task of the browser", "ms", tuple(drag["longest"] for drag in drags))
    settled = tuple(drag["settled"] for drag in drags)
    yield Row(f"{words}: last move -> readout from the exact data", "ms", settled)


def _measure_one(page: Page, seconds: float) -> dict:
    hand.wait_until_drawn(page)
    with _watched(page):
        _drag(page, seconds)
        result = page.evaluate("() => bench.dragged()")
    page.wait_for_function(
        "() => !document.querySelector('.st-key-slices .live-chart').chart.isMoving"
        " && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
    )
    return {**result, "settled": page.evaluate("() => bench.readAt - bench.lastMove")}


@contextmanager
def _watched(page: Page) -> Iterator[None]:
    """Count what is painted during a drag: each frame, and how long after the move that it shows."""
    page.evaluate("""() => {
        const host = document.querySelector(".st-key-slices .live-chart");
        const paints = [];
        bench.lastMove = bench.shown = 0;
        bench.longest = 0;
        let moves = 0;
        const hear = (event) => { bench.lastMove = event.timeStamp; moves += 1; };
        window.addEventListener("pointermove", hear, true);
        const observer = new MutationObserver(() => {
            const moved = bench.lastMove;
            bench.afterPaint(() => paints.push([moved, performance.now()]));
        });
        observer.observe(host, { attributes: true, attributeFilter: ["data-painted"] });
        const readout = document.querySelector(".st-key-readout");
        new MutationObserver(() => { bench.readAt = performance.now(); })
            .observe(readout, { subtree: true, childList: true, characterData: true });
        bench.dragged = () => {
            observer.disconnect();
            window.removeEventListener("pointermove", hear, true);
            const last = paints.find(([moved]) => moved === bench.lastMove);
            const seconds = (paints.at(-1)[1] - paints[0][1]) / 1000;
            const lags = paints.map(([moved, at]) => at - moved);
            const counts = { painted: paints.length - 1, moves, seconds };
            return { ...counts, lags, longest: bench.longest, last: last[1] - last[0] };
        };
    }""")
    yield


def _drag(page: Page, seconds: float) -> None:
    area = hand.plane_area(page, "axial")
    page.mouse.move(*area.at(0.3, 0.3))
    page.mouse.down()
    start, n_moves = time.perf_counter(), int(seconds * DRAG_HZ)
    for number in range(n_moves):
        time.sleep(max(0.0, start + number / DRAG_HZ - time.perf_counter()))
        # Back and forth across the slice, each move to another voxel.
        there = abs((number * 0.017) % 1 - 0.5) * 2
        page.mouse.move(*area.at(0.3 + 0.4 * there, 0.3 + 0.4 * ((number * 0.023) % 1)))
    page.mouse.up()
    page.wait_for_timeout(400)
