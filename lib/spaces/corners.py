"""Compare where two affines put the eight corner voxels of a grid."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from nibabel.affines import apply_affine


@dataclass(frozen=True, eq=False)
class Corners:
    """The corner voxels of a grid under two affines; the last index varies fastest.

    Attributes
    ----------
    ijk : (8, 3) array of int
    first, second : (8, 3) arrays, world mm
    distances : (8,) array, mm
    """

    ijk: np.ndarray
    first: np.ndarray
    second: np.ndarray
    distances: np.ndarray


def compare_corners(shape, first_affine, second_affine) -> Corners:
    """Return where both affines put the corner voxels, and how far apart that is.

    Parameters
    ----------
    shape : (3,) voxels or more
    first_affine, second_affine : (4, 4) array-like, voxel indices -> world mm
    """
    ijk = np.array(list(product(*[(0, n - 1) for n in shape[:3]])))
    first, second = apply_affine(first_affine, ijk), apply_affine(second_affine, ijk)
    return Corners(ijk, first, second, np.linalg.norm(first - second, axis=1))
