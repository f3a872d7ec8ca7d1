"""What the browser is told of a voxel while the cursor moves: its time course, spectrum, and neighbours.

Each function turns a place in world mm into the changes of a figure's traces. Numbers are exact data with six
significant digits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lib.errors import InputError
from lib.images import Image
from lib.neighbours import common_range
from lib.runs import RunStore, can_read_series_slow, read_series, read_series_slow
from lib.signal_steps import Steps
from lib.signals import apply_steps
from lib.spaces import is_inside, nearest_voxel

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


def series_changes(course: Course | None, *, drop: int, tr: float | None) -> dict:
    """Return the changes of `lib.figures_series.draw_series`'s traces 0 and 1 for a voxel."""
    if course is None:
        return {"traces": {0: {"x": [], "y": [], "name": "outside the run"}, 1: {"x": [], "y": []}}}
    i, j, k = course.ijk
    raw_times = np.arange(len(course.raw)) * (tr or 1.0)
    volumes = list(range(drop, drop + len(course.times)))
    name = f"voxel {i} {j} {k}"
    return {
        "traces": {
            0: {"x": numbers(course.times), "y": numbers(course.processed), "customdata": volumes, "name": name},
            1: {"x": numbers(raw_times), "y": numbers(course.raw)},
        }
    }


def spectrum_changes(processed, raw) -> dict:
    """Return the changes of `draw_spectrum`'s traces for two (frequencies, power) pairs."""
    return {
        "traces": {
            0: {"x": numbers(processed[0]), "y": numbers(processed[1])},
            1: {"x": numbers(raw[0]), "y": numbers(raw[1])},
        }
    }


def neighbour_changes(signals: np.ndarray, *, is_common_scale: bool) -> dict:
    """Return the changes of `draw_neighbours`'s trace for the time courses of a grid of voxels.

    Parameters
    ----------
    signals : (n, n, T) array
        Rows from top to bottom; NaN outside the run.
    is_common_scale : bool
        One scale for all cells, or one each.
    """
    n, _, n_volumes = signals.shape
    low, high = _limits(signals, is_common_scale=is_common_scale)
    span = np.where(high > low, high - low, 1.0)
    heights = (signals - low) / span
    across = np.linspace(0.06, 0.94, n_volumes)
    x, y = [], []
    for row in range(n):
        for column in range(n):
            x += [*np.round(column + across, 4).tolist(), None]
            y += [*numbers(n - 1 - row + 0.08 + 0.84 * heights[row, column]), None]
    return {"traces": {0: {"x": x, "y": y}}}


def _limits(signals: np.ndarray, *, is_common_scale: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and highest value of each cell, or of all, as arrays that broadcast over (n, n, T)."""
    if is_common_scale:
        low, high = common_range(signals)
        return np.array(low), np.array(high)
    is_known = np.isfinite(signals)
    low = np.where(is_known, signals, np.inf).min(axis=2, keepdims=True)
    high = np.where(is_known, signals, -np.inf).max(axis=2, keepdims=True)
    return np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 1.0)


def tasks_changes(courses: Sequence[Course | None]) -> dict:
    """Return the changes of `draw_tasks`'s traces, one course a run."""
    return {
        "traces": {
            number: {"x": numbers(course.times), "y": numbers(course.processed)} if course else {"x": [], "y": []}
            for number, course in enumerate(courses)
        }
    }
