"""From the hand to the time course of the voxel under it, on a run of the notes' size."""

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection

import numpy as np

from bench.comparing import Row, take_turns
from bench.cursor_moves import DRAG_SECONDS, DRAGS, compare_clicks, measure_drag, measure_rest, open_reference
from bench.workbench import Workbench, wait_for_course
from lib.figures.time_course import PROCESSED
from tests.e2e import hand

# By the fast picture, or where another voxel's line is in the figure already, by that.
COURSE_SHOWN = """([painted, name]) => {
    const host = document.querySelector(".st-key-series .live-chart");
    const isPainted = Number(host.dataset.painted ?? 0) > painted;
    return isPainted || host.querySelector(".plot").data[0].name !== name;
}"""
COURSE_DRAWN = "([painted, name]) => document.querySelector('.st-key-series .plot').data[0].name !== name"
COURSE_NOW = """() => {
    const host = document.querySelector(".st-key-series .live-chart");
    return [Number(host.dataset.painted ?? 0), host.querySelector(".plot").data[0].name];
}"""
# Of the last answer of a feed: the time from the request's first byte to the answer's last, as the browser saw it.
FEED_MS = """() => {
    const feeds = performance.getEntriesByType("resource").filter(({ name }) => /live\\/data\\/.*\\?x=/.test(name));
    return feeds.map(({ requestStart, responseEnd }) => responseEnd - requestStart);
}"""


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the rows about the time course under the cursor."""
    run = bench.images.run(is_packed=False)
    cache = {"VOXEL_EXPLORER_CACHE": str(bench.folder / "cache")}
    with (
        bench.app(bench.images.folder) as app,
        bench.streamlit("bench/pages_for_reference/series.py", run, **cache) as reference,
        bench.page() as page,
        bench.page() as reference_page,
    ):
        hand.open_page(page, f"{app.url}/timeseries?image={bench.images.folder.name}/{run.name}")
        wait_for_course(page)
        open_reference(reference_page, reference.url, n_plots=4)
        ours, theirs = compare_clicks(bench, page, reference_page, COURSE_SHOWN, COURSE_NOW, n_plots=4)
        what = "cursor move -> voxel time course painted, (120, 120, 72, 185) int16"
        yield Row(what, "ms", ours, "the same page with st.plotly_chart", theirs, ratio=1 / 3)
        yield measure_rest(bench, page, COURSE_DRAWN, COURSE_NOW)
        yield _measure_route(bench, page, app.url)
        feeds = tuple(page.evaluate(FEED_MS))
        yield Row("the same: request -> answer, as the browser sees it beside a rerun", "ms", feeds)
        yield from measure_drag(page, 1 if bench.is_quick else DRAG_SECONDS, bench.times(DRAGS), "time series page")


def _measure_route(bench: Workbench, page, url: str) -> Row:
    """Measure the server's whole answer to one move after the other, over HTTP on this machine."""
    feed = page.evaluate("() => document.querySelector('.st-key-series .live-chart').chart.data.feed")
    server = HTTPConnection(url.removeprefix("http://"), timeout=60)
    places = np.random.default_rng(3).uniform(-60, 60, (1000, 3)).round(2).tolist()

    def ask() -> float:
        x, y, z = places.pop()
        start = time.perf_counter()
        server.request("GET", f"/{feed}?x={x}&y={y}&z={z}&t=0")
        body = server.getresponse().read()
        taken = 1e3 * (time.perf_counter() - start)
        assert len(json.loads(body)["traces"][PROCESSED]["y"]) == bench.images.n_volumes
        return taken

    (taken,) = take_turns(bench.times(300), ask, n_warm=5)
    server.close()
    return Row("the same: server's share, one request over HTTP", "ms", taken, most=10)
