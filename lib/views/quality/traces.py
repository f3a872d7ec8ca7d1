"""The traces over the carpet: how the carpet is drawn, and what a click on either does."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib.browser.chart import Fit, TimeAxis, live_chart
from lib.browser.query import asked_place, asked_volume
from lib.cache.pictures import drawn
from lib.cache.quality import carpet_of
from lib.cache.tickets import publish
from lib.denoising.steps import UNITS
from lib.figures.colours import DIVERGING, SEQUENTIAL
from lib.figures.time_course import time_title
from lib.figures.trace_parts import CARPET
from lib.figures.traces_over_carpet import AtCursor, TracesFigure, draw_traces, traces_changes
from lib.images.image import Image
from lib.number_text import short_text
from lib.plain_text import escape_markdown
from lib.quality.carpet import Carpet, CarpetStyle
from lib.quality.run_measuring import MeasuredRun
from lib.quality.traces import TraceRow
from lib.runs import RunStore, read_series
from lib.session import cursor, image_choice
from lib.spaces.coordinates import is_inside, nearest_voxel, world_from_voxel
from lib.views.quality.measuring import mask_key

KEY = "carpet_chart"
ORDERS = {"region": "segments", "correlation with global signal": "global correlation", "cluster": "cluster"}
UNITS_BY_NAME = {UNITS[units].name: units for units in ("z", "percent")}
# At most so wide, and starting so: z as in Power's figures; percent as large as a task's effect and a spike.
LIMITS = {"z": (6.0, 2.0), "% change": (20.0, 2.0)}


@dataclass(frozen=True)
class CarpetLook:
    """How a carpet is drawn: the style of its rows, and the colours of its limits."""

    style: CarpetStyle
    low: float
    high: float
    colour_map: str


def choose_regions() -> Image | None:
    """Choose the image whose regions split the brain: labels, an atlas, or the map of one tissue; None for the whole.

    What cannot be opened is said, and splits nothing.
    """
    chosen = image_choice.choose_id(
        "Regions", "regions", None, placeholder="The whole brain",
        help="An atlas or segmentation (one region a number) or a tissue's map, on any grid in this run's space. "
        "It splits the histogram and orders the carpet.",
    )  # fmt: skip
    if chosen is not None:
        with image_choice.refusal_shown("regions"):
            return image_choice.open_by_id(chosen)
    return None


def choose_carpet(*, is_centred: bool = False) -> CarpetLook:
    """Choose the order of rows, the unit, the detrending and the colours; a centred run has no change in percent."""
    names = ["z"] if is_centred else list(UNITS_BY_NAME)
    if st.session_state.get("carpet_units", "z") not in names:
        st.session_state["carpet_units"] = "z"
    with st.expander("Carpet"):
        order = st.selectbox(
            "Rows by", list(ORDERS), index=1, key="carpet_order", bind="query-params",
            help="Region: in the order of storage. Correlation: within each region, voxels that follow the global "
            "signal first. Cluster: rows with similar courses together, whatever their region.",
        )  # fmt: skip
        units = st.segmented_control(
            "Values", names, default="z", key="carpet_units", bind="query-params", required=True,
            help="z: (x - mean) / SD over time. % change: 100 (x - mean) / |mean|, which a demeaned run has not.",
        )  # fmt: skip
        is_detrended = st.toggle(
            "Without drift",
            True,
            key="carpet_detrend",
            bind="query-params",
            help="Detrended: a straight line is taken out of each row.",
        )
        widest, start = LIMITS[units]
        low, high = st.slider(
            "Colour limits", -widest, widest, (-start, start), 0.1, key=f"carpet_limits_{units}", format="%.1f"
        )
        colour_map = st.selectbox("Colours of the carpet", [*SEQUENTIAL, *DIVERGING], key="carpet_colours",
                                  bind="query-params")  # fmt: skip
    if low >= high:
        low, high = high - 0.1, high
    return CarpetLook(CarpetStyle(ORDERS[order], UNITS_BY_NAME[units], is_detrended), low, high, colour_map)


def make_carpet(image: Image, measured: MeasuredRun | None, mask_image: Image | None, regions, look) -> Carpet | None:
    """Return the carpet of a run that was measured, with a row a px."""
    if measured is None:
        return None
    key = mask_key(mask_image)
    return carpet_of(image, key, measured.mask.mask, regions, look.style, CARPET)


@dataclass(frozen=True, eq=False)
class TracesChart:
    """The parts of the chart that do not depend on the cursor."""

    image: Image
    store: RunStore | None
    wide: TracesFigure
    narrow: TracesFigure
    wide_fit: Fit
    narrow_fit: Fit
    feed: str


def prepare_traces(
    image: Image,
    store: RunStore | None,
    rows: tuple[TraceRow, ...],
    carpet: Carpet | None,
    look: CarpetLook,
    tr: float | None,
    left_out: np.ndarray,
) -> TracesChart:
    """Draw the figure and publish what the browser asks for while the cursor moves."""
    times = np.arange(image.n_volumes) * (tr or 1.0)
    options = {
        "x_title": time_title(tr),
        "left_out": left_out,
        "limits": (look.low, look.high),
        "colour_map": look.colour_map,
    }

    def draw() -> tuple[TracesFigure, TracesFigure, Fit, Fit]:
        both = [draw_traces(rows, carpet, times, **options, is_narrow=is_narrow) for is_narrow in (False, True)]
        return *both, *(Fit(figure.figure, height=figure.height) for figure in both)

    # What was drawn holds its carpet, so that no other one can have that id while it is kept.
    drawn_from = (image.key, tr, tuple(map(_row_fingerprint, rows)), look, id(carpet), left_out.tobytes())
    wide, narrow, *fits = drawn(f"traces {drawn_from}", draw)

    def answer(query: Mapping[str, str]) -> dict:
        return traces_changes(wide, look_up(image, store, asked_place(query), asked_volume(query, image.n_volumes)))

    return TracesChart(image, store, wide, narrow, *fits, publish("quality", (drawn_from, id(store)), answer))


def look_up(image: Image, store: RunStore | None, xyz, t: int) -> AtCursor:
    """Return what lies at a world point and volume; no voxel's course is known while the run is being read through."""
    ijk = nearest_voxel(image.affine, xyz)
    course = read_series(store, ijk) if store is not None and is_inside(image.shape, ijk) else None
    return AtCursor(ijk, course, t)


def _row_fingerprint(row: TraceRow) -> tuple:
    return row.title, row.limit, *((name, values.tobytes()) for name, values in row.lines)


def show_traces(chart: TracesChart) -> None:
    """Show traces and carpet; called inside the cursor's fragment."""
    with st.container(key="carpet"):
        live_chart(
            chart.wide_fit,
            narrow=chart.narrow_fit,
            key=KEY,
            alt=_describe(chart),
            cursor=cursor.told(),
            time=TimeAxis(tuple(float(time) for time in chart.wide.times), chart.wide.time_lines),
            feed=chart.feed,
            on_cursor=_take_volume,
            on_click=lambda: _take_click(chart),
            caption=chart.image.name,
            file_name=f"{chart.image.name.split('.')[0]}-quality",
        )
    if chart.wide.carpet is not None:
        st.caption(escape_markdown(chart.wide.carpet.rule))


def show_carpet_words(chart: TracesChart, look: CarpetLook) -> None:
    """Say what a carpet is, what is dark and bright in it, and what a click does."""
    if chart.wide.carpet is None:
        return
    unit = escape_markdown(chart.wide.carpet.unit)
    st.caption(
        "**Carpet**: each row a voxel, each column a volume; a stripe from top to bottom is a change of the whole "
        f"brain. Its colours end at {short_text(look.low)} and {short_text(look.high)} ({unit}). "
        "Click a curve for its volume, the carpet for its voxel too."
    )


def _describe(chart: TracesChart) -> str:
    what = "traces and carpet" if chart.wide.carpet is not None else "traces"
    return f"Quality {what} of {chart.image.name} over {chart.image.n_volumes} volumes, on one axis of time"


def _take_volume() -> None:
    """Take over the volume that was chosen on the chart.

    Not the point: a click on a row moves that from Python's side, and the report of its volume, sent before the browser
    heard of it, still holds the old one.
    """
    moved = st.session_state[KEY].get("cursor")
    if moved and "cursor" in st.session_state:
        st.session_state["cursor"]["t"] = max(0, int(moved.get("t") or 0))


def _take_click(chart: TracesChart) -> None:
    """Move the cursor to the voxel of the row that was clicked, and to the volume of its column."""
    click = st.session_state[KEY].get("click")
    if not click or chart.wide.carpet is None or click["axes"] != chart.wide.carpet_axes:
        return
    row = min(max(int(np.floor(click["y"] + 0.5)), 0), len(chart.wide.carpet.row_voxels) - 1)
    t = int(np.abs(chart.wide.times - click["x"]).argmin())
    cursor.move_to(world_from_voxel(chart.image.affine, chart.wide.carpet.row_voxels[row]), t=t)
