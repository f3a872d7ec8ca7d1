"""Traces over a carpet, all on one axis of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import plotly.graph_objects as go

from lib.figures.changes import change_traces, numbers
from lib.figures.style import GRID, TEXT
from lib.figures.time_course import SIGNAL
from lib.figures.trace_parts import (
    BOTTOM,
    CARPET,
    CURVES,
    ROW,
    TITLE,
    Places,
    add_carpet,
    add_row,
    line,
    mark_row,
    mark_time,
)
from lib.number_text import NO_VALUE, PER_CENT, SHARE, value_text
from lib.plain_text import escape_plotly
from lib.quality.carpet import Carpet
from lib.quality.traces import TraceRow, padded_range, values_at

LEFT, RIGHT, RIGHT_NARROW = 58, 62, 8
# Uids of the traces that change with the cursor: its voxel's course, and what marks its row in the carpet; what marks
# the volume stands in every row, see `_mark_uid`.
VOXEL, CARPET_ROW = "voxel", "carpet-row"


@dataclass(frozen=True, eq=False)
class TracesFigure:
    """The traces, the carpet below them, what they are drawn from, and where in them everything is.

    Attributes
    ----------
    figure : to hand to the chart.
    height : px.
    rows, carpet, times : as they were given.
    carpet_axes : the carpet's axes as a click names them (`"xy9"`), None where there is no carpet.
    time_lines : uids of the traces that mark the volume, the voxel's first.
    voxel_axis : layout of the voxel's row without its range.
    titles : the rows' titles as annotations, in the order of the rows, the voxel's first.
    notes : the annotations that are no titles.
    """

    figure: go.Figure
    height: int
    rows: tuple[TraceRow, ...]
    carpet: Carpet | None
    times: np.ndarray
    carpet_axes: str | None
    time_lines: tuple[str, ...]
    voxel_axis: dict
    titles: tuple[dict, ...]
    notes: tuple[dict, ...]


@dataclass(frozen=True, eq=False)
class AtCursor:
    """What lies under the cursor.

    Attributes
    ----------
    ijk : its voxel, inside the grid or not.
    course : (T,) array, image units; None where the voxel has none.
    t : its volume.
    """

    ijk: tuple[int, int, int]
    course: np.ndarray | None
    t: int


def draw_traces(
    rows: Sequence[TraceRow],
    carpet: Carpet | None,
    times: np.ndarray,
    *,
    x_title: str,
    left_out: np.ndarray,
    limits: tuple[float, float] = (-2.0, 2.0),
    colour_map: str = "Grey",
    is_narrow: bool = False,
) -> TracesFigure:
    """Draw one row a trace and the carpet below them, all on one axis of time.

    The first row is the time course of the voxel under the cursor, which `traces_changes` brings.

    Parameters
    ----------
    times : (T,) array
        Seconds, or volumes where the TR is unknown; a carpet's column is centred on its volume's time.
    left_out : (T,) bool
        Volumes that are shaded behind the displacement.
    limits : tuple of 2 float
        Shown as the carpet's darkest and brightest step, in its unit.
    """
    height = (1 + len(rows)) * (TITLE + ROW) + (TITLE + CARPET if carpet is not None else 0) + BOTTOM
    figure = go.Figure()
    places = Places(height - BOTTOM)
    voxel_axis = places.axis(0)
    titles = [places.title("<b>Voxel</b>", 0)]
    figure.add_trace(line(times, np.array([], np.float32), "voxel", SIGNAL, "y", "").update(uid=VOXEL))
    marks = {"y": (0.0, 1.0)}
    layout = {"yaxis": {**voxel_axis, "range": [0, 1]}}
    for number, row in enumerate(rows, start=1):
        axis = f"y{number + 1}"
        low, high = row_range(row)
        layout[f"yaxis{number + 1}"] = {**places.axis(number), "range": [low, high]}
        if row.unit == SHARE:
            layout[f"yaxis{number + 1}"]["tickformat"] = PER_CENT
        titles.append(places.title(f"<b>{escape_plotly(row.title)}</b>", number))
        add_row(figure, row, axis, times, left_out, (low, high))
        marks[axis] = (low, high)
    carpet_axes = None
    if carpet is not None:
        number = len(rows) + 2
        carpet_axes = f"xy{number}"
        add_carpet(figure, carpet, f"y{number}", times, limits, colour_map, is_narrow=is_narrow, places=places)
        layout[f"yaxis{number}"] = places.carpet_axis(len(rows) + 1, len(carpet.values))
        titles.append(places.title("<b>Carpet</b>", len(rows) + 1))
        figure.add_trace(mark_row(f"y{number}", times).update(uid=CARPET_ROW))
        marks[f"y{number}"] = (-0.5, len(carpet.values) - 0.5)
    figure.add_traces([mark_time(axis, *ends).update(uid=_mark_uid(axis)) for axis, ends in marks.items()])
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0
    _lay_out(figure, layout, titles, (times[0] - step / 2, times[-1] + step / 2), x_title, is_narrow=is_narrow)
    notes = tuple(note.to_plotly_json() for note in figure.layout.annotations[len(titles) :])
    return TracesFigure(
        figure=figure, height=height, rows=tuple(rows), carpet=carpet, times=times, carpet_axes=carpet_axes,
        time_lines=tuple(map(_mark_uid, marks)), voxel_axis=voxel_axis, titles=tuple(titles), notes=notes,
    )  # fmt: skip


def row_range(row: TraceRow) -> tuple[float, float]:
    """Return the ends of a row's axis: all of its values and its limit, with a little room."""
    levels = np.concatenate([np.asarray(values, float) for _, values in row.lines])
    levels = np.append(levels[np.isfinite(levels)], [] if row.limit is None else [row.limit])
    return padded_range(float(levels.min()), float(levels.max()))


def _lay_out(figure, layout: dict, titles, span, x_title: str, *, is_narrow: bool) -> None:
    last = max(layout, key=lambda name: int(name.removeprefix("yaxis") or 1))
    figure.update_layout(
        **layout,
        xaxis={
            "range": [float(span[0]), float(span[1])], "anchor": last.replace("yaxis", "y"), "gridcolor": GRID,
            "zeroline": False, "title": {"text": x_title, "standoff": 4}, "minallowed": float(span[0]),
            "maxallowed": float(span[1]),
        },
        margin={"l": LEFT, "r": RIGHT_NARROW if is_narrow else RIGHT, "t": 0, "b": BOTTOM, "autoexpand": False},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", font={"color": TEXT, "size": 11},
        showlegend=False, dragmode=False, hovermode="closest", uirevision="quality",
    )  # fmt: skip
    figure.layout.annotations = (*titles, *figure.layout.annotations)


def _mark_uid(axis: str) -> str:
    return f"mark-{axis}"


def traces_changes(drawn: TracesFigure, at: AtCursor) -> dict:
    """Return the changes of `draw_traces`'s figure for what lies under the cursor: course, row, every value there."""
    low, high = course_range(at.course)
    texts = [_voxel_text(at), *(_row_text(row, at.t) for row in drawn.rows)]
    traces = {
        VOXEL: {"x": numbers(drawn.times), "y": [] if at.course is None else numbers(at.course)},
        drawn.time_lines[0]: {"y": [low, high]},
    }
    if drawn.carpet is not None:
        texts.append(_carpet_text(drawn.carpet, at.ijk))
        row = drawn.carpet.row_of(at.ijk)
        traces[CARPET_ROW] = {"y": [row, row]}
    annotations = [{**title, "text": text} for title, text in zip(drawn.titles, texts, strict=True)]
    layout = {"yaxis": {**drawn.voxel_axis, "range": [low, high]}, "annotations": [*annotations, *drawn.notes]}
    return {"traces": traces, "layout": layout}


def freeze_traces(drawn: TracesFigure, at: AtCursor) -> go.Figure:
    """Return the figure as it stands at one place and volume, for where no browser fills it in."""
    changes = traces_changes(drawn, at)
    figure = go.Figure(drawn.figure)
    change_traces(figure, changes["traces"])
    time = float(drawn.times[at.t])
    change_traces(figure, {uid: {"x": [time, time]} for uid in drawn.time_lines})
    figure.update_layout(yaxis=changes["layout"]["yaxis"])
    figure.layout.annotations = changes["layout"]["annotations"]
    return figure


def course_range(course: np.ndarray | None) -> tuple[float, float]:
    """Return the ends of the axis of a voxel's course, 0 to 1 where it has no values."""
    known = course[np.isfinite(course)] if course is not None else np.array([])
    if not len(known):
        return 0.0, 1.0
    return padded_range(float(known.min()), float(known.max()))


def _row_text(row: TraceRow, t: int) -> str:
    shown = [escape_plotly(text) for text in values_at(row, t)]
    if len(shown) > 1:
        named = zip(shown, cycle(CURVES), strict=False)
        # A mark has the curve's colour, the text its own: none of the colours is readable in both themes.
        shown = [f'<span style="color:{colour}">●</span> {text}' for text, colour in named]
    return "\u2002".join([f"<b>{escape_plotly(row.title)}</b>", *shown])


def _voxel_text(at: AtCursor) -> str:
    i, j, k = at.ijk
    if at.course is None:
        return f"<b>Voxel</b>\u2002i {i} j {j} k {k}, no time course"
    value = value_text(at.course[at.t]) if np.isfinite(at.course[at.t]) else NO_VALUE
    return f"<b>Voxel</b>\u2002i {i} j {j} k {k}\u2002{value}"


def _carpet_text(carpet: Carpet, ijk) -> str:
    row = carpet.row_of(ijk)
    i, j, k = (int(index) for index in carpet.row_voxels[row])
    if (i, j, k) == tuple(int(index) for index in ijk):
        return f"<b>Carpet</b>\u2002{escape_plotly(carpet.unit)}, marked: this voxel"
    return f"<b>Carpet</b>\u2002{escape_plotly(carpet.unit)}, marked: nearest row, i {i} j {j} k {k}"
