"""The time course as a Plotly figure: what does not depend on the voxel, which the browser puts in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from lib.figures.changes import NOTHING
from lib.figures.style import GRID, MODEBAR, TEXT
from lib.number_text import HOVER_CUT, HOVER_VALUE
from lib.plain_text import escape_plotly

SIGNAL = "#0b9d8a"
BEHIND = "rgba(128,140,150,0.65)"
MARK = "#e8590c"
# Eight colours that stay apart for most colour-blind readers (Okabe and Ito), for voxels, regions and conditions.
PALETTE = ("#0072b2", "#d55e00", "#cc79a7", "#e69f00", "#56b4e9", "#009e73", "#882255", "#999933")
# Uids of the traces that change: the voxel's series, its raw values behind, and what marks the volume, on the series
# and on the confounds below.
PROCESSED, RAW = "processed", "raw"
MARKS = ("mark", "mark-below")
# Shares of the height: the series over the confounds, where there are any.
UPPER, LOWER = [0.36, 1], [0, 0.28]
# An event without a duration is drawn this long, in s.
SHORTEST = 0.2


@dataclass(frozen=True)
class Axes:
    """How the axes of a series figure are named.

    Attributes
    ----------
    x_title, y_title : str
    x_unit : str
        After a time on hover: " s", or "" where times are volumes.
    unit : str
        After a value on hover, such as " %".
    revision : str
        Zoom is kept while it stays the same.
    """

    x_title: str
    y_title: str
    x_unit: str = " s"
    unit: str = ""
    revision: str = "series"


@dataclass(frozen=True, eq=False)
class Beside:
    """What is drawn beside the voxel's own series.

    Attributes
    ----------
    others : sequence of (name, times, values, spread or None)
        Held voxels and regions; the spread is drawn as a band.
    regressors : sequence of (condition, name, (T,) array)
        Scaled to a peak of 1; drawn on an axis of their own.
    events : sequence of (condition, onset, duration)
        Blocks behind the series, in seconds.
    confounds : sequence of (name, (T,) array)
        Drawn on a linked axis below; several are z-scored, so that one axis serves them.
    conditions : sequence of str
        All that there are, so that each keeps its colour.
    """

    others: Sequence[tuple[str, np.ndarray, np.ndarray, np.ndarray | None]] = ()
    regressors: Sequence[tuple[str, str, np.ndarray]] = ()
    events: Sequence[tuple[str, float, float]] = ()
    confounds: Sequence[tuple[str, np.ndarray]] = ()
    conditions: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        """What the legend lists, besides the voxel."""
        shown = [condition for condition, _, _ in self.events]
        named = [*self.others, *self.confounds]
        return [*(name for name, *_ in named), *(name for _, name, _ in self.regressors), *dict.fromkeys(shown)]


def time_title(tr: float | None) -> str:
    """Return the title of a time axis, honest about a missing TR."""
    return "Time (s)" if tr else "Volume (the TR is not known)"


def draw_series(times: np.ndarray, axes: Axes, *, has_raw: bool = False, beside: Beside | None = None) -> go.Figure:
    """Return the figure of a voxel's time course, empty of the voxel, which `series_changes` brings.

    The raw values lie behind the processed ones, on a scale of their own.

    Parameters
    ----------
    times : (T,) array
        Of all volumes, dropped ones included: seconds, or volumes where the TR is unknown.
    """
    beside = beside or Beside()
    has_confounds = bool(beside.confounds)
    mark = {
        "type": "scatter",
        "x": [None, None],
        "y": [0, 1],
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
    }
    mark["line"] = {"color": MARK, "width": 1.5}
    raw = {"name": "raw values (own scale)", "yaxis": "y2", "hoverinfo": "skip", "visible": has_raw}
    traces = [
        _line(NOTHING, SIGNAL, 1.6, uid=PROCESSED, name="voxel", hovertemplate=_hover(axes, axes.unit)),
        _line(NOTHING, BEHIND, 1.0, uid=RAW, **raw),
        {**mark, "uid": MARKS[0], "yaxis": "y3"},
        # Even a hidden trace makes its axis appear.
        {**mark, "uid": MARKS[1], "yaxis": "y6" if has_confounds else "y3", "visible": has_confounds},
        *_event_blocks(beside.events, beside.conditions),
        *_draw_others(beside.others, axes),
        *_draw_regressors(times, beside),
        *_draw_confounds(times, beside.confounds, axes),
    ]
    return go.Figure(data=traces, layout=_layout(times, axes, beside.confounds))


def condition_colour(condition: str, conditions: Sequence[str]) -> str:
    """Return a condition's colour: counted from the palette's end, as voxels are from its beginning."""
    place = list(conditions).index(condition) if condition in conditions else 0
    return PALETTE[-1 - place % len(PALETTE)]


def event_block(events: Sequence[tuple[str, float, float]], condition: str, colour: str, **trace) -> dict:
    """Return one condition's blocks from 0 to 1 as one filled trace.

    Shapes would be the obvious choice, but Plotly takes 9 s to add two hundred of them.
    """
    x, y = [], []
    for name, onset, duration in events:
        if name == condition:
            end = onset + max(duration, SHORTEST)
            x += [onset, onset, end, end, onset, None]
            y += [0, 1, 1, 0, 0, None]
    fill = {"fill": "toself", "fillcolor": colour, "opacity": 0.22, "line": {"width": 0, "color": colour}}
    points = {"type": "scatter", "x": x, "y": y, "mode": "lines", "hoverinfo": "skip"}
    return {**points, "name": escape_plotly(condition), **fill, **trace}


def _event_blocks(events, conditions: Sequence[str]) -> list[dict]:
    shown = list(dict.fromkeys(condition for condition, _, _ in events))
    known = conditions or shown
    return [event_block(events, name, condition_colour(name, known), yaxis="y3") for name in shown]


def _line(points: dict, colour: str, width: float, *, dash: str = "solid", **trace) -> dict:
    return {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": colour, "width": width, "dash": dash},
        **points,
        **trace,
    }


def _hover(axes: Axes, unit: str) -> str:
    # %{fullData.name} is the trace's name as the browser has it now.
    when = "volume %{customdata} (%{x:.2f} s)" if axes.x_unit else "volume %{customdata}"
    return f"{when}: %{{y:{HOVER_CUT}}}{unit}<extra>%{{fullData.name}}</extra>"


def _draw_others(others, axes: Axes) -> list[dict]:
    traces = []
    for number, (name, times, values, spread) in enumerate(others):
        colour = PALETTE[number % len(PALETTE)]
        if spread is not None:
            traces.append(_band(times, values - spread, values + spread, colour))
        hover = f"%{{x:.2f}}{axes.x_unit}: %{{y:{HOVER_VALUE}}}{axes.unit}<extra>%{{fullData.name}}</extra>"
        points = {"x": times, "y": np.asarray(values, np.float32)}
        traces.append(_line(points, colour, 1.3, name=escape_plotly(name), hovertemplate=hover))
    return traces


def _band(times, low, high, colour: str) -> dict:
    """Return the area between two curves: of each stretch between two gaps a polygon, all as one trace."""
    is_known = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
    x, y = [], []
    for stretch in np.split(is_known, np.flatnonzero(np.diff(is_known) > 1) + 1):
        x += [*times[stretch], *times[stretch[::-1]], np.nan]
        y += [*high[stretch], *low[stretch[::-1]], np.nan]
    # Nothing stands behind the last polygon, but a trace without points would be none.
    end = max(1, len(x) - 1)
    points = {"x": np.array(x[:end]), "y": np.array(y[:end], np.float32)}
    fill = {"fill": "toself", "fillcolor": colour, "opacity": 0.18, "hoverinfo": "skip", "showlegend": False}
    return {**_line(points, colour, 0), **fill}


def _draw_regressors(times: np.ndarray, beside: Beside) -> list[dict]:
    return [
        _line(
            {"x": times, "y": np.asarray(values, np.float32)},
            condition_colour(condition, beside.conditions),
            1.5,
            dash="dot",
            name=escape_plotly(name),
            yaxis="y4",
            hoverinfo="skip",
        )
        for condition, name, values in beside.regressors
    ]


def _draw_confounds(times: np.ndarray, confounds, axes: Axes) -> list[dict]:
    traces = []
    for number, (name, values) in enumerate(confounds):
        values = np.asarray(values, np.float64)
        points = {"x": times, "y": (values if len(confounds) == 1 else _to_z(values)).astype(np.float32)}
        # The exact value, whatever the axis shows.
        points["customdata"] = values
        hover = f"%{{x:.2f}}{axes.x_unit}: %{{customdata:{HOVER_VALUE}}}<extra>%{{fullData.name}}</extra>"
        colour = PALETTE[(number + 3) % len(PALETTE)]
        traces.append(_line(points, colour, 1.2, name=escape_plotly(name), yaxis="y5", hovertemplate=hover))
    return traces


def _to_z(values: np.ndarray) -> np.ndarray:
    is_known = np.isfinite(values)
    if is_known.sum() < 2 or np.ptp(values[is_known]) == 0:
        return np.where(is_known, 0.0, np.nan)
    return (values - values[is_known].mean()) / values[is_known].std(ddof=1)


def _layout(times: np.ndarray, axes: Axes, confounds) -> dict:
    hidden = {"visible": False, "fixedrange": True, "overlaying": "y"}
    quiet = {"gridcolor": GRID, "zeroline": False, "linecolor": GRID}
    end = float(times[-1]) if len(times) > 1 else 1.0
    x_title, y_title = escape_plotly(axes.x_title), escape_plotly(axes.y_title)
    layout = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": TEXT, "size": 12},
        "modebar": MODEBAR,
        "xaxis": {**quiet, "range": [float(times[0]), end], "title": {"text": x_title, "standoff": 6}},
        "yaxis": {**quiet, "domain": UPPER if confounds else [0, 1], "title": {"text": y_title, "standoff": 4}},
        "yaxis2": hidden,
        "yaxis3": {**hidden, "range": [0, 1]},
        "yaxis4": {**hidden, "range": [-0.6, 1.6]},
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"size": 11}},
        "margin": {"l": 64, "r": 12, "t": 26, "b": 42},
        "uirevision": axes.revision,
        "dragmode": False,
        "hovermode": "closest",
        # Names are told in full: one that is cut within a letter of many signs would show them.
        "hoverlabel": {"namelength": -1},
    }
    if confounds:
        title = "confound" if len(confounds) == 1 else "confounds, z"
        layout["yaxis5"] = {**quiet, "domain": LOWER, "title": {"text": title, "standoff": 4, "font": {"size": 11}}}
        layout["yaxis6"] = {**hidden, "overlaying": "y5", "range": [0, 1]}
        layout["xaxis"]["anchor"] = "y5"
    return layout
