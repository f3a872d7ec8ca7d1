"""Edit an affine: move it, turn it, flip a voxel axis the right way and the wrong way. Each returns a new affine."""

import numpy as np
from nibabel.affines import from_matvec
from nibabel.orientations import inv_ornt_aff

from lib.spaces.affines import rotation_about


def translate(affine, millimetres) -> np.ndarray:
    """Return the affine moved through the world.

    Parameters
    ----------
    affine : (4, 4) array-like, voxel indices -> world mm
    millimetres : (3,) mm to the right, front and top
    """
    moved = np.array(affine, dtype=np.float64)
    moved[:3, 3] += millimetres
    return moved


def rotate(affine, axis: str, degrees: float, centre) -> np.ndarray:
    """Return the affine turned about a line through `centre` along a world axis.

    Parameters
    ----------
    affine : (4, 4) array-like, voxel indices -> world mm
    axis : "x", "y" or "z"
    degrees : float
        Counterclockwise, seen with the axis pointing at you.
    centre : (3,) world mm
        The point that stays where it is, for instance ``lib.spaces.grids.box_centre``.
    """
    turn = rotation_about(axis, degrees)
    centre = np.asarray(centre, dtype=np.float64)
    return from_matvec(turn, centre - turn @ centre) @ np.asarray(affine, dtype=np.float64)


def flip_storage(data, affine, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Flip an array axis in memory and correct the affine for it: the world does not change.

    This is the right flip. The box stays, and so does every value's place in the world.

    Parameters
    ----------
    data : (I, J, K[, T]) array
    affine : (4, 4) array-like, voxel indices -> world mm
    axis : 0, 1 or 2

    Returns
    -------
    flipped : view of `data`
    affine : (4, 4) array
    """
    return np.flip(data, axis), mirror_in_place(affine, data.shape, axis)


def mirror_in_place(affine, shape, axis: int) -> np.ndarray:
    """Return the affine with one voxel axis reversed about the middle of the box, the data left alone.

    This is the wrong flip when it is done alone: the box stays in place, but the picture in it is mirrored, and along
    the left-right axis nobody can see that from the picture. Together with the flipped data it is `flip_storage`.

    Parameters
    ----------
    affine : (4, 4) array-like, voxel indices -> world mm
    shape : (3,) voxels or more
    axis : 0, 1 or 2
    """
    keep = np.array([[0, 1], [1, 1], [2, 1]])
    keep[axis, 1] = -1
    return np.asarray(affine, dtype=np.float64) @ inv_ornt_aff(keep, tuple(shape[:3]))
