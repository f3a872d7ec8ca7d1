"""Spectrum, neighbours, and runs side by side as Plotly figures; the browser puts each voxel's numbers in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from lib.figures.changes import NOTHING, note_layouts, numbers, wrap_text
from lib.figures.style import GRID, MODEBAR, TEXT
from lib.figures.time_course import BEHIND, MARK, PALETTE, SIGNAL, condition_colour, event_block
from lib.number_text import HOVER_ANY, HOVER_CUT, short_text
from lib.plain_text import escape_plotly
from lib.timecourses.course import Course
from lib.timecourses.neighbours import Neighbours, common_range
from lib.timecourses.spectra import Spectrum

# Of a cell of the neighbours' grid, whose height is 1: where its time course lies; its label stands above.
FLOOR, HEIGHT = 0.05, 0.74
# Uids of the traces that change: of a spectrum, and of the neighbours; of the runs see `_run_uid`.
AFTER, BEFORE = "after", "before"
COURSES, LABELS, VOLUMES = "courses", "labels", "volumes"

PLAIN = {
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "dragmode": False,
    "modebar": MODEBAR,
}
QUIET = {"gridcolor": GRID, "zeroline": False, "linecolor": GRID}
# px of a panel of the runs side by side: in all, for its title above, and for its axis below.
PANEL_HEIGHT, PANEL_TOP, PANEL_BOTTOM = 176, 22, 44
CELL_FONT = {3: 11, 5: 10, 7: 8}


@dataclass(frozen=True)
class RunPanel:
    """What is known of a run before anybody looks at a voxel.

    Attributes
    ----------
    name, x_title : str
    span : float
        Its length, in s, or in volumes where the TR is not known.
    events : sequence of (condition, onset, duration), s
    """

    name: str
    x_title: str
    span: float
    events: Sequence[tuple[str, float, float]] = ()


def draw_spectrum(
    *, y_title: str, band: tuple[float | None, float | None], nyquist: float, unit: str, is_log: bool = False
) -> go.Figure:
    """Return the figure of a power spectrum, empty of the voxel, which `spectrum_changes` brings.

    Parameters
    ----------
    band : (high-pass, low-pass), Hz
        What the filter passes is shaded.
    unit : str
        After a power on hover.
    """
    line = {"type": "scatter", "mode": "lines", **NOTHING}
    line["hovertemplate"] = f"%{{x:.4f}} Hz: %{{y:{HOVER_ANY}}}{unit}<extra>%{{fullData.name}}</extra>"
    traces = [
        {**line, "uid": AFTER, "name": "after the steps", "line": {"color": SIGNAL, "width": 1.8}},
        {**line, "uid": BEFORE, "name": "before", "line": {"color": BEHIND, "width": 1.2}},
    ]
    low, high = band
    shapes = []
    if low is not None or high is not None:
        ends = {"x0": low or 0.0, "x1": high or nyquist, "y0": 0, "y1": 1, "yref": "y domain"}
        shapes = [
            {"type": "rect", "fillcolor": SIGNAL, "opacity": 0.12, "line": {"width": 0}, "layer": "below", **ends}
        ]
    scale = {"type": "log", "exponentformat": "power"} if is_log else {"rangemode": "tozero"}
    layout = {
        **PLAIN,
        "font": {"color": TEXT, "size": 12},
        "xaxis": {**QUIET, "range": [0, nyquist], "title": {"text": "Frequency (Hz)", "standoff": 6}},
        "yaxis": {**QUIET, **scale, "title": {"text": y_title, "standoff": 4}},
        "shapes": shapes,
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        "margin": {"l": 70, "r": 12, "t": 26, "b": 42},
        "uirevision": f"spectrum {is_log} {unit}",
    }
    return go.Figure(data=traces, layout=layout)


def draw_neighbours(n: int, plane: str) -> go.Figure:
    """Return the figure of n x n time courses, empty of them: each cell is a unit square, the middle one is framed.

    All courses are one trace, each cell's label is a text of another, rows from top to bottom.
    """
    rows = [(n - 1 - row, column) for row in range(n) for column in range(n)]
    traces = [
        {"uid": COURSES, "mode": "lines", "line": {"color": SIGNAL, "width": 1}, "connectgaps": False, **NOTHING},
        {
            "uid": LABELS,
            "mode": "text",
            "x": [column + 0.04 for _, column in rows],
            "y": [floor + 0.9 for floor, _ in rows],
            "text": [""] * len(rows),
            "textposition": "middle right",
            "textfont": {"size": CELL_FONT[n], "color": TEXT},
        },
        {"uid": VOLUMES, "mode": "lines", "line": {"color": MARK, "width": 1}, **NOTHING},
    ]
    middle = n // 2
    frame = {"type": "rect", "x0": middle, "x1": middle + 1, "y0": middle, "y1": middle + 1}
    axis = {
        "range": [0, n],
        "dtick": 1,
        "gridcolor": GRID,
        "showticklabels": False,
        "zeroline": False,
        "fixedrange": True,
    }
    layout = {
        **PLAIN,
        "font": {"color": TEXT, "size": 11},
        "xaxis": axis,
        "yaxis": axis,
        "shapes": [{**frame, "line": {"color": MARK, "width": 1.5}}],
        "margin": {"l": 4, "r": 4, "t": 26, "b": 4},
        "showlegend": False,
        "hovermode": False,
        "uirevision": f"neighbours {plane} {n}",
    }
    return go.Figure(data=[{"type": "scatter", **trace} for trace in traces], layout=layout)


def draw_runs(panels: Sequence[RunPanel], *, y_title: str, unit: str, is_common_scale: bool) -> go.Figure:
    """Return one panel a run, upon each other on one scale of time, empty of the voxel.

    The first annotations are the panels' titles, in their order. With `is_common_scale`, one scale of values, too.
    """
    n = len(panels)
    total = n * PANEL_HEIGHT
    traces, blocks, layout = [], [], {}
    longest = max(panel.span for panel in panels)
    conditions = sorted({condition for panel in panels for condition, _, _ in panel.events})
    for number, panel in enumerate(panels):
        x, y, behind = _axis("x", number), _axis("y", number), _axis("y", n + number)
        top = 1 - (number * PANEL_HEIGHT + PANEL_TOP) / total
        bottom = 1 - ((number + 1) * PANEL_HEIGHT - PANEL_BOTTOM) / total
        traces.append(_run_line(number, panel, x, y, unit))
        for condition in sorted({condition for condition, _, _ in panel.events}):
            place = {"xaxis": x, "yaxis": behind, "showlegend": False}
            blocks.append(event_block(panel.events, condition, condition_colour(condition, conditions), **place))
            # Condition and colour are told once, whichever run has it first.
            blocks[-1]["legendgroup"] = condition
        x_title = {"text": escape_plotly(panel.x_title), "font": {"size": 11}, "standoff": 2}
        domain = {"domain": [bottom, top], "anchor": x}
        common = {"matches": "y"} if is_common_scale and number else {}
        hidden = {"overlaying": y, "visible": False, "range": [0, 1], "fixedrange": True, "anchor": x}
        layout |= {
            f"xaxis{x[1:]}": {**QUIET, "anchor": y, "range": [0, longest], "title": x_title},
            f"yaxis{y[1:]}": {**QUIET, **domain, **common, "title": {"text": y_title, "font": {"size": 11}}},
            f"yaxis{behind[1:]}": hidden,
        }
    _tell_each_once(blocks)
    layout |= {
        **PLAIN,
        "annotations": [
            _run_title(panel.name, 1 - number * PANEL_HEIGHT / total) for number, panel in enumerate(panels)
        ],
        "margin": {"l": 64, "r": 12, "t": 28, "b": 6},
        "font": {"color": TEXT, "size": 11},
        "showlegend": bool(blocks),
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        "uirevision": f"tasks {unit} {is_common_scale}",
        "hovermode": "closest",
    }
    return go.Figure(data=[*traces, *blocks], layout=layout)


def runs_height(n_runs: int) -> int:
    """Return the height in px of the figure of so many runs."""
    return n_runs * PANEL_HEIGHT + 34


def _run_line(number: int, panel: RunPanel, x: str, y: str, unit: str) -> dict:
    return {
        "type": "scatter",
        "uid": _run_uid(number),
        "mode": "lines",
        "name": escape_plotly(panel.name),
        "xaxis": x,
        "yaxis": y,
        "showlegend": False,
        "line": {"color": PALETTE[number % len(PALETTE)], "width": 1.4},
        "hovertemplate": f"volume %{{customdata}} (%{{x:.2f}}): %{{y:{HOVER_CUT}}}{unit}<extra></extra>",
        **NOTHING,
    }


def _run_uid(number: int) -> str:
    return f"run-{number}"


def _run_title(name: str, top: float) -> dict:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": top, "yref": "paper", "yanchor": "top"}
    return {"text": escape_plotly(name), "showarrow": False, "font": {"size": 12}, **place}


def _tell_each_once(blocks: list[dict]) -> None:
    """Let the first block of each condition stand in the legend."""
    told = set()
    for block in blocks:
        block["showlegend"] = block["name"] not in told
        told.add(block["name"])


def _axis(letter: str, number: int) -> str:
    return letter if number == 0 else f"{letter}{number + 1}"


def spectrum_changes(after: Spectrum | None, before: Spectrum | None, problem: str = "") -> dict:
    """Return the changes of `draw_spectrum`'s figure: power after the steps and before them.

    Both are None outside the run, and where there is a `problem`, which the chart says.
    """
    return {
        "traces": {
            uid: {"x": numbers(one.frequencies), "y": numbers(one.power)} if one is not None else NOTHING
            for uid, one in ((AFTER, after), (BEFORE, before))
        },
        **note_layouts(problem),
    }


def neighbour_changes(
    cells: Neighbours, signals: np.ndarray, *, is_common_scale: bool, unit: str, volume: int | None
) -> dict:
    """Return the changes of `draw_neighbours`'s figure for the time courses of a square of voxels.

    Parameters
    ----------
    cells : Neighbours
        Rows from top to bottom.
    signals : (T, n, n) array
        What is drawn of them; NaN outside the run and where there is no value.
    is_common_scale : bool
        One scale for all cells, or one each.
    volume : int or None
        Row of `signals` that is marked.
    """
    n_volumes, n, _ = signals.shape
    low, high = _limits(signals, is_common_scale=is_common_scale)
    heights = (signals - low) / np.where(high > low, high - low, 1.0)
    across = 0.04 + 0.92 * np.arange(n_volumes) / max(1, n_volumes - 1)
    x, y, mark_x, mark_y, labels = [], [], [], [], []
    for row in range(n):
        floor = n - 1 - row
        for column in range(n):
            x += [*np.round(column + across, 4).tolist(), None]
            y += [*numbers(floor + FLOOR + HEIGHT * heights[:, row, column]), None]
            if volume is not None and cells.is_inside[row, column]:
                at = round(float(column + across[volume]), 4)
                mark_x += [at, at, None]
                mark_y += [floor + FLOOR, floor + FLOOR + HEIGHT, None]
            has_value = bool(np.isfinite(signals[:, row, column]).any())
            label = _cell_label(cells, low, high, row, column, is_common_scale=is_common_scale, has_value=has_value)
            labels.append(label)
    title = "One scale for each cell, its ends after the voxel"
    if is_common_scale:
        title = f"Common scale: {short_text(float(low.min()))} to {short_text(float(high.max()))}{unit}"
    return {
        "traces": {
            COURSES: {"x": x, "y": y},
            LABELS: {"text": labels},
            VOLUMES: {"x": mark_x or [None], "y": mark_y or [None]},
        },
        "layout": {"title": {"text": title, "x": 0.01, "y": 0.995, "yanchor": "top", "font": {"size": 12}}},
    }


def _cell_label(cells: Neighbours, low, high, row: int, column: int, *, is_common_scale: bool, has_value: bool) -> str:
    voxel = " ".join(str(index) for index in cells.ijk[row, column])
    if not cells.is_inside[row, column]:
        return f"{voxel} outside"
    if not has_value:
        return f"{voxel} no value"
    return (
        voxel
        if is_common_scale
        else f"{voxel}: {short_text(low[0, row, column])} to {short_text(high[0, row, column])}"
    )


def _limits(signals: np.ndarray, *, is_common_scale: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and highest value of each cell, or of all, as arrays that broadcast over (T, n, n)."""
    if is_common_scale:
        low, high = common_range(signals)
        return np.array(low), np.array(high)
    is_known = np.isfinite(signals)
    low = np.where(is_known, signals, np.inf).min(axis=0, keepdims=True)
    high = np.where(is_known, signals, -np.inf).max(axis=0, keepdims=True)
    return np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 1.0)


def runs_changes(courses: Sequence[Course | None], titles: Sequence[dict]) -> dict:
    """Return the changes of `draw_runs`'s figure: one course a run, and titles that name each run's voxel.

    Parameters
    ----------
    titles : annotations of the figure, one a run.
    """
    traces, annotations = {}, []
    for number, (course, title) in enumerate(zip(courses, titles, strict=True)):
        voxel = "this place lies outside the run" if course is None else "voxel {} {} {}".format(*course.ijk)
        problem = f"<br>{wrap_text(course.problem)}" if course is not None and course.problem else ""
        annotations.append({**title, "text": f"{title['text']}, {voxel}{problem}", "align": "left"})
        own = NOTHING
        if course is not None:
            first = len(course.raw) - len(course.times)
            volumes = list(range(first, len(course.raw)))
            own = {"x": numbers(course.times), "y": numbers(course.processed), "customdata": volumes}
        traces[_run_uid(number)] = own
    return {"traces": traces, "layout": {"annotations": annotations}}
