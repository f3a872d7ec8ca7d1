"""What changes in the figure of a time course with the voxel: its series, or the reason why it has none."""

import numpy as np
import plotly.graph_objects as go

from lib.figures.changes import NOTHING, note_layouts, numbers
from lib.figures.time_course import PROCESSED, RAW
from lib.timecourses.course import Course

# Share of the height of the series that a line of a note takes.
NOTE_ROOM = 0.1
# Diameter of a value between two gaps, in px: no line leads there.
ALONE_SIZE = 5


def axes_without_value(figure: go.Figure, *, has_others: bool) -> dict:
    """Return the axes of `draw_series`'s figure for a voxel that has no value on the first of them.

    Unless others are drawn on it, it has no numbers: the raw values would be read off there.
    """
    axes = {name: figure.layout[name].to_plotly_json() for name in ("yaxis", "yaxis2")}
    return axes if has_others else {**axes, "yaxis": {**axes["yaxis"], "showticklabels": False}}


def series_changes(
    course: Course | None, *, drop: int, tr: float | None, has_raw: bool, axes: dict | None = None, all_run: str = ""
) -> dict:
    """Return the changes of `draw_series`'s figure for a voxel.

    A course that has no value after the steps is told in the chart, with the reason, over its raw values.

    Parameters
    ----------
    axes : dict, optional
        What `axes_without_value` returns; the raw values are then drawn below the reason.
    all_run : str
        Sentence after the reason where it holds for the whole run.
    """
    if course is None:
        return {"traces": {PROCESSED: {**NOTHING, "name": "outside the run"}, RAW: NOTHING}}
    i, j, k = course.ijk
    name = f"voxel {i} {j} {k}"
    raw = {"x": numbers(np.arange(len(course.raw)) * (tr or 1.0)), "y": numbers(course.raw), **_dots(course.raw)}
    if course.problem:
        layouts = note_layouts(f"{course.problem} {all_run}".strip())
        for layout in layouts.values():
            layout |= _below_note(axes or {}, course.raw, layout["annotations"][0]["text"])
        return {"traces": {PROCESSED: {**NOTHING, "name": name}, RAW: {**raw, "visible": True}}, **layouts}
    volumes = list(range(drop, drop + len(course.times)))
    own = {"x": numbers(course.times), "y": numbers(course.processed), "customdata": volumes, "name": name}
    own |= _dots(course.processed)
    return {"traces": {PROCESSED: own, RAW: raw if has_raw else NOTHING}}


def _dots(values: np.ndarray) -> dict:
    """Return what shows the values that stand between two gaps; nothing where there are none."""
    is_there = np.isfinite(values)
    beside = np.pad(is_there, 1)
    is_alone = is_there & ~beside[:-2] & ~beside[2:]
    if not is_alone.any():
        return {}
    return {"mode": "lines+markers", "marker": {"size": np.where(is_alone, ALONE_SIZE, 0).tolist()}}


def _below_note(axes: dict, raw: np.ndarray, text: str) -> dict:
    """Return axes on which the raw values leave room at the top for the lines of a note."""
    known = raw[np.isfinite(raw)]
    if not axes or not len(known):
        return axes
    room = min(0.65, NOTE_ROOM * (1 + text.count("<br>")) + NOTE_ROOM)
    low, high = float(known.min()), float(known.max())
    high = max(high, low + 1e-6 * max(abs(low), 1.0))
    ends = [low - 0.04 * (high - low), low + (high - low) / (1 - room)]
    return {**axes, "yaxis2": {**axes["yaxis2"], "range": ends}}
