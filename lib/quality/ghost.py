"""How strong is the Nyquist ghost, the copy of the head shifted by half the field of view?"""

from __future__ import annotations

import numpy as np

from lib.errors import InputError


def ghost_to_signal(mean_volume: np.ndarray, mask: np.ndarray, axis: int) -> float:
    """Compare the mean where the head's ghost falls with the background elsewhere, over the median in the head.

    GSR = (mean(ghost) - mean(background)) / median(head); the ghost is the mask rolled by half of the image along
    `axis` without the head, the background what is neither.

    Parameters
    ----------
    mean_volume : (I, J, K) array.
    mask : (I, J, K) bool, the head.
    axis : 0, 1 or 2, the array axis of phase encoding (see `phase_encoding_axis`).

    Returns
    -------
    No unit, lower is better (0 is no ghost). NaN where ghost or background holds no voxel or nothing but zeros: a run
    whose background was erased has no ghost to measure.

    References
    ----------
    Giannelli et al. 2010, doi:10.1120/jacmp.v11i4.3237; MRIQC `gsr`, equal to float64 rounding.
    """
    if mask.shape != mean_volume.shape:
        raise InputError(
            f"The mask is {mask.shape} and the image {mean_volume.shape}. Choose a mask on the image's grid."
        )
    mask = mask.astype(bool)
    ghost = np.roll(mask, mask.shape[axis] // 2, axis=axis) & ~mask
    background = ~(ghost | mask)
    outside = mean_volume[~mask]
    if not (ghost.any() and background.any() and mask.any()) or not np.any(outside):
        return float("nan")
    signal = np.median(mean_volume[mask])
    difference = mean_volume[ghost].mean(dtype=np.float64) - mean_volume[background].mean(dtype=np.float64)
    return float(difference / signal) if signal else float("nan")


def phase_encoding_axis(direction: str) -> int | None:
    """Read BIDS' PhaseEncodingDirection (`i`, `j-`, `k`) as an array axis; None where it says nothing."""
    letter = direction.strip().rstrip("-").lower()
    return "ijk".index(letter) if letter in ("i", "j", "k") else None


def axis_nearest(affine: np.ndarray, world: str) -> int:
    """Find the array axis that runs most along world axis `x`, `y` or `z`, each axis being used once."""
    from nibabel.orientations import io_orientation

    nearest_world = io_orientation(affine)[:, 0]
    return int(np.flatnonzero(nearest_world == "xyz".index(world))[0])
