"""Compare two voxel grids in one world: their field-of-view boxes, how far they overlap, whether they are the same.

A grid is a shape and an affine. Its box reaches from the outer face of the first voxel to the outer face of the last:
indices -0.5 to n - 0.5.
"""

import math
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from nibabel.affines import apply_affine

from lib.spaces.affines import require_invertible

# Overlaps thinner than this (mm) are two faces that touch.
THINNEST_OVERLAP = 1e-6


@dataclass(frozen=True, eq=False)
class Grid:
    """Where voxels lie.

    Attributes
    ----------
    shape : tuple of 3 int
    affine : (4, 4) float64 array, voxel indices -> world mm
    """

    shape: tuple[int, int, int]
    affine: np.ndarray

    @property
    def n_voxels(self) -> int:
        """Number of voxels."""
        return math.prod(self.shape)

    @property
    def volume(self) -> float:
        """Volume of the box in mm^3: voxel volume times number of voxels."""
        return float(abs(np.linalg.det(self.affine[:3, :3]))) * self.n_voxels


@dataclass(frozen=True)
class Overlap:
    """How far two boxes share space.

    Attributes
    ----------
    volume : float, mm^3
    share_of_first, share_of_second : float, 0 to 1
        The shared volume over the volume of each box.
    centre_distance : float, mm
        Between the two box centres.
    """

    volume: float
    share_of_first: float
    share_of_second: float
    centre_distance: float


def make_grid(shape, affine) -> Grid:
    """Return the grid of the first three axes.

    Raises
    ------
    InputError
        The affine cannot be inverted.
    """
    return Grid(tuple(int(n) for n in shape[:3]), require_invertible(affine))


def box_centre(grid: Grid) -> np.ndarray:
    """Return the (3,) world position, mm, of the middle of the box: indices (n - 1) / 2."""
    return apply_affine(grid.affine, (np.asarray(grid.shape) - 1) / 2)


def box_corners(grid: Grid) -> np.ndarray:
    """Return the (8, 3) world positions, mm, of the box's corners; the last index varies fastest."""
    ends = [(-0.5, n - 0.5) for n in grid.shape]
    return apply_affine(grid.affine, list(product(*ends)))


def box_edges(grid: Grid) -> np.ndarray:
    """Return the (12, 2, 3) line segments, mm, that draw the box."""
    corners = box_corners(grid)
    # Two corners share an edge when their binary numbers differ in one digit: one index changes.
    pairs = [(a, b) for a, b in combinations(range(8), 2) if (a ^ b).bit_count() == 1]
    return corners[np.array(pairs)]


def overlap_of(first: Grid, second: Grid) -> Overlap:
    """Return how far two boxes overlap.

    The volume is exact, not sampled: the twelve faces bound a convex body, whose corners and volume Qhull computes
    (``scipy.spatial.HalfspaceIntersection``, ``ConvexHull``). Sheared boxes are handled alike.
    """
    volume = _shared_volume(first, second)
    distance = np.linalg.norm(box_centre(first) - box_centre(second))
    return Overlap(volume, min(volume / first.volume, 1.0), min(volume / second.volume, 1.0), float(distance))


def is_same_grid(first: Grid, second: Grid) -> bool:
    """Return whether two grids agree voxel by voxel, by the rule of nilearn's ``check_same_fov``.

    Equal shapes, and affines that ``numpy.allclose`` finds equal (relative 1e-5, absolute 1e-8).
    """
    return first.shape == second.shape and bool(np.allclose(first.affine, second.affine))


def largest_corner_distance(shape, first_affine, second_affine) -> float:
    """Return how far apart, mm, two affines put the same voxel: the largest distance over the eight corners.

    The distance is a convex function of the indices, so no voxel of the grid is farther off than its worst corner.
    """
    corners = list(product(*[(0, n - 1) for n in shape[:3]]))
    apart = apply_affine(first_affine, corners) - apply_affine(second_affine, corners)
    return float(np.linalg.norm(apart, axis=1).max())


def _shared_volume(first: Grid, second: Grid) -> float:
    if np.any(box_corners(first).max(axis=0) <= box_corners(second).min(axis=0)) or np.any(
        box_corners(second).max(axis=0) <= box_corners(first).min(axis=0)
    ):
        return 0.0
    from scipy.spatial import ConvexHull, HalfspaceIntersection

    faces = np.concatenate([_faces(first), _faces(second)])
    inside, radius = _deepest_point(faces)
    if radius < THINNEST_OVERLAP:
        return 0.0
    return float(ConvexHull(HalfspaceIntersection(faces, inside).intersections).volume)


def _faces(grid: Grid) -> np.ndarray:
    """Return (6, 4) half-spaces ``normal . xyz + offset <= 0`` with unit normals, mm."""
    inverse = np.linalg.inv(grid.affine)
    upper = inverse[:3] - np.column_stack([np.zeros((3, 3)), np.asarray(grid.shape) - 0.5])
    lower = -inverse[:3] - np.column_stack([np.zeros((3, 3)), np.full(3, 0.5)])
    faces = np.concatenate([upper, lower])
    return faces / np.linalg.norm(faces[:, :3], axis=1, keepdims=True)


def _deepest_point(faces: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the centre and radius, mm, of the largest ball between the faces; the radius is negative if none fits."""
    from scipy.optimize import linprog

    # Maximise r with normal . xyz + r <= -offset (the Chebyshev centre); r is free, so the problem is never infeasible.
    constraints = np.column_stack([faces[:, :3], np.ones(len(faces))])
    found = linprog([0, 0, 0, -1], A_ub=constraints, b_ub=-faces[:, 3], bounds=[(None, None)] * 4)
    return found.x[:3], float(found.x[3])
