"""A connection that drops, a server that ends and one that cannot be reached: nothing is lost, and nobody is asked."""

import gzip
import os
import random
import re
import signal
import time
from itertools import pairwise
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nibabel.affines import apply_affine
from playwright.sync_api import Page, expect

from tests.builders.child_processes import children_of, have_ended
from tests.builders.series_runs import ACTIVE, FLASH, STORY, course, write_study
from tests.e2e import hand, images
from tests.e2e.server import Server, run_server

MINE = "mine.nii.gz"
# Where a visitor may be with a run.
PAGES = ("anatomy", "spaces", "quality", "timeseries")
MAPS_OF_SELF = Path("/proc/self/maps")
# In the axial plane of the active voxel.
ELSEWHERE = ((2, 1, 6), (9, 12, 6), (3, 10, 6), (6, 7, 6))
# A run that takes seconds to be sent and read, and its voxel that is asked for.
LARGE_SHAPE, LARGE_VOXEL = (48, 56, 30, 40), (20, 31, 12)
SENT_A_SECOND = 4_000_000  # bytes
# Closes the page's connection after a while, and again after each further one, as often as is said.
DROP = """([after, times]) => {
    window.nDropped = 0;
    const drop = () => {
        if (window.lastTimes.socket.readyState === WebSocket.OPEN) {
            window.nDropped += 1;
            window.lastTimes.socket.close();
        }
        if (window.nDropped < times) setTimeout(drop, after);
    };
    setTimeout(drop, after);
}"""


@pytest.fixture
def expected_complaint() -> re.Pattern:
    """A browser notes each request that nobody answered, and Streamlit's client each connection that it lost."""
    return re.compile(
        r"WebSocket|Failed to load resource: (net::ERR_|the server responded with a status of 404)"
        r"|Cannot send rerun backMessage when disconnected from server"
        r"|Client Error in reaching server endpoint|Streamlit server is not responding"
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """Folder `made` with runs of known time courses."""
    return write_study(tmp_path_factory.mktemp("start") / "made", images.oblique())


@pytest.fixture(scope="module")
def server(tmp_path_factory, study):
    """Return the app with a study of three runs and an empty cache."""
    cache = str(tmp_path_factory.mktemp("cache"))
    with run_server(tmp_path_factory.mktemp("server") / "log", study, VOXEL_EXPLORER_CACHE=cache) as running:
        yield running


@pytest.fixture
def mine(tmp_path, study) -> Path:
    """Return a copy of a run, on the visitor's own computer."""
    path = tmp_path / MINE
    path.write_bytes((study.parent / FLASH).read_bytes())
    return path


def mm(ijk) -> np.ndarray:
    return apply_affine(images.oblique(), ijk)


def link(image: str, ijk=ACTIVE, page: str = "timeseries", **more: str) -> str:
    x, y, z = mm(ijk)
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/{page}?image={image}&x={x:.2f}&y={y:.2f}&z={z:.2f}{rest}"


def upload(page: Page, path: Path) -> None:
    """Give the page's uploader a file, which the browser reads while it sends it; the one beside a refusal, if any."""
    page.get_by_test_id("stFileUploaderDropzoneInput").last.set_input_files(path)
    hand.expect_address(page, image=f"upload/{path.name}")


def expect_course(page: Page, ijk, values) -> None:
    """Wait until the series is that of a voxel, number for number."""
    hand.wait_for(
        page,
        """([name, expected]) => {
            const trace = document.querySelector(".st-key-series .plot")?.data?.[0];
            return trace?.name === name && trace.y.length === expected.length
                && trace.y.every((value, n) => Math.abs(value - expected[n]) < 1e-3);
        }""",
        ["voxel {} {} {}".format(*ijk), np.asarray(values, dtype=float).tolist()],
    )


def percent(values: np.ndarray) -> np.ndarray:
    return 100 * (values / values.mean() - 1)


def expect_nothing_is_asked(page: Page) -> None:
    """Wait until nothing is under way, and nothing on the page speaks of trouble."""
    hand.wait_until_drawn(page)
    expect(page.locator("[data-testid=stAlert], [role=dialog]:visible")).to_have_count(0)
    hand.wait_for(page, "() => [...document.querySelectorAll('.message')].every((one) => one.textContent === '')")


# --- connections that drop ----------------------------------------------------------------------------------------


def test_ten_lost_connections_take_neither_the_upload_nor_what_was_set(look_at, mine):
    """With the first of them the upload was deleted and every address of the page had ended."""
    page = look_at(link(STORY, units="raw"))
    upload(page, mine)
    hand.wait_until_drawn(page, "series")
    page.get_by_role("button", name="Change the TR").click()
    box = page.get_by_label("TR in seconds")
    box.fill("2.5")
    box.press("Enter")
    expect(page.get_by_text("TR 2.5 s, as typed")).to_be_visible()
    page.keyboard.press("Escape")
    hand.container(page, "units").get_by_text("% change", exact=True).click()
    hand.wait_until_drawn(page, "spectrum")
    controls = hand.describe_controls(page)
    for number in range(10):
        hand.drop_connection(page)
        ijk = ELSEWHERE[number % len(ELSEWHERE)]
        hand.wait_until_drawn(page)
        page.locator(".st-key-slices .plot").scroll_into_view_if_needed()
        hand.click_at(page, "axial", mm(ijk))
        expect_course(page, ijk, percent(course("flash", ijk)))
        hand.expect_voxel(page, ijk)
        expect(page.get_by_text("TR 2.5 s, as typed")).to_be_visible()
        expect_nothing_is_asked(page)
    hand.wait_until_drawn(page, "spectrum")
    assert hand.describe_controls(page) == controls
    hand.expect_address(page, image=f"upload/{MINE}")


def test_an_edited_copy_keeps_its_edits_and_their_history(look_at):
    page = look_at(link(FLASH, page="spaces", tab="Edit+and+see"))
    thumb = page.locator(".st-key-move_x").get_by_role("slider")
    thumb.focus()
    for _ in range(7):
        thumb.press("ArrowRight")
    expect(page.get_by_text("moved by 7 mm to the right")).to_be_visible()
    page.locator(".st-key-mirror").get_by_role("button", name="j").click()
    expect(page.get_by_text("mirrored along j")).to_be_visible()
    shown = None
    for _ in range(3):
        expect_nothing_is_asked(page)
        shown = shown or hand.read_slice(page, "axial")
        hand.drop_connection(page)
        expect_nothing_is_asked(page)
        expect(page.get_by_text("moved by 7 mm to the right")).to_be_visible()
        assert hand.read_slice(page, "axial") == shown
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("mirrored along j")).to_have_count(0)
    expect(page.get_by_text("moved by 7 mm to the right")).to_be_visible()


def test_a_connection_lost_under_the_hand_ends_where_the_hand_does(look_at):
    page = look_at(link(FLASH, ELSEWHERE[-1], units="raw"))
    hand.wait_until_drawn(page, "series")
    for start, end in pairwise(ELSEWHERE):
        first, last = (hand.place_of(page, "axial", mm(ijk)) for ijk in (start, end))
        page.mouse.move(*first)
        page.mouse.down()
        page.mouse.move(*np.mean([first, last], axis=0), steps=4)
        page.evaluate("() => window.lastTimes.socket.close()")
        page.mouse.move(*last, steps=4)
        page.mouse.up()
        expect_course(page, end, course("flash", end))
        assert hand.expect_voxel(page, end).value == course("flash", end)[0]
        expect_nothing_is_asked(page)


def test_a_file_that_is_being_sent_and_read_arrives_whole(look_at, tmp_path, rng):
    """The uploader was emptied by a run that was cut off before the file was there, or before the browser was told."""
    data = rng.integers(100, 1000, LARGE_SHAPE).astype(np.int16)
    img = nib.Nifti1Image(data, np.diag([3.0, 3.0, 3.0, 1.0]))
    img.header["pixdim"][4] = 2
    img.header.set_xyzt_units("mm", "sec")
    nib.save(img, tmp_path / "large.nii")
    page = look_at(link(STORY, units="raw"))
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SENT_A_SECOND},
    )
    with page.expect_request(lambda request: request.method == "PUT"):
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(tmp_path / "large.nii")
    page.evaluate(DROP, [300, 6])
    hand.wait_for(page, "() => window.nDropped === 6")
    hand.expect_address(page, image="upload/large.nii")
    hand.wait_until_drawn(page, "series")
    hand.type_place(page, " ".join(str(3 * index) for index in LARGE_VOXEL))
    expect_course(page, LARGE_VOXEL, data[LARGE_VOXEL])
    assert hand.expect_voxel(page, LARGE_VOXEL).value == data[LARGE_VOXEL][0]
    expect_nothing_is_asked(page)


def test_a_connection_lost_while_the_page_is_run_leaves_no_empty_page(look_at):
    """The click was lost with the connection, or the rest of a run was put where nothing was."""
    moments = random.Random(20261122)
    page = look_at(link(FLASH, units="raw"))
    values = course("flash", ACTIVE)
    wanted = {"z": (values - values.mean()) / values.std(ddof=1), "raw": values}
    for number in range(6):
        unit = ("z", "raw")[number % 2]
        page.evaluate(DROP, [moments.randrange(20, 400), 1])
        hand.container(page, "units").get_by_text(unit, exact=True).click()
        hand.wait_for(page, "() => window.nDropped === 1")
        expect_course(page, ACTIVE, wanted[unit])
        expect(hand.container(page, "units").get_by_role("radio", name=unit, exact=True)).to_be_checked()
        expect_nothing_is_asked(page)


# --- sessions that end --------------------------------------------------------------------------------------------


@pytest.mark.skipif(not MAPS_OF_SELF.exists(), reason="only Linux tells what a process has mapped")
def test_the_last_visitors_take_all_they_brought_with_them(new_visitor, start_server, study, mine, tmp_path):
    """The files were deleted, but stayed mapped until somebody came: the disk was full of what nobody could see."""
    cache = tmp_path / "cache"
    options = {"VOXEL_EXPLORER_CACHE": str(cache), "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "1"}
    server = start_server(study, **options)
    plain = mine.with_suffix("")  # which is mapped as it is
    plain.write_bytes(gzip.decompress(mine.read_bytes()))
    visitors = [new_visitor() for _ in PAGES]
    for page, name in zip(visitors, PAGES, strict=True):
        hand.open_page(page, server.url + link(STORY, page=name), chart=None)
        upload(page, plain)
        hand.wait_until_drawn(page)
    there = {Path(name).name for name in mapped(server, cache)}
    assert {plain.name, "series.bin", "mean.npy"} <= there
    for page in visitors:
        page.close()
    end = time.monotonic() + hand.PATIENCE / 1000
    while time.monotonic() < end and (mapped(server, cache) or files_of_sessions(cache)):
        time.sleep(0.1)
    assert (mapped(server, cache), files_of_sessions(cache)) == ([], [])


def mapped(server: Server, cache: Path) -> list[str]:
    """Return which files of sessions a server has mapped, deleted ones too."""
    lines = Path(f"/proc/{server.pid}/maps").read_text().splitlines()
    return [line.partition("/")[2].removesuffix(" (deleted)") for line in lines if f"{cache}/sessions/" in line]


def files_of_sessions(cache: Path) -> list[Path]:
    """Return the files that lie in sessions' folders."""
    return [path for path in (cache / "sessions").glob("*/*/**/*") if path.is_file()]


# --- addresses that end, and servers that cannot be reached -------------------------------------------------------


def test_an_address_that_has_ended_is_renewed_without_a_word(new_visitor, server):
    """The page said "This address has expired. Reload the page." of a picture, and of every voxel's course."""
    page = new_visitor()
    ended = {}

    def end(route) -> None:
        token = route.request.url.partition("?")[0]
        # The first picture and the first feed, for good.
        kind = "feed" if "?x=" in route.request.url else "picture"
        if ended.setdefault(kind, token) == token:
            route.fulfill(status=404, body="This address has expired. Reload the page.")
        else:
            route.continue_()

    page.route("**/live/data/**", end)
    hand.open_page(page, server.url + link(FLASH, units="raw"))
    expect_course(page, ACTIVE, course("flash", ACTIVE))
    expect_nothing_is_asked(page)
    assert ended.keys() == {"feed", "picture"}


def test_a_server_that_cannot_be_reached_is_asked_again(look_at):
    page = look_at(link(FLASH, units="raw"))
    expect_course(page, ACTIVE, course("flash", ACTIVE))
    n_refused = 0

    def refuse(route) -> None:
        nonlocal n_refused
        n_refused += 1
        route.abort("connectionrefused") if n_refused <= 3 else route.continue_()

    page.route("**/live/data/**", refuse)
    hand.click_at(page, "axial", mm(ELSEWHERE[0]))
    message = hand.container(page, "series").locator(".message")
    expect(message).to_have_text("The server cannot be reached. Trying again.")
    expect_course(page, ELSEWHERE[0], course("flash", ELSEWHERE[0]))
    expect_nothing_is_asked(page)
    assert n_refused > 3


def test_an_address_is_of_no_use_in_another_browser(look_at, server):
    """Who saw an address over somebody's shoulder, or in a log, got what that person had opened."""
    page = look_at(link(FLASH, units="raw"))
    expect_course(page, ACTIVE, course("flash", ACTIVE))
    feed = page.evaluate("() => document.querySelector('.st-key-series .live-chart').chart.data.feed")
    address = f"{server.url}/{feed}?x=0&y=0&z=0&t=0"
    assert page.request.get(address).status == 200
    other = look_at(link(FLASH, units="raw"), locale="en-GB")
    answer = other.request.get(address)
    assert (answer.status, answer.text()) == (404, "This address has expired. Reload the page.")


# --- a server that ends -------------------------------------------------------------------------------------------


def test_a_killed_server_leaves_nothing_behind_and_its_page_goes_on_with_the_next(
    new_visitor, start_server, study, mine, tmp_path
):
    """What was uploaded to a server that was killed stayed on the disk for good."""
    cache = tmp_path / "cache"
    options = {"VOXEL_EXPLORER_CACHE": str(cache)}
    first, neighbour = (start_server(study, **options) for _ in range(2))
    page, next_door = new_visitor(), new_visitor()
    bring(page, first, mine)
    left = kept(cache)
    assert any(name.endswith(MINE) for name in left)
    bring(next_door, neighbour, mine)
    others = kept(cache) - left
    assert any(name.endswith(MINE) for name in others)
    hand.click_at(page, "axial", mm(ELSEWHERE[0]))
    hand.expect_voxel(page, ELSEWHERE[0])
    hand.expect_address(page, x=f"{mm(ELSEWHERE[0])[0]:.2f}")
    address = hand.path_of(page)

    first.kill()
    expect(page.get_by_text(re.compile("Connection error|Connecting", re.IGNORECASE)).first).to_be_visible()
    assert left | others <= kept(cache)
    page.evaluate("() => { window.isOfTheFirst = true; }")
    start_server(study, port=first.port, **options)
    # The page is opened anew, which nothing may be asked of while it is on its way.
    hand.wait_for(page, "() => !window.isOfTheFirst")
    hand.expect_alert(page, f"The link names the upload {MINE}, but uploads stay with the session that made them")
    assert kept(cache).isdisjoint(left)
    assert others <= kept(cache)
    assert hand.path_of(page) == address
    hand.wait_until_idle(page)
    upload(page, mine)
    hand.wait_until_drawn(page, "series")
    assert hand.expect_voxel(page, ELSEWHERE[0]).value == course("flash", ELSEWHERE[0])[0]
    assert hand.path_of(page) == address
    expect_nothing_is_asked(page)

    hand.click_at(next_door, "axial", mm(ELSEWHERE[1]))
    hand.expect_voxel(next_door, ELSEWHERE[1])
    expect_nothing_is_asked(next_door)


def test_a_server_that_is_told_to_end_leaves_no_process_that_measured(new_visitor, start_server, study, tmp_path):
    """They waited a minute for more to measure."""
    server = start_server(study, VOXEL_EXPLORER_CACHE=str(tmp_path / "cache"))
    page = new_visitor()
    hand.open_page(page, server.url + link(FLASH, page="quality", panel="All runs of the study"))
    page.get_by_role("button", name="Measure all runs").click()
    expect(hand.container(page, "strips")).to_be_visible(timeout=60_000)
    started = children_of(server.pid)
    assert started
    os.kill(server.pid, signal.SIGTERM)
    # Who watches over the semaphores ends last, and tells of those that nobody gave back.
    assert have_ended([server.pid, *started], 30)
    assert "leaked" not in server.read_log()
    assert "Traceback" not in server.read_log()


def bring(page: Page, server: Server, mine: Path) -> None:
    """Upload a run to a server."""
    hand.open_page(page, server.url + link(STORY, units="raw", detrend="linear"))
    upload(page, mine)
    hand.wait_until_drawn(page, "series")


def kept(cache: Path) -> set[str]:
    """Return what lies in the folders of servers."""
    folder = cache / "sessions"
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
