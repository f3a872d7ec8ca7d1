"""How many bytes a visitor's browser gets: for the first view of an anatomy, and for a move of the cursor."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from playwright.sync_api import Page

from bench.comparing import Row, take_turns
from bench.cursor_moves import click_places
from bench.workbench import Workbench, settle, wait_for_course
from tests.e2e import hand

# One 8-bit volume of the T1w, unpacked: what a move must not send.
A_MOVE = 64_000


@dataclass
class Traffic:
    """Bytes received by a page since the last look."""

    socket: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    def take(self) -> tuple[int, int]:
        """Return the bytes over the websocket and those of answers of the app's own routes; start anew."""
        taken = self.socket, sum(size for key, size in self.answers.items() if "/live/data" in self.urls.get(key, ""))
        self.socket, self.answers = 0, {}
        return taken


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the rows about bytes."""
    folder, image = bench.images.folder, bench.images.t1w
    moves = partial(_measure_moves, bench)
    with bench.app(folder) as app:
        with bench.page() as page:
            traffic = listen(page)
            hand.open_page(page, f"{app.url}/anatomy?image={folder.name}/{image.name}")
            socket, answers = traffic.take()
            yield Row("first anatomy view: websocket", "kB", (socket / 1e3,))
            yield Row("first anatomy view: the volume, as gzipped 8-bit codes", "kB", (answers / 1e3,), note="once")
            yield moves(page, traffic, "a move of the cursor, anatomy page: websocket and routes")
        with bench.page() as page:
            traffic = listen(page)
            run = bench.images.run(is_packed=False)
            hand.open_page(page, f"{app.url}/timeseries?image={folder.name}/{run.name}")
            wait_for_course(page)
            yield moves(page, traffic, "a move of the cursor, time series page: websocket and routes")


def _measure_moves(bench: Workbench, page: Page, traffic: Traffic, what: str) -> Row:
    places = click_places(page)

    def click() -> float:
        settle(page)
        traffic.take()
        page.mouse.click(*next(places))
        page.wait_for_timeout(400)
        settle(page)
        return sum(traffic.take()) / 1e3

    (taken,) = take_turns(bench.times(30), click)
    return Row(what, "kB", taken, most=A_MOVE / 1e3)


def listen(page: Page) -> Traffic:
    """Count what a page receives from now on, as Chromium's network layer sees it."""
    traffic = Traffic()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def hear_frame(event: dict) -> None:
        payload = event["response"]["payloadData"]
        # Binary frames come as base64.
        traffic.socket += len(payload) * 3 // 4 if event["response"]["opcode"] == 2 else len(payload)

    def hear_request(event: dict) -> None:
        traffic.urls[event["requestId"]] = event["request"]["url"]

    def hear_end(event: dict) -> None:
        traffic.answers[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.webSocketFrameReceived", hear_frame)
    session.on("Network.requestWillBeSent", hear_request)
    session.on("Network.loadingFinished", hear_end)
    return traffic
