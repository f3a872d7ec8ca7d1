"""Visitors without a browser: clients that speak Streamlit's protocol, and see whether what they are told is true.

A browser is recorded once; its messages are then sent again, because twenty real browsers would keep two cores so busy
that nobody could tell the server's time from theirs.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, RemoteDisconnected
from urllib.parse import quote, urlencode
from uuid import uuid4

import nibabel as nib
import numpy as np
from nibabel.affines import apply_affine
from playwright.sync_api import Page
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from bench.workbench import Workbench, wait_for_course
from lib.browser.tickets import COOKIE
from lib.figures.time_course import PROCESSED
from lib.spaces.coordinates import nearest_voxel
from tests.e2e import hand

PLANES_KEY = re.compile("-planes$")
IMAGE_KEY = re.compile("-image$")
UPLOAD_KEY = re.compile(r"-upload-\d+$")
READOUT = re.compile(r"i (-?\d+) j (-?\d+) k (-?\d+)\s.*value (\S+)")
FEED = re.compile(r'"feed":\s*"(live/data/[\w-]+)"')
PICTURE = re.compile(r'"url":\s*"(live/data/[^"]+)"')
# Beyond this a visit is stuck, not slow.
PATIENCE = 60  # s
QUIET_SECONDS = 1.0


@dataclass(frozen=True)
class Recording:
    """What a browser sends: to open the page and to tell of a move of the cursor; and what it calls another page."""

    first: BackMsg
    move: BackMsg
    other_page: str


@dataclass(frozen=True, eq=False)
class Scene:
    """A run that a visitor looks at, and what is true of it.

    Attributes
    ----------
    image_id : str
        What the list of images calls it.
    affine : (4, 4) array
        From voxel indices to mm.
    data : (I, J, K, T) array
    """

    image_id: str
    affine: np.ndarray
    data: np.ndarray

    @property
    def inside(self) -> np.ndarray:
        """Voxels of the head, (N, 3)."""
        first = self.data[..., 0]
        return np.argwhere(first > first.max() / 4)


@dataclass
class Visitor:
    """One session: its connection, what the server has sent it, and what its moves took, in ms."""

    url: str
    recording: Recording
    http: HTTPConnection
    scene: Scene
    cookie: str = ""
    socket: ClientConnection | None = None
    session_id: str = ""
    query: str = ""
    uploader: str = ""
    cursor: dict | None = None
    feed: str = ""
    readout: str = ""
    pictures: dict[str, None] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    reruns: list[float] = field(default_factory=list)
    feeds: list[float] = field(default_factory=list)


# --- what a browser does --------------------------------------------------------------------------------------------


def record(bench: Workbench, url: str, image_id: str) -> Recording:
    """Open the page of a run, click once and go to another page with a real browser, and keep what it sends."""
    sent = []
    with bench.page() as page:
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
        hand.open_page(page, f"{url}/timeseries?image={image_id}")
        wait_for_course(page)
        hand.wait_until_idle(page)
        page.mouse.click(*hand.plane_area(page, "axial").at(0.4, 0.4))
        move = _wait_for(page, sent, _tells_of_a_move)
        own_page = move.rerun_script.page_script_hash
        hand.wait_until_drawn(page)
        page.get_by_role("link", name="Anatomy", exact=True).first.click()
        other = _wait_for(page, sent, lambda rerun: rerun.page_script_hash not in ("", own_page))
        hand.wait_until_drawn(page)
    return Recording(_reruns(sent)[0], move, other.rerun_script.page_script_hash)


def _wait_for(page: Page, sent: list[bytes], is_wanted: Callable[[ClientState], bool]) -> BackMsg:
    """Wait until a browser has sent a certain message. It sends others too: parts of a page run again by themselves."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for message in _reruns(sent):
            if is_wanted(message.rerun_script):
                return message
        page.wait_for_timeout(50)
    raise RuntimeError("The browser did not send what was to be recorded.")


def _tells_of_a_move(rerun: ClientState) -> bool:
    is_asked_for = rerun.fragment_id and not rerun.is_auto_rerun
    return bool(is_asked_for) and any(PLANES_KEY.search(widget.id) for widget in rerun.widget_states.widgets)


def _reruns(sent: list[bytes]) -> list[BackMsg]:
    return [one for one in map(BackMsg.FromString, sent) if one.WhichOneof("type") == "rerun_script"]


async def open_visit(url: str, recording: Recording, scene: Scene) -> Visitor:
    """Open the recorded page, in a session of its own."""
    visitor = Visitor(url, recording, HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE), scene)
    await asyncio.to_thread(_take_cookie, visitor)
    visitor.query = recording.first.rerun_script.query_string
    await _connect(visitor, "")
    await _run(visitor, recording.first)
    await wait_for_feed(visitor)
    return visitor


async def wait_for_feed(visitor: Visitor) -> None:
    """Look again and again, as the page does by itself, until the run has been read through."""
    async with asyncio.timeout(PATIENCE):
        while not visitor.feed:
            await asyncio.sleep(0.25)
            await rerun_page(visitor)


async def move_to(visitor: Visitor, ijk) -> int:
    """Move the cursor to a voxel; return how many of the two answers, readout and time course, were right."""
    x, y, z = apply_affine(visitor.scene.affine, ijk).tolist()
    assert tuple(nearest_voxel(visitor.scene.affine, (x, y, z))) == tuple(ijk)
    visitor.cursor = {"x": x, "y": y, "z": z, "t": 0}
    message = _message(visitor)
    message.rerun_script.fragment_id = visitor.recording.move.rerun_script.fragment_id
    # Named before the run, which may name another one.
    feed = visitor.feed
    course, _ = await asyncio.gather(asyncio.to_thread(_fetch_course, visitor, feed), _rerun_timed(visitor, message))
    if not is_right_readout(visitor.readout, ijk, visitor.scene.data):
        # What ended may be a run that was asked for before a connection was lost.
        await _take_the_rest(visitor)
    return is_right_readout(visitor.readout, ijk, visitor.scene.data) + is_right_course(course, ijk, visitor.scene.data)


async def rerun_page(visitor: Visitor) -> None:
    """Have the whole page run again, and fetch the pictures that it names for the first time."""
    await _run(visitor, _message(visitor))


async def look_elsewhere(visitor: Visitor) -> None:
    """Go to another page and come back."""
    # The browser leaves behind what was set on a page.
    visitor.cursor = None
    for page in (visitor.recording.other_page, visitor.recording.move.rerun_script.page_script_hash):
        message = _message(visitor)
        message.rerun_script.page_script_hash = page
        del message.rerun_script.widget_states.widgets[:]
        await _run(visitor, message)
    await wait_for_feed(visitor)


async def choose(visitor: Visitor, scene: Scene) -> None:
    """Choose another image in the list."""
    visitor.scene = scene
    visitor.query = urlencode({"image": scene.image_id}, quote_via=quote)
    await rerun_page(visitor)
    await wait_for_feed(visitor)


async def upload(visitor: Visitor, name: str, img: nib.Nifti1Image) -> None:
    """Give the page's uploader a run, and wait until it has been read through."""
    body = img.to_bytes()
    asked = BackMsg()
    asked.file_urls_request.request_id = str(uuid4())
    asked.file_urls_request.file_names.append(name)
    asked.file_urls_request.session_id = visitor.session_id
    await visitor.socket.send(asked.SerializeToString())
    async with asyncio.timeout(PATIENCE):
        while (answer := await _receive(visitor)).WhichOneof("type") != "file_urls_response":
            pass
    urls = answer.file_urls_response.file_urls[0]
    await asyncio.to_thread(_put, visitor, urls.upload_url, name, body)
    message = _message(visitor)
    states = message.rerun_script.widget_states.widgets
    state = next(one for one in states if one.id == visitor.uploader).file_uploader_state_value
    state.uploaded_file_info.add(name=name, size=len(body), file_id=urls.file_id, file_urls=urls)
    visitor.scene = Scene(f"upload/{name}", img.affine, np.asarray(img.dataobj))
    await _run(visitor, message)
    await wait_for_feed(visitor)


async def lose_connection(visitor: Visitor) -> None:
    """Lose the connection without a word, as when a laptop is shut."""
    visitor.socket.transport.abort()
    await visitor.socket.wait_closed()


async def ask_and_lose_connection(visitor: Visitor, after: float) -> None:
    """Have the whole page run again and lose the connection some seconds after that was asked for."""
    await visitor.socket.send(_message(visitor).SerializeToString())
    await asyncio.sleep(after)
    await lose_connection(visitor)


async def come_back(visitor: Visitor) -> None:
    """Go on with the same session over a new connection: a browser then has its page run."""
    session_id = visitor.session_id
    await _connect(visitor, session_id)
    await rerun_page(visitor)
    await _take_the_rest(visitor)
    if visitor.session_id != session_id:
        visitor.complaints.append("The server did not know the session that came back.")
    await wait_for_feed(visitor)


async def leave(visitor: Visitor) -> None:
    """Close the page."""
    await visitor.socket.close()
    visitor.http.close()


# --- what is true ---------------------------------------------------------------------------------------------------


def is_right_readout(text: str, ijk, data) -> bool:
    """Return whether a readout tells a voxel and its value in the first volume."""
    found = READOUT.search(text)
    shown = found and [int(part) for part in found.groups()[:3]] == list(ijk)
    return bool(shown) and float(found.group(4)) == float(data[(*ijk, 0)])


def is_right_course(answer: dict | None, ijk, data) -> bool:
    """Return whether an answer has the page's default, percent signal change of the raw series; None is no answer."""
    raw = data[tuple(ijk)].astype(float)
    shown = answer["traces"][PROCESSED]["y"] if answer else []
    return len(shown) == len(raw) and np.allclose(shown, 100 * raw / raw.mean() - 100, atol=1e-4)


# --- what is sent ---------------------------------------------------------------------------------------------------


async def _connect(visitor: Visitor, session_id: str) -> None:
    address = visitor.url.replace("http://", "ws://") + "/_stcore/stream"
    # The second one is a token that is only looked at where people sign in.
    protocols = ["streamlit", "unused", session_id] if session_id else ["streamlit"]
    visitor.socket = await connect(
        address,
        subprotocols=protocols,
        origin=visitor.url,
        max_size=None,
        compression=None,
        additional_headers={"Cookie": f"{COOKIE}={visitor.cookie}"},
    )


def _message(visitor: Visitor) -> BackMsg:
    """Return the message that has the whole page run as it stands."""
    message = BackMsg()
    message.CopyFrom(visitor.recording.move)
    rerun = message.rerun_script
    rerun.ClearField("fragment_id")
    rerun.query_string = visitor.query
    kept = [one for one in rerun.widget_states.widgets if visitor.cursor or not PLANES_KEY.search(one.id)]
    for widget in kept:
        if PLANES_KEY.search(widget.id):
            widget.json_value = json.dumps({"cursor": visitor.cursor})
        elif IMAGE_KEY.search(widget.id):
            widget.string_value = visitor.scene.image_id
        elif UPLOAD_KEY.search(widget.id):
            widget.id = visitor.uploader or widget.id
    states = [type(one).FromString(one.SerializeToString()) for one in kept]
    del rerun.widget_states.widgets[:]
    rerun.widget_states.widgets.extend(states)
    return message


async def _run(visitor: Visitor, message: BackMsg) -> None:
    await visitor.socket.send(message.SerializeToString())
    await _read_until_done(visitor)
    new = [address for address, is_fetched in visitor.pictures.items() if not is_fetched]
    for address in new:
        await asyncio.to_thread(_ask, visitor, "GET", f"/{address.replace('{t}', '0')}")
        visitor.pictures[address] = True


async def _rerun_timed(visitor: Visitor, message: BackMsg) -> None:
    start = time.perf_counter()
    await visitor.socket.send(message.SerializeToString())
    await _read_until_done(visitor)
    visitor.reruns.append(1e3 * (time.perf_counter() - start))


def _fetch_course(visitor: Visitor, feed: str) -> dict | None:
    start = time.perf_counter()
    body = _ask(visitor, "GET", f"/{feed}?{urlencode(visitor.cursor)}")
    visitor.feeds.append(1e3 * (time.perf_counter() - start))
    return None if body is None else json.loads(body)


def _take_cookie(visitor: Visitor) -> None:
    visitor.http.request("GET", "/_stcore/health")
    answer = visitor.http.getresponse()
    answer.read()
    visitor.cookie = re.search(f"{COOKIE}=([^;]+)", answer.headers["Set-Cookie"]).group(1)


def _put(visitor: Visitor, address: str, name: str, content: bytes) -> None:
    border = uuid4().hex
    head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{border}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={border}", "X-Xsrftoken": visitor.cookie}
    _ask(visitor, "PUT", address, body, **kind)


def _ask(visitor: Visitor, method: str, address: str, body: bytes | None = None, **headers: str) -> bytes | None:
    """Ask for something, over the same connection unless the server has closed it meanwhile; None if it refuses."""
    headers["Cookie"] = f"{COOKIE}={visitor.cookie}"
    try:
        visitor.http.request(method, address, body, headers)
        answer = visitor.http.getresponse()
    except (RemoteDisconnected, ConnectionError):
        visitor.http.close()
        visitor.http.request(method, address, body, headers)
        answer = visitor.http.getresponse()
    content = answer.read()
    if answer.status >= 400:
        visitor.complaints.append(f"{method} {address}: {answer.status} {content[:200]!r}")
        return None
    return content


# --- what is received -----------------------------------------------------------------------------------------------


async def _take_the_rest(visitor: Visitor) -> None:
    """Take what comes until nothing has ended for a while: the first to end may have been asked for before a loss."""
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(QUIET_SECONDS):
                await _read_until_done(visitor)


async def _read_until_done(visitor: Visitor) -> None:
    """Take what the server sends until a script or a fragment has run."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message = await _receive(visitor)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                visitor.session_id = message.new_session.initialize.session_id
                # The page's whole run names all addresses anew, a fragment's run those of its part.
                visitor.feed = visitor.feed if message.metadata.run.fragment_ids else ""
            elif kind == "page_info_changed":
                visitor.query = message.page_info_changed.query_string
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                _look_at(visitor, message.delta.new_element)
            elif kind == "script_finished":
                status = ForwardMsg.ScriptFinishedStatus.Name(message.script_finished)
                if status in ("FINISHED_SUCCESSFULLY", "FINISHED_FRAGMENT_RUN_SUCCESSFULLY"):
                    return
                if status != "FINISHED_EARLY_FOR_RERUN":
                    raise RuntimeError(f"The script ended with {status}.")


async def _receive(visitor: Visitor) -> ForwardMsg:
    return ForwardMsg.FromString(await visitor.socket.recv())


def _look_at(visitor: Visitor, element: Element) -> None:
    kind = element.WhichOneof("type")
    if kind == "text" and element.text.body.startswith("i "):
        visitor.readout = element.text.body
    elif kind == "file_uploader" and UPLOAD_KEY.search(element.file_uploader.id):
        visitor.uploader = element.file_uploader.id
    elif kind == "exception":
        visitor.complaints.append(f"{element.exception.type}: {element.exception.message}")
    elif kind == "alert" and element.alert.format == Alert.Format.ERROR:
        visitor.complaints.append(element.alert.body)
    elif kind == "bidi_component" and b"voxel_explorer" in element.SerializeToString():
        text = element.bidi_component.SerializeToString().decode("utf-8", errors="ignore")
        feed = FEED.search(text)
        visitor.feed = feed.group(1) if feed and not visitor.feed else visitor.feed
        for address in PICTURE.findall(text):
            visitor.pictures.setdefault(address, False)
