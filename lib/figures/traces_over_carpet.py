"""Traces over a carpet, all on one axis of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go

from lib.figures.colours import code_colourscale
from lib.figures.style import GRID, TEXT
from lib.figures.time_course import MARK, SIGNAL
from lib.quality.carpet import Carpet, to_bytes
from lib.quality.traces import TraceRow, padded_range

# px: a row is a line of text over a curve; the carpet is as tall as it has rows to show.
ROW, TITLE, CARPET, BOTTOM = 42, 17, 330, 40
LEFT, RIGHT, RIGHT_NARROW = 58, 62, 8
# Segments thinner than this many px are drawn without their name.
LEAST_NAMED = 13
# For curves that share a row, and the words that name them: read on light and on dark.
CURVES = ("#2a87c8", "#d9601a", "#b565a0")
LEFT_OUT = "rgba(232,89,12,0.20)"
LIMIT = "#c92a2a"
# A segment's name must be read over any grey.
# Between two segments, unlike the row of the cursor.
BORDER = "#ffd166"
NAME_BEHIND = "rgba(0,0,0,0.60)"


@dataclass(frozen=True, eq=False)
class TracesFigure:
    """The traces, the carpet below them, and where in them everything is.

    Attributes
    ----------
    figure : to hand to the chart.
    height : px.
    carpet_axes : the carpet's axes as a click names them (`"xy9"`), None where there is no carpet.
    time_lines : numbers of the traces that mark the volume.
    voxel_trace, voxel_line : numbers of the traces of the cursor's voxel and of the mark over it.
    voxel_axis : layout of that row's axis without its range.
    row_trace : number of the trace that marks the cursor's row in the carpet, None where there is none.
    titles : the rows' titles as annotations, in the order of the rows, the voxel's first.
    """

    figure: go.Figure
    height: int
    carpet_axes: str | None
    time_lines: tuple[int, ...]
    voxel_trace: int
    voxel_line: int
    voxel_axis: dict
    row_trace: int | None
    titles: tuple[dict, ...]


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

    The first row is the time course of the voxel under the cursor, which the browser fills in.

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
    places = _Places(height - BOTTOM)
    voxel_axis = places.axis(0)
    titles = [places.title("<b>Voxel</b>", 0)]
    figure.add_trace(_line(times, np.array([], np.float32), "voxel", SIGNAL, "y", ""))
    lines = [_mark_time("y", 0.0, 1.0)]
    layout = {"yaxis": {**voxel_axis, "range": [0, 1]}}
    for number, row in enumerate(rows, start=1):
        axis = f"y{number + 1}"
        low, high = row_range(row)
        layout[f"yaxis{number + 1}"] = {**places.axis(number), "range": [low, high]}
        titles.append(places.title(f"<b>{escape(row.title)}</b>", number))
        _add_row(figure, row, axis, times, left_out, (low, high))
        lines.append(_mark_time(axis, low, high))
    carpet_axes = row_trace = None
    if carpet is not None:
        number = len(rows) + 2
        carpet_axes = f"xy{number}"
        _add_carpet(figure, carpet, f"y{number}", times, limits, colour_map, is_narrow=is_narrow, places=places)
        layout[f"yaxis{number}"] = places.carpet_axis(len(rows) + 1, len(carpet.values))
        titles.append(places.title("<b>Carpet</b>", len(rows) + 1))
        row_trace = len(figure.data)
        figure.add_trace(_mark_row(f"y{number}", times))
        lines.append(_mark_time(f"y{number}", -0.5, len(carpet.values) - 0.5))
    first_line = len(figure.data)
    figure.add_traces(lines)
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0
    _lay_out(figure, layout, titles, (times[0] - step / 2, times[-1] + step / 2), x_title, is_narrow=is_narrow)
    return TracesFigure(
        figure, height, carpet_axes, tuple(range(first_line, first_line + len(lines))), 0, first_line, voxel_axis,
        row_trace, tuple(titles),
    )  # fmt: skip


def row_range(row: TraceRow) -> tuple[float, float]:
    """Return the ends of a row's axis: all of its values and its limit, with a little room."""
    levels = np.concatenate([np.asarray(values, float) for _, values in row.lines])
    levels = np.append(levels[np.isfinite(levels)], [] if row.limit is None else [row.limit])
    return padded_range(float(levels.min()), float(levels.max()))


class _Places:
    """Where the rows of a figure of fixed heights lie, as shares of its plotting height."""

    def __init__(self, height: float) -> None:
        self.height = height

    def _top(self, number: int) -> float:
        return number * (TITLE + ROW) + TITLE

    def share(self, px: float) -> float:
        """Return how high a distance from the top lies, 1 at the top."""
        return min(1.0, max(0.0, 1 - px / self.height))

    def axis(self, number: int) -> dict:
        """Return the vertical axis of a row."""
        top = self._top(number)
        return {
            "domain": [self.share(top + ROW), self.share(top)], "anchor": "x", "gridcolor": GRID, "zeroline": False,
            "nticks": 3, "tickfont": {"size": 9}, "fixedrange": True, "showline": False,
        }  # fmt: skip

    def carpet_axis(self, number: int, n_rows: int) -> dict:
        """Return the vertical axis of the carpet, its first row at the top."""
        domain = [0.0, self.share(self._top(number))]
        return {
            "domain": domain, "anchor": "x", "range": [n_rows - 0.5, -0.5], "showticklabels": False, "ticks": "",
            "showgrid": False, "zeroline": False,
        }  # fmt: skip

    def title(self, text: str, number: int) -> dict:
        """Return a row's title, over its left end."""
        return {
            "text": text, "x": 0, "xref": "paper", "xanchor": "left", "y": self.share(self._top(number)),
            "yref": "paper", "yanchor": "bottom", "showarrow": False, "font": {"size": 11},
        }  # fmt: skip


def _line(times, values, name: str, colour: str, axis: str, unit: str) -> go.Scatter:
    return go.Scatter(
        x=np.asarray(times, np.float32), y=np.asarray(values, np.float32), mode="lines", name=name, yaxis=axis,
        customdata=np.arange(len(times)), line={"color": colour, "width": 1.3}, connectgaps=False,
        hovertemplate=f"volume %{{customdata}}: %{{y:.4g}} {unit}<extra>{name}</extra>",
    )  # fmt: skip


def _mark_time(axis: str, low: float, high: float) -> go.Scatter:
    return go.Scatter(
        x=[], y=[low, high], mode="lines", yaxis=axis, hoverinfo="skip", line={"color": MARK, "width": 1.2}
    )


def _mark_row(axis: str, times: np.ndarray) -> go.Scatter:
    # Two short ticks at the ends and a thin line between: the row itself stays visible.
    return go.Scatter(
        x=[float(times[0]), float(times[-1])], y=[], mode="lines+markers", yaxis=axis, hoverinfo="skip",
        line={"color": "#35d0ba", "width": 1}, marker={"symbol": "line-ew-open", "size": 12, "color": "#35d0ba"},
        cliponaxis=False,
    )  # fmt: skip


def _add_row(figure, row: TraceRow, axis: str, times, left_out, span) -> None:
    shown = [values[: len(times)] for _, values in row.lines]
    if row.limit is not None and left_out.any() and row.unit.startswith("mm"):
        figure.add_trace(_shade(left_out, times, axis, span))
    for number, ((name, _), values) in enumerate(zip(row.lines, shown, strict=True)):
        colour = SIGNAL if len(row.lines) == 1 else CURVES[number % len(CURVES)]
        figure.add_trace(_line(times[: len(values)], values, name, colour, axis, row.unit))
    if row.limit is not None:
        figure.add_trace(
            go.Scatter(x=[float(times[0]), float(times[-1])], y=[row.limit, row.limit], mode="lines", yaxis=axis,
                       hoverinfo="skip", line={"color": LIMIT, "width": 1, "dash": "dot"})
        )  # fmt: skip
    marked = row.marked[row.marked < len(shown[0])]
    if len(marked):
        figure.add_trace(
            go.Scatter(x=np.asarray(times)[marked], y=shown[0][marked], mode="markers", yaxis=axis, hoverinfo="skip",
                       marker={"color": LIMIT, "size": 5})
        )  # fmt: skip


def _shade(left_out, times, axis: str, span) -> go.Scatter:
    """Return one trace that fills the stretches of left-out volumes from bottom to top."""
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], left_out.astype(np.int8), [0]])))
    x, y = [], []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        left, right = float(times[start]) - step / 2, float(times[stop - 1]) + step / 2
        x += [left, left, right, right, None]
        y += [span[0], span[1], span[1], span[0], None]
    return go.Scatter(
        x=x, y=y, mode="none", fill="toself", fillcolor=LEFT_OUT, yaxis=axis, hoverinfo="skip", name="left out"
    )


def _add_carpet(figure, carpet: Carpet, axis: str, times, limits, colour_map: str, *, is_narrow: bool, places) -> None:
    low, high = limits
    figure.add_trace(
        go.Heatmap(
            z=to_bytes(carpet.values, low, high), x=np.asarray(times)[carpet.column_volumes], y0=0, dy=1, yaxis=axis,
            coloraxis="coloraxis", zsmooth=False, hovertemplate="%{x:.2f}, row %{y}<extra>carpet</extra>",
        )
    )  # fmt: skip
    share = CARPET / places.height
    colour_axis = {"colorscale": code_colourscale(colour_map), "cmin": 0, "cmax": 255, "showscale": not is_narrow}
    if not is_narrow:
        steps = [1 + 254 * at for at in (0, 0.5, 1)]
        colour_axis["colorbar"] = {
            "title": {"text": carpet.unit.partition(" ")[0], "side": "top", "font": {"size": 11}}, "tickvals": steps,
            "ticktext": [f"{low:.3g}", f"{(low + high) / 2:.3g}", f"{high:.3g}"], "thickness": 10, "len": share,
            "y": share / 2, "yanchor": "middle", "x": 1.01, "outlinewidth": 0, "tickfont": {"size": 10},
        }  # fmt: skip
    figure.update_layout(coloraxis=colour_axis)
    rows = len(carpet.values)
    for segment in carpet.segments[1:]:
        figure.add_shape(type="line", x0=0, x1=1, xref="paper", y0=segment.start - 0.5, y1=segment.start - 0.5,
                         yref=axis, line={"color": BORDER, "width": 1})  # fmt: skip
    for segment in carpet.segments:
        if (segment.stop - segment.start) * CARPET / rows >= LEAST_NAMED and len(carpet.segments) > 1:
            figure.add_annotation(
                text=escape(segment.name), x=0, xref="paper", xanchor="left", y=segment.start - 0.5, yref=axis,
                yanchor="top", showarrow=False, font={"color": "#ffffff", "size": 10}, bgcolor=NAME_BEHIND, borderpad=1,
            )  # fmt: skip


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


def freeze_traces(drawn: TracesFigure, changes: dict, time: float) -> go.Figure:
    """Return the figure as it stands at one place and volume, for where no browser fills it in.

    Parameters
    ----------
    changes : the answer of `lib.views.quality.traces_feed.quality_feed` there.
    time : of the volume, on the figure's axis.
    """
    figure = go.Figure(drawn.figure)
    for number, change in changes["traces"].items():
        figure.data[number].update(change)
    for number in drawn.time_lines:
        figure.data[number].update(x=[time, time])
    figure.update_layout(yaxis=changes["layout"]["yaxis"])
    figure.layout.annotations = changes["layout"]["annotations"]
    return figure
