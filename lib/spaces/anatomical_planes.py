"""Which voxels lie in an anatomical plane, whatever order and direction the file stores them in.

A `View` re-reads a grid along Right, Anterior and Superior: an axis permutation and flips, never a resampling, so an
oblique image is shown in its own grid with the letters of the nearest anatomical directions.
"""

from dataclasses import dataclass

import numpy as np
from nibabel.affines import voxel_sizes
from nibabel.orientations import apply_orientation, inv_ornt_aff, io_orientation

# plane -> (axis looked along, axis drawn to the right, axis drawn upwards), axes numbered Right, Anterior, Superior.
PLANES = {"sagittal": (0, 1, 2), "coronal": (1, 0, 2), "axial": (2, 0, 1)}


@dataclass(frozen=True, eq=False)
class View:
    """A grid re-read along Right, Anterior, Superior.

    Attributes
    ----------
    orientation : (3, 2) array
        nibabel's orientation of the stored grid: for each voxel axis, the world axis and the direction.
    shape : tuple of 3 int
        Voxels along Right, Anterior, Superior.
    affine : (4, 4) array
        View indices -> world mm.
    sizes : (3,) array
        mm between voxel centres along the three axes.
    starts : (3,) array
        Millimetre label of index 0 on each axis: world mm exactly where the axis is not oblique; on an oblique grid,
        mm along the grid, true at the grid's centre.
    """

    orientation: np.ndarray
    shape: tuple[int, int, int]
    affine: np.ndarray
    sizes: np.ndarray
    starts: np.ndarray


def view_grid(affine: np.ndarray, shape) -> View:
    """Return the view of a grid with this (4, 4) affine and (3,) shape."""
    orientation = io_orientation(affine)
    view_affine = affine @ inv_ornt_aff(orientation, shape)
    order = np.argsort(orientation[:, 0])
    view_shape = tuple(int(shape[axis]) for axis in order)
    sizes = voxel_sizes(view_affine)
    centre = (np.array(view_shape) - 1) / 2
    starts = (view_affine[:3, :3] @ centre + view_affine[:3, 3]) - centre * sizes
    return View(orientation, view_shape, view_affine, sizes, starts)


def index_from_world(view: View) -> np.ndarray:
    """Return the (4, 4) affine, world mm -> view indices, for rounding by floor(v + 0.5 + 1e-6).

    Halfway between two voxels, `lib.spaces.coordinates.nearest_voxel` takes the one with the higher stored index. Along
    an axis that the view flips that is the lower view index, so the result lies a trifle lower there.
    """
    matrix = np.linalg.inv(view.affine)
    directions = view.orientation[np.argsort(view.orientation[:, 0]), 1]
    matrix[:3, 3] -= np.where(directions < 0, 2e-6, 0.0)
    return matrix


def to_view(data: np.ndarray, view: View) -> np.ndarray:
    """Return the stored (I, J, K) array as the view's (R, A, S) array, without copying."""
    return apply_orientation(data, view.orientation)


def take_plane(viewed: np.ndarray, plane: str, index: int) -> np.ndarray:
    """Return one plane of a (R, A, S) array: rows go up, columns go right."""
    # What is left of Right, Anterior, Superior keeps its order, and in each plane the axis to the right comes first.
    return np.take(viewed, index, axis=PLANES[plane][0]).T


def plane_letters(plane: str, *, is_radiological: bool, has_sides: bool = True) -> tuple[str, str, str, str]:
    """Return the letters at the left, right, bottom and top edge of a plane as drawn.

    Without a left and right that somebody vouches for, those two are "L ?" and "R ?".
    """
    _, right, up = PLANES[plane]
    sides = ("L", "R") if has_sides else ("L\u00a0?", "R\u00a0?")
    left_letter, right_letter = sides if right == 0 else ("P", "A")
    if right == 0 and is_radiological:
        left_letter, right_letter = right_letter, left_letter
    bottom, top = ("P", "A") if up == 1 else ("I", "S")
    return left_letter, right_letter, bottom, top
