"""Measure what resampling did to an image: differences, labels that no atlas has, shape and memory."""

from dataclasses import dataclass

import nibabel as nib
import numpy as np

from lib.number_text import shape_text, sizes_text


@dataclass(frozen=True)
class Difference:
    """How two resampled versions of one image differ, over voxels that are finite in both.

    Attributes
    ----------
    largest, mean : float
        Largest and mean absolute difference, in the image's unit.
    share : float, 0 to 1
        Fraction of voxels that differ at all.
    """

    largest: float
    mean: float
    share: float


def count_foreign_labels(resampled, labels) -> int:
    """Return how many voxels of a resampled label image have a value that no region of the atlas has.

    Background, 0, belongs to every atlas. NaN belongs to none.

    Parameters
    ----------
    resampled : array
    labels : array
        The label image before resampling, or its distinct values.
    """
    known = np.append(np.unique(labels), 0)
    return int(np.size(resampled) - np.isin(resampled, known).sum())


def storage_facts(data, affine) -> tuple[tuple[str, str], ...]:
    """Return name and text of what resampling and reorientation change, for a table of before and after."""
    sizes = sizes_text(nib.affines.voxel_sizes(np.asarray(affine)))
    return (
        ("shape", shape_text(data.shape)),
        ("voxel sizes", f"{sizes} mm"),
        ("storage order", "".join(nib.aff2axcodes(affine))),
        ("type", str(data.dtype)),
        ("memory", f"{data.nbytes / 1e6:.1f} MB"),
    )


def difference_map(first, second) -> np.ndarray:
    """Return ``first - second`` in float32."""
    return np.asarray(first, dtype=np.float32) - np.asarray(second, dtype=np.float32)


def measure_difference(first, second) -> Difference:
    """Return how far two versions of one image are apart; NaN where no voxel is finite in both."""
    difference = np.abs(difference_map(first, second))
    finite = difference[np.isfinite(difference)]
    if not finite.size:
        return Difference(np.nan, np.nan, np.nan)
    mean = float(finite.mean(dtype=np.float64))
    return Difference(float(finite.max()), mean, float(np.count_nonzero(finite) / finite.size))
