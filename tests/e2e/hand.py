"""What a visitor does with a page and sees of it, in the units of the app: planes, world mm, the readout.

Nothing here sleeps: each function waits until the page shows what it should, or fails after `PATIENCE` ms.
"""

import re
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PIL import Image as Picture
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as WaitedTooLong

# Far beyond what a cold server needs to read an image and resample an overlay, on two cores with much else to do.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
_LOOKS = count()
PLANES = ("sagittal", "coronal", "axial")
NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
READOUT = re.compile(
    r"^i (-?\d+) j (-?\d+) k (-?\d+)\s+x (-?\d+\.\d\d) y (-?\d+\.\d\d) z (-?\d+\.\d\d) mm"
    rf"(?:\s+(?:value|brightness|magnitude) ({NUMBER}|nan))?"
)


# Run by each page before its own scripts: notes when it last asked the server for something, when it last heard from
# it, when a run was last seen to end, and which socket it opened last.
NOTE_TIMES = """
    const times = window.lastTimes = { asked: 0, heard: 0, ended: 0, socket: null };
    const heard = new WeakSet(), send = WebSocket.prototype.send;
    window.WebSocket = class extends WebSocket {
        constructor(...address) {
            super(...address);
            times.socket = this;
        }
    };
    WebSocket.prototype.send = function (...message) {
        if (!heard.has(this)) this.addEventListener("message", () => { times.heard = performance.now(); });
        heard.add(this);
        times.asked = performance.now();
        return send.apply(this, message);
    };
    new MutationObserver((changes) => {
        const isOver = changes.some(({ target }) => target.dataset.testScriptState === "notRunning");
        if (isOver) times.ended = performance.now();
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-test-script-state"] });
"""
# A run begins when the server says so, a while after the click that asked for it. A short one is over before the page
# shows it: then the answer has come, and nothing after it. Not all that is asked for is answered.
IDLE = """(() => {
    const app = document.querySelector("[data-testid=stApp]")?.dataset;
    const { asked, heard, ended } = window.lastTimes;
    const now = performance.now();
    return app?.testScriptState === "notRunning" && app.testConnectionState === "CONNECTED"
        && (ended > asked || (heard > asked && now - heard > 100) || now - asked > 1000);
})()"""


@dataclass(frozen=True)
class Readout:
    """The readout as numbers; value is None where there is none, outside of the image."""

    ijk: tuple[int, int, int]
    xyz: tuple[float, float, float]
    value: float | None


@dataclass(frozen=True)
class Area:
    """A rectangle in the window, in px."""

    left: float
    top: float
    width: float
    height: float

    def at(self, across: float, down: float) -> tuple[float, float]:
        """Return the place at these shares of its width and height."""
        return self.left + across * self.width, self.top + down * self.height


# --- the page -----------------------------------------------------------------------------------------------------


def open_page(page: Page, url: str, *, chart: str | None = "slices") -> Page:
    """Open an address and wait until its script has run and the chart in the container `chart` is drawn."""
    page.goto(url)
    wait_until_idle(page)
    if chart is not None:
        wait_until_drawn(page, chart)
    return page


def wait_until_idle(page: Page) -> None:
    """Wait until the page's script has run, for all that was asked of it."""
    wait_for(page, f"() => {IDLE}")


def wait_until_drawn(page: Page, chart: str = "slices") -> None:
    """Wait until the page's script has run and a chart is drawn, its pictures have come, and it rests."""
    wait_for(
        page,
        f"([name, number]) => {IDLE}"
        """ && (() => {
            const host = document.querySelector(`.st-key-${name} .live-chart`);
            const chart = host?.chart;
            const isDrawn = chart && !chart.isMoving && !chart.isWaiting && !chart.isAwaiting
                && Number(chart.plot.dataset.drawn) > 0 && host.querySelector(".message").textContent === ""
                && chart.layers.every(({ bytes, isLoading }) => bytes && !isLoading)
                && (!chart.data.slices || chart.plot.data.some(({ z }) => z?.some((row) => row.some(Boolean))));
            // What a run has sent reaches the chart a moment after the run is seen to end: looked at twice.
            const times = window.lastTimes;
            times.nDrawn = isDrawn ? (times.look === number ? times.nDrawn + 1 : 1) : 0;
            times.look = number;
            return times.nDrawn > 1;
        })()""",
        [chart, next(_LOOKS)],
    )


def wait_for(page: Page, script: str, argument: object = None) -> None:
    """Wait until a JavaScript function of one argument returns something true.

    It is asked 25 times a second; Playwright's own `expect` asks after 0.1, 0.25, 0.5 and then each second. At each
    frame would be sooner, but makes the browser draw frames for nothing else.
    """
    try:
        page.wait_for_function(script, arg=argument, timeout=PATIENCE, polling=40)
    except WaitedTooLong as error:
        state = page.evaluate("() => ({ ...document.querySelector('[data-testid=stApp]')?.dataset })")
        charts = "\n".join(map(str, page.evaluate(_CHARTS)))
        said = page.locator("body").inner_text()
        raise AssertionError(
            f"{script} is not so with {argument!r}; the page is {state}, has the charts\n{charts}\nand says:\n{said}"
        ) from error


def drop_connection(page: Page) -> None:
    """Lose the page's connection to the server, and wait until the page has another one."""
    page.evaluate("() => { window.lastTimes.lost = window.lastTimes.socket; window.lastTimes.lost.close(); }")
    wait_for(
        page,
        """() => document.querySelector("[data-testid=stApp]")?.dataset.testConnectionState === "CONNECTED"
            && window.lastTimes.socket !== window.lastTimes.lost
            && window.lastTimes.socket.readyState === WebSocket.OPEN""",
    )


def container(page: Page, key: str) -> Locator:
    """Return the container of that key, one of the names that the browser sees."""
    return page.locator(f".st-key-{key}")


def expect_alert(page: Page, *words: str) -> None:
    """Wait for an alert that says all these words."""
    wait_for(
        page,
        """words => [...document.querySelectorAll("[data-testid=stAlert]")].some((alert) =>
            alert.checkVisibility() && words.every((word) => alert.innerText.replace(/\\s+/g, " ").includes(word)))""",
        words,
    )


def type_place(page: Page, text: str) -> None:
    """Type a place into its box, and Enter."""
    page.get_by_role("textbox", name="Go to place").fill(text)
    page.keyboard.press("Enter")


def go_to_page(page: Page, title: str, path: str) -> None:
    """Follow the navigation to another page, and wait until its script has run."""
    page.get_by_test_id("stTopNav").get_by_role("link", name=title, exact=True).click()
    wait_for(page, "path => location.pathname === path", path)
    wait_until_idle(page)


def path_of(page: Page) -> str:
    """Return what the address bar holds after the host."""
    # Asked of the page: Playwright's own note of the address lags behind what scripts write into it.
    return page.evaluate("() => location.pathname + location.search")


def describe_controls(page: Page) -> list[str]:
    """Return what the sidebar's controls are set to."""
    return page.evaluate(
        """() => [...document.querySelectorAll("[data-testid=stSidebar] :is(input:not([type=file]), [role=radio])")]
            .map((one) => `${one.ariaLabel ?? one.innerText} ${one.ariaChecked ?? one.checked} ${one.value}`)"""
    )


def unfold(page: Page, title: str) -> None:
    """Open a part of the controls that is folded."""
    page.get_by_text(title, exact=True).click()


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a selection box, found by typing as a visitor finds it."""
    # The end of a script's run gives the box its options anew, which closes a list that has been opened meanwhile.
    wait_until_idle(page)
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    wait_until_idle(page)


def press_slider(page: Page, key: str, *keys: str, thumb: int = 0) -> None:
    """Press keys on a thumb of a slider, the left one first."""
    container(page, key).locator("input[type=range]").nth(thumb).focus()
    for one in keys:
        page.keyboard.press(one)
    wait_until_idle(page)


def upload(page: Page, name: str, content: bytes) -> None:
    """Give the page's uploader a file."""
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def download(page: Page, button: Locator, folder: Path) -> Path:
    """Press a button that hands out a file; return where the file was put, under the name that it was given."""
    # A run that ends meanwhile may put another button in its place, and the click is lost.
    wait_until_idle(page)
    with page.expect_download(timeout=PATIENCE) as started:
        button.click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def measure_picture(path: Path) -> tuple[int, int, int]:
    """Return the width and height in px of a picture file, and how many colours it has."""
    with Picture.open(path) as picture:
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 24)
        return *picture.size, len(colours)


def expect_no_overflow(page: Page) -> None:
    """Wait until nothing is wider than the window."""
    wait_for(
        page,
        """() => [document.documentElement, document.querySelector("[data-testid=stMain]")]
            .every((part) => part.scrollWidth <= part.clientWidth)""",
    )


def ink_and_paper(page: Page, chart: str = "slices") -> dict[str, str]:
    """Return the colour of a chart's text and of the page behind it."""
    return page.evaluate(
        """name => ({
            ink: document.querySelector(`.st-key-${name} .plot`)._fullLayout.font.color,
            paper: getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor,
        })""",
        chart,
    )


# --- the readout and the address ----------------------------------------------------------------------------------


def read_readout(page: Page) -> Readout:
    """Return what the readout says now."""
    text = container(page, "readout").inner_text(timeout=PATIENCE).strip()
    match = READOUT.match(text)
    assert match, f"the readout says {text!r}"
    i, j, k, x, y, z, value = match.groups()
    return Readout((int(i), int(j), int(k)), (float(x), float(y), float(z)), None if value is None else float(value))


def expect_readout(page: Page, text: str | re.Pattern) -> None:
    """Wait until the readout holds a text, in which one space stands for any white space."""
    pattern = text if isinstance(text, re.Pattern) else re.compile(re.escape(text).replace(r"\ ", r"\s+"))
    wait_for(
        page,
        """pattern => new RegExp(pattern).test(document.querySelector(".st-key-readout")?.textContent ?? "")""",
        pattern.pattern,
    )


def expect_voxel(page: Page, ijk) -> Readout:
    """Wait until the readout shows this voxel; return the readout."""
    i, j, k = ijk
    expect_readout(page, re.compile(rf"i {i} j {j} k {k}\b"))
    return read_readout(page)


def expect_address(page: Page, **parameters: str) -> None:
    """Wait until the address bar holds these query parameters."""
    wait_for(
        page,
        """wanted => {
            const { searchParams } = new URL(location.href);
            return Object.entries(wanted).every(([name, value]) => searchParams.get(name) === value);
        }""",
        parameters,
    )


# --- charts and planes --------------------------------------------------------------------------------------------


def plane_area(page: Page, plane: str, chart: str = "slices") -> Area:
    """Return where a plane lies in the window."""
    script = _IN_PLANE + " return [box.left + area.left, box.top + area.top, area.width, area.height]; }"
    return Area(*page.evaluate(script, [chart, plane]))


def place_of(page: Page, plane: str, xyz, chart: str = "slices") -> tuple[float, float]:
    """Return where in the window the voxel of a world point (mm) has its centre, in a plane that shows it."""
    x, y = page.evaluate(
        _IN_PLANE
        + """
            const [, right, up] = slices.planes[plane].along;
            const index = slices.grid_from_world.slice(0, 3).map((row) =>
                Math.floor(row[0] * point[0] + row[1] * point[1] + row[2] * point[2] + row[3] + 0.5 + 1e-6));
            const [u, v] = [right, up].map((axis) => slices.starts[axis] + index[axis] * slices.sizes[axis]);
            return [box.left + area.left + (u - area.x[0]) / (area.x[1] - area.x[0]) * area.width,
                    box.top + area.top + (1 - (v - area.y[0]) / (area.y[1] - area.y[0])) * area.height];
        }""",
        [chart, plane, [float(value) for value in xyz]],
    )
    return x, y


def crosshair_place(page: Page, plane: str, chart: str = "slices") -> tuple[float, float]:
    """Return where the lines of a plane's crosshair meet, in its axes' mm."""
    u, v = page.evaluate(
        _IN_PLANE + " const lines = plot.data[slices.planes[plane].crosshair]; return [lines.x[0], lines.y[4]]; }",
        [chart, plane],
    )
    return u, v


def code_under_crosshair(page: Page, plane: str, chart: str = "slices", layer: int = 0) -> int:
    """Return the display code (0 nothing, 1 darkest to 255 brightest) of the voxel that the crosshair marks."""
    return page.evaluate(
        _IN_PLANE
        + """
            const trace = plot.data[slices.planes[plane].heatmaps[layer]];
            const lines = plot.data[slices.planes[plane].crosshair];
            const row = trace.z[Math.round((lines.y[4] - trace.y0) / trace.dy)];
            return row[Math.round((lines.x[0] - trace.x0) / trace.dx)];
        }""",
        [chart, plane, None, layer],
    )


def read_slice(page: Page, plane: str, chart: str = "slices", layer: int = 0) -> list[list[int]]:
    """Return the display codes of the slice that a plane shows, rows upwards."""
    return page.evaluate(
        _IN_PLANE + " return plot.data[slices.planes[plane].heatmaps[layer]].z.map((row) => [...row]); }",
        [chart, plane, None, layer],
    )


def read_figure(page: Page, chart: str = "slices") -> dict:
    """Return what of a planes figure a link must reproduce: slices, crosshairs, axes, colours."""
    return page.evaluate(
        """name => {
            const { data, layout } = document.querySelector(`.st-key-${name} .plot`);
            const axes = Object.entries(layout).filter(([key]) => /^([xy]|color)axis/.test(key));
            return {
                traces: data.map(({ z, x, y, opacity }) => ({ z: z?.map((row) => [...row]), x, y, opacity })),
                axes: axes.map(([key, { range, colorscale }]) => [key, range, colorscale]),
            };
        }""",
        chart,
    )


def count_shown(page: Page, plane: str, chart: str = "slices", layer: int = 0) -> int:
    """Return how many voxels of a layer are drawn in a plane."""
    return page.evaluate(
        _IN_PLANE
        + """
            const { z } = plot.data[slices.planes[plane].heatmaps[layer]];
            return z.reduce((total, row) => total + row.reduce((sum, code) => sum + (code > 0), 0), 0);
        }""",
        [chart, plane, None, layer],
    )


def count_by_sign(page: Page, chart: str = "slices", layer: int = 1) -> tuple[int, int]:
    """Return how many voxels of a whole layer are shown in the lower and in the upper half of its colours."""
    below, above = page.evaluate(
        """([name, layer]) => {
            const { bytes } = document.querySelector(`.st-key-${name} .live-chart`).chart.layers[layer];
            let [below, above] = [0, 0];
            for (const code of bytes) [below, above] = [below + (code > 0 && code < 128), above + (code > 128)];
            return [below, above];
        }""",
        [chart, layer],
    )
    return below, above


def plane_range(page: Page, plane: str, chart: str = "slices") -> tuple[list[float], list[float]]:
    """Return the ends of a plane's horizontal and vertical axis, in mm: what zooming changes."""
    x, y = page.evaluate(_IN_PLANE + " return [area.x, area.y]; }", [chart, plane])
    return x, y


def click_at(page: Page, plane: str, xyz, chart: str = "slices") -> None:
    """Click on the voxel of a world point (mm) in a plane that shows it."""
    page.mouse.click(*place_of(page, plane, xyz, chart))


def point_at(page: Page, plane: str, across: float = 0.5, down: float = 0.5, chart: str = "slices") -> None:
    """Bring the pointer to a place in a plane, as shares of its width and height."""
    page.mouse.move(*plane_area(page, plane, chart).at(across, down))


def drag(page: Page, plane: str, start, end, *, n_steps: int = 8, chart: str = "slices") -> None:
    """Drag in a plane from one world point (mm) to another."""
    first, last = place_of(page, plane, start, chart), place_of(page, plane, end, chart)
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*last, steps=n_steps)
    page.mouse.up()


def turn_wheel(page: Page, plane: str, notches: int, *, ctrl: bool = False, chart: str = "slices") -> None:
    """Turn the wheel over the middle of a plane, away from the visitor where `notches` is positive."""
    point_at(page, plane, chart=chart)
    if ctrl:
        page.keyboard.down("Control")
    page.mouse.wheel(0, -40 * notches)
    if ctrl:
        page.keyboard.up("Control")


def keep_from_rest(page: Page) -> None:
    """Hold back what charts do when the hand rests, as it is held back while the hand goes on moving."""
    page.evaluate(
        """() => {
            const own = window.setTimeout;
            const held = [];
            window.setTimeout = (work, wait, ...rest) => (wait === 140 ? held.push(work) : own(work, wait, ...rest));
            Object.defineProperty(window.voxelExplorer, "movedAt", {
                configurable: true, get: () => performance.now(), set: () => {},
            });
            window.letRest = () => {
                window.setTimeout = own;
                delete window.voxelExplorer.movedAt;
                held.forEach((work) => work());
            };
        }"""
    )


def mark_node(page: Page, chart: str = "slices") -> None:
    """Leave a mark on a chart's plot, which a torn-down node would take with it."""
    page.evaluate("name => { document.querySelector(`.st-key-${name} .plot`).wasHere = true; }", chart)


def is_same_node(page: Page, chart: str = "slices") -> bool:
    """Return whether the plot is the one that was marked."""
    return page.evaluate("name => document.querySelector(`.st-key-${name} .plot`)?.wasHere === true", chart)


# What is known of each chart, for a wait that has failed.
_CHARTS = """() => [...document.querySelectorAll(".live-chart")].map(({ chart, clientWidth }) => chart && {
    alt: chart.data?.alt, width: clientWidth, isOnPage: window.voxelExplorer.charts.has(chart),
    isAwaiting: chart.isAwaiting, isWaiting: chart.isWaiting, isMoving: chart.isMoving, asking: chart.asking,
    answered: chart.answered, feed: chart.data?.feed, drawn: chart.plot.dataset.drawn,
    names: chart.plot.data?.map(({ name }) => name), message: chart.host.querySelector(".message").textContent,
})"""
# The beginning of a function of [chart, plane, point, layer]; its rest sees them, and `plot`, `box`, `slices`, `area`.
_IN_PLANE = """([name, plane, point, layer]) => {
    const { plot, data: { slices } } = document.querySelector(`.st-key-${name} .live-chart`).chart;
    const box = plot.getBoundingClientRect();
    const [x, y] = slices.planes[plane].axes.map((axis) => plot._fullLayout[axis[0] + "axis" + axis.slice(1)]);
    const area = {
        left: x._offset, top: y._offset, width: x._length, height: y._length,
        x: x.range.map(Number), y: y.range.map(Number),
    };
"""
