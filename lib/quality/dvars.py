"""How much the image changed from one volume to the next.

DVARS is the root mean square over the brain's voxels of the change since the volume before. Lower is better; the first
volume has none (NaN).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.denoising.blocks import column_blocks
from lib.errors import InputError

IQR_OF_UNIT_NORMAL = 1.349  # interquartile range of a normal distribution with SD 1, as Nipype rounds it
MODE_1000 = 1000.0  # Nipype scales the median of the brain to this before it compares an SD with its tolerance


@dataclass(frozen=True)
class Dvars:
    """The DVARS of a run, (T,) float64 each, NaN in the first volume.

    raw : image units; RMS over voxels of the backward difference (Power 2012).
    percent : percent of the run's median in the mask; ten times this is Nipype's non-standardised DVARS, which scales
        that median to 1000. NaN throughout where the median is not above 0, as in centred data.
    standardised : no unit; `raw` over the mean over voxels of the predicted SD of the difference (Nichols 2013), about
        1 in a run without artefacts (fMRIPrep's `std_dvars`).
    voxelwise : no unit; each voxel's difference over its own predicted SD, then RMS (Nipype `vx-wisestdDVARS`).
    median : image units, of all values in the mask.
    n_voxels, n_constant : voxels that were counted, and voxels left out because they do not vary.
    """

    raw: np.ndarray
    percent: np.ndarray
    standardised: np.ndarray
    voxelwise: np.ndarray
    median: float
    n_voxels: int
    n_constant: int


def compute_dvars(
    signals: np.ndarray,
    remove_zero_variance: bool = True,
    variance_tolerance: float = 1e-7,
    intensity_normalization: float = MODE_1000,
) -> Dvars:
    """Compute raw, percent, standardised and voxelwise DVARS in one pass over blocks of voxels.

    Per voxel: robust SD = IQR / 1.349 (quartiles by the "lower" rule), lag-1 autocorrelation a (Yule-Walker, biased, of
    the centred signal), predicted SD of the difference = robust SD x sqrt(2 (1 - a)).

    Parameters
    ----------
    signals : (T, N) array, in-mask voxels, finite.
    remove_zero_variance : leave out voxels whose robust SD is not above the tolerance. Without it such voxels count as
        zeros, and `voxelwise` is NaN if there is one.
    variance_tolerance : in units of the intensity-normalised image.
    intensity_normalization : value to which the median would be scaled; it only sets the unit of the tolerance, because
        `raw` stays in image units and the standardised kinds have none. 0 for no scaling.

    Raises
    ------
    InputError
        Fewer than 2 volumes, or no voxel that varies in the middle half of its values.

    References
    ----------
    Power et al. 2012, doi:10.1016/j.neuroimage.2011.10.018; Nichols, "Notes on creating a standardized version of
    DVARS", 2013; Nipype 1.11 `ComputeDVARS`, to 1e-5 relative.
    """
    n_volumes, n_voxels = signals.shape
    if n_volumes < 2:
        raise InputError(f"DVARS compares volumes, but this run has {n_volumes}. Choose a run with 2 volumes or more.")
    if not n_voxels:
        raise InputError("The brain mask has no voxel, so there is no DVARS. Choose another mask.")
    median = float(np.median(signals))
    scaled = intensity_normalization != 0 and median != 0
    tolerance = variance_tolerance * abs(median) / intensity_normalization if scaled else variance_tolerance
    change, relative_change = np.zeros(n_volumes - 1), np.zeros(n_volumes - 1)
    predicted_total, counted = 0.0, 0
    for block in column_blocks(n_volumes, n_voxels):
        # Voxel-major, so that sorting and differencing run along memory.
        series = np.ascontiguousarray(signals[:, block].T, dtype=np.float32)
        deviation = _robust_sd(series)
        if remove_zero_variance:
            series, deviation = series[deviation > tolerance], deviation[deviation > tolerance]
        predicted = deviation * np.sqrt(2.0 * (1.0 - _autocorrelation(series)))
        squares = np.square(np.diff(series, axis=1))
        change += squares.sum(axis=0, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            relative_change += (1.0 / np.square(predicted)) @ squares
        predicted_total += predicted.sum()
        counted += len(series)
    if not counted:
        raise InputError(
            f"None of the {n_voxels} voxels in the mask varies over time: their interquartile ranges are 0. "
            "Choose another mask or run."
        )
    raw = _after_none(np.sqrt(change / counted))
    return Dvars(
        raw=raw,
        percent=100.0 * raw / median if median > 0 else np.full(n_volumes, np.nan),
        standardised=raw * counted / predicted_total if predicted_total else np.full(n_volumes, np.nan),
        voxelwise=_after_none(np.sqrt(relative_change / counted)),
        median=median,
        n_voxels=counted,
        n_constant=n_voxels - counted,
    )


def _robust_sd(series: np.ndarray) -> np.ndarray:
    """Estimate each row's SD from its interquartile range; `series` (n, T), result (n,) float64."""
    last = series.shape[1] - 1
    low, high = int(0.25 * last), int(0.75 * last)
    ordered = np.partition(series, (low, high), axis=1)
    return (ordered[:, high].astype(np.float64) - ordered[:, low]) / IQR_OF_UNIT_NORMAL


def _autocorrelation(series: np.ndarray) -> np.ndarray:
    """Estimate each row's lag-1 autocorrelation, biased as Yule-Walker needs it; 0 where a row is constant."""
    centred = series - series.mean(axis=1, dtype=np.float64, keepdims=True).astype(np.float32)
    power = np.square(centred).sum(axis=1, dtype=np.float64)
    lagged = (centred[:, 1:] * centred[:, :-1]).sum(axis=1, dtype=np.float64)
    return np.divide(lagged, power, out=np.zeros_like(power), where=power > 0)


def _after_none(steps: np.ndarray) -> np.ndarray:
    return np.concatenate([[np.nan], np.where(np.isfinite(steps), steps, np.nan)])
