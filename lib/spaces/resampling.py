"""Resample an image onto another grid with nilearn: nearest, linear or continuous, and what that does to it."""

import math
import warnings
from dataclasses import dataclass
from typing import Literal, get_args

import nibabel as nib
import numpy as np

from lib.errors import InputError
from lib.number_text import shape_text
from lib.spaces.coordinates import voxel_from_world
from lib.spaces.grids import Grid, box_corners, make_grid, overlap_of
from lib.spaces.target_grids import shifted_affine, slice_grid

Interpolation = Literal["nearest", "linear", "continuous"]
# Source and result together. A 1 mm MNI volume in float32 takes 35 MB; nilearn's spline doubles a volume for a moment.
MAX_RESAMPLING_BYTES = 1 << 30
# A cubic spline coefficient fades by 0.27 a voxel: 16 voxels away it is below float32.
SPLINE_REACH = 16


@dataclass(frozen=True, eq=False)
class Resampled:
    """An image on a new grid.

    Attributes
    ----------
    data : (I, J, K[, T]) array
        The source's type for nearest, float32 for linear and continuous.
    grid : Grid
    """

    data: np.ndarray
    grid: Grid


def resample(data, affine, target: Grid, interpolation: Interpolation = "continuous") -> Resampled:
    """Return the image on another grid, through ``nilearn.image.resample_img``.

    Outside the source the result is 0. Nilearn clips a spline's overshoot to the range of the source. Linear and
    continuous work on float32 here: on integers nilearn would cut a linear mean down to an integer.

    Parameters
    ----------
    data : (I, J, K[, T]) array
    affine : (4, 4) array-like, voxel indices -> world mm
    target : Grid
    interpolation : "nearest", "linear" or "continuous" (cubic spline)

    Raises
    ------
    InputError
        The result would be too large, the grids do not meet, no value is finite, or the interpolation is unknown.
    """
    source = make_grid(data.shape, affine)
    if overlap_of(source, target).volume == 0:
        raise InputError(
            "The chosen grid lies wholly beside the image, so nothing of it would be left. Choose another grid, or "
            "check that both images are in one space."
        )
    require_memory(data.shape, data.dtype, target, interpolation)
    _require_values(data)
    return Resampled(_resample(data, source, target, interpolation), target)


def resample_slice(data, affine, target: Grid, axis: int, index: int, interpolation: Interpolation) -> Resampled:
    """Return one slice of what `resample` returns, for a fraction of its cost; all 0 where it misses the source.

    Parameters
    ----------
    data : (I, J, K[, T]) array
    affine : (4, 4) array-like, voxel indices -> world mm
    target : Grid
    axis : 0, 1 or 2
        Axis of the target to cut across.
    index : int
        Slice along it.
    interpolation : "nearest", "linear" or "continuous"

    Raises
    ------
    InputError
        The result would be too large, no value is finite, or the interpolation is unknown.
    """
    _require_values(data)
    grid = slice_grid(target, axis, index)
    near, source = _around(data, make_grid(data.shape, affine), grid)
    require_memory(near.shape, near.dtype, grid, interpolation)
    if not near.size:
        empty = np.zeros((*grid.shape, *data.shape[3:]), dtype=_working_dtype(data.dtype, interpolation))
        return Resampled(empty, grid)
    values = _resample(near, source, grid, interpolation, clip=False)
    if interpolation == "continuous":
        # nilearn clips to the range of the whole source, which the part near the slice does not know.
        values = values.clip(min(np.nanmin(data), 0), max(np.nanmax(data), 0))
    return Resampled(values, grid)


def estimated_bytes(shape, dtype, target: Grid, interpolation: Interpolation) -> int:
    """Return the bytes of source and result together, in the type that the interpolation works on.

    Parameters
    ----------
    shape : (3,) or (4,) voxels of the source
    dtype : numpy dtype of the source
    """
    itemsize = _working_dtype(np.dtype(dtype), interpolation).itemsize
    return (math.prod(shape) + target.n_voxels * math.prod(shape[3:])) * itemsize


def require_memory(shape, dtype, target: Grid, interpolation: Interpolation) -> None:
    """Refuse a resampling that needs more than `MAX_RESAMPLING_BYTES`.

    Raises
    ------
    InputError
    """
    needed = estimated_bytes(shape, dtype, target, interpolation)
    if needed > MAX_RESAMPLING_BYTES:
        grid = shape_text(target.shape)
        raise InputError(
            f"Resampling to {grid} voxels needs about {needed / 1e9:.1f} GB, more than the "
            f"{MAX_RESAMPLING_BYTES / 1e9:.1f} GB allowed here. Choose larger voxels or a single volume."
        )


def nilearn_call(name: str, target: Grid, interpolation: Interpolation) -> str:
    """Return the code that does the same with nilearn alone, ready to run.

    Parameters
    ----------
    name : str
        The file to resample.
    """
    rows = ",\n".join(f"    {[float(value) for value in row]}" for row in target.affine)
    smooth = "" if interpolation == "nearest" else 'img = image.new_img_like(img, img.get_fdata(dtype="float32"))\n'
    return (
        "from nilearn import image\n\n"
        f"img = image.load_img({name!r})\n"
        f"{smooth}"
        f"affine = [\n{rows},\n]\n"
        "resampled = image.resample_img(\n"
        "    img,\n"
        "    target_affine=affine,\n"
        f"    target_shape={tuple(target.shape)},\n"
        f"    interpolation={interpolation!r},\n"
        "    force_resample=True,\n"
        "    copy_header=True,\n"
        ")"
    )


def _require_values(data) -> None:
    if data.dtype.kind == "f" and not np.isfinite(data).any():
        raise InputError("This image holds no finite value, so there is nothing to resample. Choose another image.")


def _around(data, source: Grid, target: Grid) -> tuple[np.ndarray, Grid]:
    """Return the part of the source that the target's voxels are made of, with its grid."""
    ijk = voxel_from_world(source.affine, box_corners(target))
    start = np.clip(np.floor(ijk.min(axis=0)) - SPLINE_REACH, 0, source.shape).astype(int)
    stop = np.clip(np.ceil(ijk.max(axis=0)) + SPLINE_REACH + 1, start, source.shape).astype(int)
    part = data[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))]
    return part, Grid(part.shape[:3], shifted_affine(source.affine, start))


def _resample(data, source: Grid, target: Grid, interpolation: Interpolation, *, clip: bool = True) -> np.ndarray:
    from nilearn.image import resample_img
    from nilearn.image.resampling import BoundingBoxError

    if interpolation not in get_args(Interpolation):
        choices = ", ".join(get_args(Interpolation))
        raise InputError(f"{interpolation!r} is no interpolation that nilearn knows. Choose one of {choices}.")
    values = np.asarray(data).astype(_working_dtype(data.dtype, interpolation), copy=False)
    with warnings.catch_warnings():
        # The lab resamples masks and images with NaN on purpose, to show what becomes of them.
        warnings.filterwarnings("ignore", message="Resampling binary images")
        warnings.filterwarnings("ignore", message="NaNs or infinite values")
        try:
            resampled = resample_img(
                nib.Nifti1Image(values, source.affine),
                target_affine=target.affine,
                target_shape=target.shape,
                interpolation=interpolation,
                clip=clip,
                force_resample=True,
                copy_header=True,
            )
        except BoundingBoxError:  # raised on three sides of the source only; on the others nilearn returns zeros
            return np.zeros((*target.shape, *values.shape[3:]), dtype=values.dtype)
    return np.asarray(resampled.dataobj)


def _working_dtype(dtype: np.dtype, interpolation: Interpolation) -> np.dtype:
    """Return a native type that NIfTI and scipy both have, and that loses nothing for nearest."""
    if interpolation != "nearest" or dtype == np.float16:
        return np.dtype(np.float32)
    if dtype.kind == "b":
        return np.dtype(np.uint8)
    if dtype.kind in "iu" and dtype.itemsize == 8:
        return np.dtype(np.float64)  # exact for any label below 2 ** 53
    return dtype.newbyteorder("=")
