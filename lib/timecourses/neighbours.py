"""The voxels around the cursor in a plane, as a grid of time courses in the manner of AFNI's graph viewer."""

from dataclasses import dataclass

import numpy as np

from lib.runs import RunStore, read_series_many

SIZES = (3, 5, 7)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """A square of voxels and their time courses.

    Attributes
    ----------
    ijk : (n, n, 3) int64
        Voxel of each cell, rows from top to bottom; cells may lie outside the grid.
    is_inside : (n, n) bool
        Whether a cell is a voxel of the run.
    signals : (T, n, n) float32
        Image units; NaN outside.
    """

    ijk: np.ndarray
    is_inside: np.ndarray
    signals: np.ndarray


def neighbour_voxels(ijk, down: tuple[int, int], right: tuple[int, int], size: int) -> np.ndarray:
    """Return the (size, size, 3) voxel indices of a square around a voxel.

    Parameters
    ----------
    ijk : (3,) int
        The middle cell.
    down, right : (axis, step)
        Voxel axis along which the picture's rows go down and its columns go right, and whether the index grows (+1)
        or falls (-1) on the way. A picture with superior up has a downward step of -1 where index grows to superior.
    size : int
        3, 5 or 7.
    """
    if size not in SIZES or {abs(down[1]), abs(right[1])} != {1} or down[0] == right[0]:
        raise ValueError(f"size {size}, down {down}, right {right}")
    offsets = np.arange(size) - size // 2
    cells = np.tile(np.asarray(ijk, np.int64), (size, size, 1))
    cells[:, :, down[0]] += down[1] * offsets[:, np.newaxis]
    cells[:, :, right[0]] += right[1] * offsets
    return cells


def read_neighbours(store: RunStore, ijk, down: tuple[int, int], right: tuple[int, int], size: int) -> Neighbours:
    """Return the time courses of a square of voxels around one; arguments as `neighbour_voxels`."""
    cells = neighbour_voxels(ijk, down, right, size)
    is_inside = ((cells >= 0) & (cells < store.shape)).all(axis=-1)
    signals = np.full((store.n_volumes, size, size), np.nan, np.float32)
    signals[:, is_inside] = read_series_many(store, cells[is_inside])
    return Neighbours(cells, is_inside, signals)


def common_range(signals: np.ndarray) -> tuple[float, float]:
    """Return the lowest and highest value of all cells, for one scale; (0, 1) where there is none."""
    if np.isnan(signals).all():
        return 0.0, 1.0
    return float(np.nanmin(signals)), float(np.nanmax(signals))
