"""Twenty visitors at once: how much slower the server gets for each, what each costs, and whether all see the truth.

A browser is recorded once; its messages are then sent again by clients that speak Streamlit's protocol, because twenty
real browsers would keep two cores so busy that nobody could tell the server's time from theirs.
"""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

import nibabel as nib
import numpy as np
from nibabel.affines import apply_affine
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from bench.comparing import Row
from bench.processes import resident_mb, run_beside
from bench.workbench import Workbench, wait_for_course
from lib.figures.time_course import PROCESSED
from lib.spaces.coordinates import nearest_voxel
from lib.studies.simulated import build_sample_file
from tests.e2e import hand

RUN = "sub-01/func/sub-01_task-game_bold.nii.gz"
PLANES_KEY = re.compile("-planes$")
READOUT = re.compile(r"i (-?\d+) j (-?\d+) k (-?\d+)\s.*value (\S+)")
N_SESSIONS = 20
EVERY_SECONDS = 0.5
N_MOVES = 40


@dataclass(frozen=True)
class Recording:
    """What a browser sends: to open the page, and to tell of a move of the cursor."""

    first: BackMsg
    move: BackMsg


@dataclass
class Visitor:
    """One session: its connection, what the server has sent it, and what its moves took, in ms."""

    number: int
    socket: ClientConnection
    http: HTTPConnection
    known: dict[str, None] = field(default_factory=dict)
    feed: str = ""
    readout: str = ""
    reruns: list[float] = field(default_factory=list)
    feeds: list[float] = field(default_factory=list)


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the rows about many sessions on one server."""
    path = build_sample_file(RUN, bench.folder / "cache" / "sample-1")
    with bench.app() as app:
        recording = _record(bench, app.url)
        n_moves = bench.times(N_MOVES)
        alone = run_beside(_visit(app, recording, path, 1, n_moves))
        before = resident_mb(app.pid)
        together = run_beside(_visit(app, recording, path, 3 if bench.is_quick else N_SESSIONS, n_moves))
        growth = (together.resident - before) / together.n
    what, reference = f"{N_SESSIONS} sessions, two moves a second each, on the sample's run", "1 session"
    yield Row(
        f"{what}: rerun of the part that depends on the cursor",
        "ms",
        together.reruns,
        reference,
        alone.reruns,
        ratio_p95=5,
    )
    yield Row(f"{what}: time course from its route", "ms", together.feeds, reference, alone.feeds, ratio_p95=5)
    yield Row("memory growth a session", "MB", (growth,), most=10)
    checked = f"readouts and time courses that were right, of {together.n_checked:,}"
    yield Row(checked, "", (together.n_right,), least=together.n_checked)


@dataclass(frozen=True)
class Visits:
    """What the visitors of one round found."""

    n: int
    reruns: tuple[float, ...]
    feeds: tuple[float, ...]
    resident: float
    n_checked: int
    n_right: int


def _record(bench: Workbench, url: str) -> Recording:
    """Open the page and click once with a real browser, and keep what it sends."""
    sent = []
    with bench.page() as page:
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
        hand.open_page(page, f"{url}/timeseries?image=sample/{RUN}")
        wait_for_course(page)
        hand.wait_until_idle(page)
        page.mouse.click(*hand.plane_area(page, "axial").at(0.4, 0.4))
        hand.wait_until_drawn(page)
        page.wait_for_timeout(1000)
    messages = []
    for frame in sent:
        message = BackMsg()
        message.ParseFromString(frame)
        if message.WhichOneof("type") == "rerun_script":
            messages.append(message)
    move = next(message for message in reversed(messages) if message.rerun_script.fragment_id)
    return Recording(messages[0], move)


async def _visit(app, recording: Recording, path, n: int, n_moves: int) -> Visits:
    """Let n visitors open the page one after the other and then move their cursors, all at the same time."""
    image = nib.load(path)
    data = np.asarray(image.dataobj)
    visitors = [await _open(app.url, recording, number) for number in range(n)]
    inside = np.argwhere(data[..., 0] > data[..., 0].max() / 4)
    places = np.random.default_rng(5).choice(inside, (n, n_moves))
    rounds = [_move_about(one, recording, image.affine, data, places[one.number]) for one in visitors]
    right = await asyncio.gather(*rounds)
    resident = resident_mb(app.pid)
    for one in visitors:
        await one.socket.close()
        one.http.close()
    reruns = tuple(ms for one in visitors for ms in one.reruns)
    feeds = tuple(ms for one in visitors for ms in one.feeds)
    return Visits(n, reruns, feeds, resident, 2 * n * n_moves, sum(right))


async def _open(url: str, recording: Recording, number: int) -> Visitor:
    host = url.removeprefix("http://")
    address = f"ws://{host}/_stcore/stream"
    socket = await connect(address, subprotocols=["streamlit"], origin=url, max_size=None, compression=None)
    visitor = Visitor(number, socket, HTTPConnection(host, timeout=60))
    await socket.send(recording.first.SerializeToString())
    await _read_until_done(visitor)
    if not visitor.feed:
        raise RuntimeError("The page did not send the address of its time courses.")
    return visitor


async def _read_until_done(visitor: Visitor) -> None:
    """Take what the server sends until a script or a fragment has run."""
    while True:
        message = ForwardMsg()
        message.ParseFromString(await visitor.socket.recv())
        if message.hash:
            visitor.known[message.hash] = None
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            _look_at(visitor, message.delta.new_element)
        elif kind == "script_finished":
            status = ForwardMsg.ScriptFinishedStatus.Name(message.script_finished)
            if status in ("FINISHED_SUCCESSFULLY", "FINISHED_FRAGMENT_RUN_SUCCESSFULLY"):
                return
            if status != "FINISHED_EARLY_FOR_RERUN":
                raise RuntimeError(f"The script ended with {status}.")


def _look_at(visitor: Visitor, element) -> None:
    kind = element.WhichOneof("type")
    if kind == "text" and element.text.body.startswith("i "):
        visitor.readout = element.text.body
    elif kind == "bidi_component" and b"voxel_explorer" in element.SerializeToString():
        text = element.bidi_component.SerializeToString().decode("utf-8", errors="ignore")
        feed = re.search(r'"feed":\s*"(live/data/[\w-]+)"', text)
        visitor.feed = feed.group(1) if feed and not visitor.feed else visitor.feed


async def _move_about(visitor: Visitor, recording: Recording, affine, data, places) -> int:
    """Move the cursor from place to place; return how many readouts and time courses were right."""
    start = time.perf_counter() + EVERY_SECONDS * visitor.number / N_SESSIONS
    right = 0
    for number, ijk in enumerate(places.tolist()):
        await asyncio.sleep(max(0.0, start + number * EVERY_SECONDS - time.perf_counter()))
        x, y, z = apply_affine(affine, ijk).tolist()
        assert tuple(nearest_voxel(affine, (x, y, z))) == tuple(ijk)
        answer, _ = await asyncio.gather(
            asyncio.to_thread(_fetch, visitor, {"x": x, "y": y, "z": z, "t": 0}),
            _rerun(visitor, recording.move, {"x": x, "y": y, "z": z, "t": 0}),
        )
        right += _is_right_readout(visitor.readout, ijk, data) + _is_right_course(answer, ijk, data)
    return right


def _fetch(visitor: Visitor, place: dict) -> dict:
    start = time.perf_counter()
    visitor.http.request("GET", f"/{visitor.feed}?{urlencode(place)}")
    body = visitor.http.getresponse().read()
    visitor.feeds.append(1e3 * (time.perf_counter() - start))
    return json.loads(body)


async def _rerun(visitor: Visitor, template: BackMsg, place: dict) -> None:
    message = BackMsg()
    message.CopyFrom(template)
    for widget in message.rerun_script.widget_states.widgets:
        if PLANES_KEY.search(widget.id):
            widget.json_value = json.dumps({"cursor": place})
    # What the browser still has is not sent again.
    del message.rerun_script.cached_message_hashes[:]
    message.rerun_script.cached_message_hashes.extend(visitor.known)
    start = time.perf_counter()
    await visitor.socket.send(message.SerializeToString())
    await _read_until_done(visitor)
    visitor.reruns.append(1e3 * (time.perf_counter() - start))


def _is_right_readout(text: str, ijk, data) -> bool:
    found = READOUT.search(text)
    shown = found and [int(part) for part in found.groups()[:3]] == list(ijk)
    return bool(shown) and float(found.group(4)) == float(data[(*ijk, 0)])


def _is_right_course(answer: dict, ijk, data) -> bool:
    """Return whether an answer has the page's default, percent signal change of the raw series."""
    raw = data[tuple(ijk)].astype(float)
    return np.allclose(answer["traces"][PROCESSED]["y"], 100 * raw / raw.mean() - 100, atol=1e-4)
