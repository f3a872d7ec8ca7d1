"""Which grid holds an image and lies straight with the world? Planes cut from it show world mm as they are."""

import itertools
import math

import numpy as np
from nibabel.affines import apply_affine, from_matvec, voxel_sizes

from lib.spaces.grids import Grid

# mm from plane to plane, and from point to point in one: no finer than the eye needs on a screen.
LARGEST_STEP = 1.0
# Points along an axis, at most: what a browser cuts within a frame.
MOST_POINTS = 512
# How far an axis may lean, as a share of its length, and count as straight: rounding errors of a header.
LEAN = 1e-5


def straight_grid(grid: Grid) -> Grid:
    """Return a grid along Right, Anterior, Superior of the world that holds the whole box of another one.

    Its points lie at multiples of a round step, 1, 2 or 5 times a power of ten of mm: at most the smallest voxel's edge
    and `LARGEST_STEP`, unless the box is too large for that. A grid that lies straight already is returned as it is.
    """
    if is_straight(grid.affine):
        return grid
    corners = np.array(list(itertools.product(*((-0.5, n - 0.5) for n in grid.shape))))
    world = apply_affine(grid.affine, corners)
    low, high = world.min(axis=0), world.max(axis=0)
    step = min(_round_down(float(voxel_sizes(grid.affine).min())), LARGEST_STEP)
    step = max(step, _round_up(float((high - low).max()) / MOST_POINTS))
    first, last = np.floor(low / step + 0.5), np.ceil(high / step - 0.5)
    i, j, k = (max(1, int(n)) for n in last - first + 1)
    return Grid((i, j, k), from_matvec(np.eye(3) * step, first * step))


def is_straight(affine: np.ndarray) -> bool:
    """Return whether each voxel axis runs along one of the world's axes."""
    lengths = np.abs(affine[:3, :3])
    return bool((np.sort(lengths, axis=0)[:2] <= LEAN * lengths.max(axis=0)).all())


def _round_down(value: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten up to a value."""
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return max(factor * power for factor in (1, 2, 5) if factor * power <= value * (1 + 1e-9))


def _round_up(value: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten from a value on."""
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return min(factor * power for factor in (1, 2, 5, 10) if factor * power >= value * (1 - 1e-9))
