"""Store one image in another order: array indices change, the world does not."""

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from nibabel.orientations import (
    aff2axcodes,
    apply_orientation,
    axcodes2ornt,
    inv_ornt_aff,
    io_orientation,
    ornt_transform,
)

from lib.errors import InputError
from lib.spaces.affine_sentences import direction_words
from lib.spaces.affines import obliquity_degrees

# Which anatomical plane is left when the index along an axis of this direction is held.
PLANES = {"R": "sagittal", "L": "sagittal", "A": "coronal", "P": "coronal", "S": "axial", "I": "axial"}
ORDERS = tuple(
    "".join(codes)
    for pairs in permutations(("RL", "AP", "SI"))
    for codes in product(*pairs)
)  # fmt: skip


@dataclass(frozen=True)
class AxisSlices:
    """What one gets by holding one index of an array.

    Attributes
    ----------
    expression : str
        ``"data[:, :, k]"``.
    plane : "sagittal", "coronal" or "axial"
    direction : str
        Which way the slices go as the index grows: "inferior to superior".
    degrees_off : float
        Angle between the slice and the true plane.
    """

    expression: str
    plane: str
    direction: str
    degrees_off: float


def reorient(data, affine, order) -> tuple[np.ndarray, np.ndarray]:
    """Return the same image in another storage order, without resampling: axes are swapped and flipped, never mixed.

    Parameters
    ----------
    data : (I, J, K[, T]) array
    affine : (4, 4) array-like, voxel indices -> world mm
    order : str or tuple of 3 str
        Direction in which each index is to grow: ``"RAS"``, ``("L", "P", "S")``.

    Returns
    -------
    data : view of the data, where numpy can make one
    affine : (4, 4) array

    Raises
    ------
    InputError
        The order is none of the 48.
    """
    change = _change(affine, order)
    return apply_orientation(data, change), np.asarray(affine) @ inv_ornt_aff(change, data.shape[:3])


def reorient_ijk(ijk, shape, affine, order) -> np.ndarray:
    """Return the indices, in the new storage order, of the voxel that has indices `ijk` now.

    Parameters
    ----------
    ijk : (..., 3) voxel indices
    shape : (3,) voxels
    affine : (4, 4) array-like, voxel indices -> world mm
    order : str or tuple of 3 str
    """
    change = _change(affine, order)
    moved = np.empty(np.shape(ijk), dtype=np.asarray(ijk).dtype)
    for axis, (target, sign) in enumerate(change.astype(int)):
        index = np.asarray(ijk)[..., axis]
        moved[..., target] = index if sign > 0 else shape[axis] - 1 - index
    return moved


def slices_of_axes(affine) -> tuple[AxisSlices, AxisSlices, AxisSlices]:
    """Return which plane ``data[i]``, ``data[:, j]`` and ``data[:, :, k]`` are, decided by the affine.

    Parameters
    ----------
    affine : (4, 4) array-like, voxel indices -> world mm
    """
    affine = np.asarray(affine, dtype=np.float64)
    codes = aff2axcodes(affine)
    expressions = ("data[i, :, :]", "data[:, j, :]", "data[:, :, k]")
    degrees = _degrees_off(affine)
    return tuple(
        AxisSlices(expression, PLANES[code], words, float(off))
        for expression, code, words, off in zip(expressions, codes, direction_words(codes), degrees, strict=True)
    )


def explain_slicing(affine) -> str:
    """Return the trap of ``data[:, :, k]`` in a sentence, for this image."""
    last = slices_of_axes(affine)[2]
    order = "".join(aff2axcodes(affine))
    tilt = f", {last.degrees_off:.1f} degrees off it" if obliquity_degrees(affine).max() >= 1 else ""
    if last.plane == "axial":
        return f"Stored as {order}, data[:, :, k] is an axial slice{tilt}; in another storage order it is not."
    return f"Stored as {order}, data[:, :, k] is a {last.plane} slice{tilt}, not an axial one: ask the affine."


def _change(affine, order) -> np.ndarray:
    codes = "".join(order).upper()
    if codes not in ORDERS:
        raise InputError(
            f"{codes or 'An empty text'} is not a storage order. Give three letters, one of each pair R/L, A/P and "
            "S/I, such as RAS."
        )
    return ornt_transform(io_orientation(affine), axcodes2ornt(codes))


def _degrees_off(affine: np.ndarray) -> np.ndarray:
    """Return (3,) degrees between the normal of each axis's slices and the world axis that the plane is named by."""
    normals = np.linalg.inv(affine[:3, :3])
    world = io_orientation(affine)[:, 0].astype(int)
    cosines = np.abs(normals[range(3), world]) / np.linalg.norm(normals, axis=1)
    return np.rad2deg(np.arccos(np.minimum(cosines, 1.0)))
