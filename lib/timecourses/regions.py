"""Which voxels make up a sphere, a mask, a label or a neighbourhood, and what their time courses have in common."""

from dataclasses import dataclass

import numpy as np

from lib.errors import InputError
from lib.number_text import value_text

# Of the radius: a voxel whose centre lies on the sphere belongs to it, however its distance was rounded.
ON_THE_SPHERE = 1e-6


@dataclass(frozen=True, eq=False)
class RegionSummary:
    """What the voxels of a region do together.

    Attributes
    ----------
    mean : (T,) float64
        Over the voxels that have a value in that volume; NaN where none has.
    sd : (T,) float64
        Standard deviation across those voxels, divisor N - 1; NaN for one voxel.
    standard_error : (T,) float64
        SD / sqrt(N). Neighbouring voxels are not independent, so it is smaller than the mean's true uncertainty.
    n_voxels : int
        That have a value in any volume.
    """

    mean: np.ndarray
    sd: np.ndarray
    standard_error: np.ndarray
    n_voxels: int


@dataclass(frozen=True, eq=False)
class OnGrid:
    """A mask or label image as a run's voxels see it.

    Attributes
    ----------
    values : (I, J, K) array
        On the run's grid; 0 outside the image's own box.
    is_resampled : bool
        Whether the grids differ, so that each voxel took the value of the nearest voxel centre of the image.
    """

    values: np.ndarray
    is_resampled: bool


def voxels_of_sphere(shape, affine: np.ndarray, centre, radius: float) -> np.ndarray:
    """Return the voxels whose centres lie within a radius of a point.

    Parameters
    ----------
    shape : (3,) int
    affine : (4, 4)
    centre : (3,) world mm
    radius : float, mm

    Returns
    -------
    (N, 3) int64, i fastest; a 5 mm sphere around a voxel of 2 mm has 81, one of 7 mm 179.

    Raises
    ------
    InputError
        The radius is not positive, or no voxel centre is that near.
    """
    if not np.isfinite(radius) or radius <= 0:
        raise InputError(f"A sphere needs a radius above 0 mm, and this one is {radius:g} mm. Enter a larger one.")
    matrix, centre = affine[:3, :3], np.asarray(centre, np.float64)
    middle = np.linalg.solve(matrix, centre - affine[:3, 3])
    # How far the sphere reaches along each voxel axis: the row norms of the inverse.
    reach = radius * np.linalg.norm(np.linalg.inv(matrix), axis=1) + 1
    first = np.clip(np.floor(middle - reach), 0, shape).astype(int)
    last = np.clip(np.ceil(middle + reach) + 1, 0, shape).astype(int)
    ranges = [np.arange(low, high) for low, high in zip(first, last, strict=True)]
    ijk = np.stack([axis.ravel(order="F") for axis in np.meshgrid(*ranges, indexing="ij")], axis=1)
    distances = np.linalg.norm((ijk - middle) @ matrix.T, axis=1)
    ijk = ijk[distances <= radius * (1 + ON_THE_SPHERE)]
    if not len(ijk):
        at = ", ".join(f"{value:.1f}" for value in centre)
        raise InputError(
            f"No voxel centre lies within {radius:g} mm of ({at}) mm. "
            "Enlarge the sphere or move the cursor into the image."
        )
    return ijk


def voxels_of_mask(mask: np.ndarray, name: str = "The mask") -> np.ndarray:
    """Return the (N, 3) voxels where a mask on the run's grid is neither 0 nor NaN.

    Raises
    ------
    InputError
        There are none.
    """
    ijk = np.argwhere(np.nan_to_num(mask) != 0)
    if not len(ijk):
        raise InputError(f"{name} has no voxel on the grid of this run. Choose a mask that overlaps it.")
    return ijk


def voxels_of_label(labels: np.ndarray, label: float | int, name: str = "The label image") -> np.ndarray:
    """Return the (N, 3) voxels that carry a label on the run's grid.

    Raises
    ------
    InputError
        There are none.
    """
    ijk = np.argwhere(labels == label)
    if not len(ijk):
        raise InputError(
            f"{name} has no voxel of label {value_text(label)} on the grid of this run. Choose another label."
        )
    return ijk


def bring_to_grid(values: np.ndarray, values_affine: np.ndarray, shape, affine: np.ndarray) -> OnGrid:
    """Return a mask or label image on a run's grid, by nearest voxel where the grids differ.

    Parameters
    ----------
    values : (I', J', K') array
    values_affine : (4, 4)
    shape, affine : the run's (3,) grid and (4, 4) affine
    """
    shape = tuple(int(n) for n in shape)
    if values.shape == shape and np.allclose(values_affine, affine, rtol=0, atol=1e-4):
        return OnGrid(values, is_resampled=False)
    values_from_run = np.linalg.inv(values_affine) @ affine
    out = np.zeros(shape, values.dtype)
    plane = np.stack(np.meshgrid(np.arange(shape[0]), np.arange(shape[1]), indexing="ij"), axis=-1)
    across = plane @ values_from_run[:3, :2].T + values_from_run[:3, 3]
    for k in range(shape[2]):
        nearest = np.floor(across + k * values_from_run[:3, 2] + 0.5).astype(np.int64)
        is_inside = ((nearest >= 0) & (nearest < values.shape)).all(axis=-1)
        out[is_inside, k] = values[tuple(nearest[is_inside].T)]
    return OnGrid(out, is_resampled=True)


def summarise(signals: np.ndarray) -> RegionSummary:
    """Return mean and spread across voxels of (T, N) signals; what is NaN does not count.

    Raises
    ------
    InputError
        No voxel has a value.
    """
    return summarise_sums(*sums_over_voxels(signals), n_voxels=count_with_value(signals))


def count_with_value(signals: np.ndarray) -> int:
    """Return how many of (T, N) signals have a value in any volume."""
    return int(np.isfinite(signals).any(axis=0).sum())


def sums_over_voxels(signals: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of each volume of (T, N) signals how many have a value, their mean, and the sum of squares about it."""
    is_known = np.isfinite(signals)
    count = is_known.sum(axis=1)
    known = np.where(is_known, signals, 0.0)
    mean = known.sum(axis=1, dtype=np.float64) / np.maximum(count, 1)
    squares = np.square(np.where(is_known, known - mean[:, np.newaxis], 0.0)).sum(axis=1)
    return count, mean, squares


def summarise_sums(count: np.ndarray, mean: np.ndarray, squares: np.ndarray, *, n_voxels: int) -> RegionSummary:
    """Return mean and spread from each volume's count, mean and sum of squares, (T,) each.

    Raises
    ------
    InputError
        No voxel has a value.
    """
    if not n_voxels:
        raise InputError(
            "None of the voxels of this region has a value in these units. Choose another region, z or raw values."
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan)
        return RegionSummary(np.where(count > 0, mean, np.nan), sd, sd / np.sqrt(count), n_voxels)
