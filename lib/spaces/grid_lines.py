"""Where the voxels of one grid meet a slice of another: the lines between voxels, to be drawn over the slice."""

import numpy as np

from lib.spaces.grids import Grid

# A boundary plane this near to parallel (voxels of change a voxel) never crosses the slice in a line.
PARALLEL = 1e-9


def boundary_lines(source: Grid, target: Grid, axis: int, index: int, window) -> np.ndarray:
    """Return the lines in which the faces of the source's voxels cut one slice of the target.

    Parameters
    ----------
    source, target : Grid
    axis : 0, 1 or 2
        Axis of the target that the slice is across.
    index : int
        Slice along it.
    window : ((u0, u1), (v0, v1))
        Part of the slice, in indices of the target's other two axes.

    Returns
    -------
    (N, 2, 2) array
        Both ends of each line as (u, v) indices; lines end at the window and at the source's box.
    """
    source_from_target = np.linalg.inv(source.affine) @ target.affine
    others = [other for other in range(3) if other != axis]
    slopes = source_from_target[:3, others]
    starts = source_from_target[:3, 3] + source_from_target[:3, axis] * index
    normals, limits = _borders(source.shape, slopes, starts, window)
    lines = []
    for along in range(3):
        slope = slopes[along]
        if slope @ slope < PARALLEL**2:
            continue
        reach = starts[along] + np.array([[slope @ (u, v) for u in window[0]] for v in window[1]])
        first = max(np.ceil(reach.min() + 0.5), 0)
        last = min(np.floor(reach.max() + 0.5), source.shape[along])
        for boundary in np.arange(first, last + 1) - 0.5:
            point = slope * (boundary - starts[along]) / (slope @ slope)
            lines.append(_clip(point, np.array([-slope[1], slope[0]]), normals, limits))
    found = [line for line in lines if line is not None]
    return np.array(found).reshape(-1, 2, 2)


def _borders(shape, slopes, starts, window) -> tuple[np.ndarray, np.ndarray]:
    """Return half-planes ``normal . (u, v) <= limit`` of the window and of the source's box."""
    (u0, u1), (v0, v1) = window
    normals = [(1, 0), (-1, 0), (0, 1), (0, -1)]
    limits = [u1, -u0, v1, -v0]
    for slope, start, n in zip(slopes, starts, shape, strict=True):
        normals += [tuple(slope), tuple(-slope)]
        # Widened by a hair, so that the box's own faces count as inside it.
        limits += [n - 0.5 - start + 1e-6, start + 0.5 + 1e-6]
    return np.array(normals, dtype=np.float64), np.array(limits, dtype=np.float64)


def _clip(point, direction, normals, limits) -> np.ndarray | None:
    """Return the part of an endless line that lies within all half-planes, (2, 2), or None."""
    speed = normals @ direction
    room = limits - normals @ point
    if (room[np.abs(speed) < 1e-12] < 0).any():
        return None
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reached = room / speed
    start = reached[speed < -1e-12].max(initial=-np.inf)
    end = reached[speed > 1e-12].min(initial=np.inf)
    return np.array([point + start * direction, point + end * direction]) if start < end else None
