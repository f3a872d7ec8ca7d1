"""What the browser is told of a voxel while the cursor moves: its time course, spectrum, and neighbours.

Each function turns a place in world mm into the changes of a figure's traces. Numbers are exact data with six
significant digits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lib.errors import InputError
from lib.images import Image
from lib.neighbours import Neighbours, common_range
from lib.runs import RunStore, can_read_series_slow, read_series, read_series_slow
from lib.signal_steps import Steps, require_steps
from lib.signals import apply_steps
from lib.spaces import is_inside, nearest_voxel
from lib.spectra import Spectrum

# A trace without values; one without points would be none to Plotly, which then loses its axis.
NOTHING = {"x": [None], "y": [None]}
# Of a cell of the neighbours' grid, whose height is 1: where its time course lies; its label stands above.
FLOOR, HEIGHT = 0.05, 0.74

SeriesReader = Callable[[tuple[int, int, int]], np.ndarray]


@dataclass(frozen=True, eq=False)
class Course:
    """One voxel's time course.

    Attributes
    ----------
    ijk : tuple of 3 int
    raw : (T,) array, image units
    times : (T - drop,) array, seconds or volumes
    processed : (T - drop,) array, in the units of the steps
    """

    ijk: tuple[int, int, int]
    raw: np.ndarray
    times: np.ndarray
    processed: np.ndarray


def series_reader(image: Image, store: RunStore | None) -> SeriesReader:
    """Return how a voxel's time course is read: from the store, or slowly from an uncompressed file."""
    return (lambda ijk: read_series(store, ijk)) if store is not None else (lambda ijk: read_series_slow(image, ijk))


def can_read(image: Image, store: RunStore | None) -> bool:
    """Return whether time courses can be read already."""
    return store is not None or can_read_series_slow(image)


def read_course(image: Image, read: SeriesReader, steps: Steps, tr: float | None, xyz, confounds=None) -> Course | None:
    """Return the processed time course of the voxel that contains a world point; None outside the grid."""
    ijk = nearest_voxel(image.affine, xyz)
    if not is_inside(image.shape, ijk):
        return None
    raw = read(ijk)
    processed, times = apply_steps(raw, steps, tr, confounds)
    return Course(ijk, raw, times, processed)


def query_place(query: Mapping[str, str]) -> tuple[float, float, float]:
    """Return the world point of a query.

    Raises
    ------
    InputError
        The query has no three numbers.
    """
    try:
        x, y, z = (float(query[axis]) for axis in "xyz")
    except (KeyError, ValueError) as error:
        raise InputError("The place of the cursor is missing. Reload the page.") from error
    return x, y, z


def numbers(values: np.ndarray) -> list[float | None]:
    """Return values for JSON: six significant digits, None for "no value"."""
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in np.asarray(values, np.float64).tolist()]


def can_take(steps: Steps, n_volumes: int, tr: float | None) -> bool:
    """Return whether a run of this length and TR allows the steps."""
    try:
        require_steps(steps, n_volumes, tr)
    except InputError:
        return False
    return True


def level_steps(steps: Steps) -> Steps:
    """Return the steps without what changes a spectrum's shape: what stays is volumes dropped and the units."""
    return Steps(drop=steps.drop, units=steps.units)


def series_changes(course: Course | None, *, drop: int, tr: float | None, has_raw: bool) -> dict:
    """Return the changes of `lib.figures_series.draw_series`'s traces 0 and 1 for a voxel."""
    if course is None:
        return {"traces": {0: {**NOTHING, "name": "outside the run"}, 1: NOTHING}}
    i, j, k = course.ijk
    volumes = list(range(drop, drop + len(course.times)))
    own = {"x": numbers(course.times), "y": numbers(course.processed), "customdata": volumes}
    raw = NOTHING
    if has_raw:
        raw = {"x": numbers(np.arange(len(course.raw)) * (tr or 1.0)), "y": numbers(course.raw)}
    return {"traces": {0: {**own, "name": f"voxel {i} {j} {k}"}, 1: raw}}


def spectrum_changes(after: Spectrum | None, before: Spectrum | None) -> dict:
    """Return the changes of `draw_spectrum`'s traces: 0 after the steps, 1 before."""
    both = (after, before)
    return {
        "traces": {
            number: {"x": numbers(one.frequencies), "y": numbers(one.power)} if one is not None else NOTHING
            for number, one in enumerate(both)
        }
    }


def neighbour_changes(
    cells: Neighbours, signals: np.ndarray, *, is_common_scale: bool, unit: str, volume: int | None
) -> dict:
    """Return the changes of `draw_neighbours`'s traces for the time courses of a square of voxels.

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
            labels.append(_cell_label(cells, low, high, row, column, is_common_scale=is_common_scale))
    title = "One scale for each cell, its ends after the voxel"
    if is_common_scale:
        title = f"Common scale: {float(low.min()):.5g} to {float(high.max()):.5g}{unit}"
    return {
        "traces": {0: {"x": x, "y": y}, 1: {"text": labels}, 2: {"x": mark_x or [None], "y": mark_y or [None]}},
        "layout": {"title": {"text": title, "x": 0.01, "y": 0.995, "yanchor": "top", "font": {"size": 12}}},
    }


def _cell_label(cells: Neighbours, low, high, row: int, column: int, *, is_common_scale: bool) -> str:
    voxel = " ".join(str(index) for index in cells.ijk[row, column])
    if not cells.is_inside[row, column]:
        return f"{voxel} outside"
    return voxel if is_common_scale else f"{voxel}: {low[0, row, column]:.4g} to {high[0, row, column]:.4g}"


def _limits(signals: np.ndarray, *, is_common_scale: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and highest value of each cell, or of all, as arrays that broadcast over (T, n, n)."""
    if is_common_scale:
        low, high = common_range(signals)
        return np.array(low), np.array(high)
    is_known = np.isfinite(signals)
    low = np.where(is_known, signals, np.inf).min(axis=0, keepdims=True)
    high = np.where(is_known, signals, -np.inf).max(axis=0, keepdims=True)
    return np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 1.0)


def tasks_changes(courses: Sequence[Course | None], titles: Sequence[dict]) -> dict:
    """Return the changes of `draw_tasks`'s traces, one course a run, and of its titles, which name each run's voxel.

    Parameters
    ----------
    titles : annotations of the figure, one a run.
    """
    traces, annotations = {}, []
    for number, (course, title) in enumerate(zip(courses, titles, strict=True)):
        voxel = "this place lies outside the run" if course is None else "voxel {} {} {}".format(*course.ijk)
        annotations.append({**title, "text": f"{title['text']}, {voxel}"})
        own = NOTHING
        if course is not None:
            first = len(course.raw) - len(course.times)
            volumes = list(range(first, len(course.raw)))
            own = {"x": numbers(course.times), "y": numbers(course.processed), "customdata": volumes}
        traces[number] = own
    return {"traces": traces, "layout": {"annotations": annotations}}
