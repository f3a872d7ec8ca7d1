"""How smooth is a run: the width of the Gaussian blur its noise looks like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.denoising.blocks import column_blocks
from lib.denoising.detrend import detrend

FWHM_OF_SD = 2.35482  # sqrt(8 ln 2), with AFNI's digits
LEAST_VOXELS, LEAST_PAIRS = 9, 6  # below these AFNI gives no value


@dataclass(frozen=True)
class Fwhm:
    """Smoothness along the three array axes and together.

    axes : (3,) mm along i, j, k; NaN where the axis has no pairs of neighbours or they are not alike at all.
    combined : mm, geometric mean of the axes that have a value.
    degree : degree of the polynomial that was taken out of every voxel first.
    """

    axes: np.ndarray
    combined: float
    degree: int


def estimate_fwhm(signals: np.ndarray, ijk: np.ndarray, voxel_sizes, degree: int | None = None) -> Fwhm:
    """Estimate the full width at half maximum of the noise from differences between neighbours (AFNI 3dFWHMx classic).

    The slow part of every voxel is taken out and what remains divided by its MAD; then in each volume, with V the
    variance in the mask and D that of differences between neighbours d mm apart, a Gaussian field has
    FWHM = sqrt(8 ln 2) d sqrt(-1 / (4 ln(1 - D / (2 V)))). Volumes are combined by their geometric mean.

    Parameters
    ----------
    signals : (T, N) array of in-mask voxels.
    ijk : (N, 3) int, where they are.
    voxel_sizes : (3,) mm.
    degree : of the polynomial taken out, T / 30 if not given (AFNI's rule for -detrend).

    Returns
    -------
    `Fwhm`, mm. Too small from few volumes (of three voxels' width by 25 % from 12, 9 % from 40 and 3 % from 150),
    because the MAD is noisy, as it must be in AFNI too. Neither higher nor lower is better: a run as acquired shows one
    to two voxels, a smoothed one more.

    References
    ----------
    Forman et al. 1995, doi:10.1002/mrm.1910330508; AFNI `3dFWHMx -detrend -geom`, whose formula per volume this is
    exactly. AFNI's -detrend fits other drifts by another norm, so expect agreement within a few percent there.
    """
    n_volumes, n_voxels = signals.shape
    degree = n_volumes // 30 if degree is None else degree
    noise = _scaled_by_mad(detrend(signals, degree)) if n_volumes > 2 else np.asarray(signals, dtype=np.float32)
    pairs = [neighbour_pairs(ijk, axis) for axis in range(3)]
    logs, counts = np.zeros(3), np.zeros(3)
    for volume in noise if n_voxels >= LEAST_VOXELS else ():
        widths = np.array([_width(volume, *pairs[axis], voxel_sizes[axis]) for axis in range(3)])
        valid = np.isfinite(widths)
        logs[valid] += np.log(widths[valid])
        counts += valid
    axes = np.full(3, np.nan)
    axes[counts > 0] = np.exp(logs[counts > 0] / counts[counts > 0])
    known = axes[np.isfinite(axes)]
    return Fwhm(axes, float(np.exp(np.log(known).mean())) if len(known) else float("nan"), degree)


def neighbour_pairs(ijk: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """List the columns of voxels that are next to each other along an array axis: those before, and those after."""
    ijk = np.asarray(ijk, dtype=np.int64)
    if not len(ijk):
        return np.array([], dtype=int), np.array([], dtype=int)
    column = np.full(ijk.max(axis=0) + 2, -1, dtype=np.int64)
    column[tuple(ijk.T)] = np.arange(len(ijk))
    after = column[tuple((ijk + np.eye(3, dtype=np.int64)[axis]).T)]
    before = np.flatnonzero(after >= 0)
    return before, after[before]


def _width(volume: np.ndarray, before: np.ndarray, after: np.ndarray, size: float) -> float:
    """Estimate the FWHM in mm along one axis of one volume, NaN if the model has none."""
    if len(before) < LEAST_PAIRS:
        return np.nan
    variance = volume.var(dtype=np.float64, ddof=1)
    if not variance > 0:
        return np.nan
    alike = 1.0 - 0.5 * (volume[after] - volume[before]).var(dtype=np.float64, ddof=1) / variance
    return FWHM_OF_SD * np.sqrt(-1.0 / (4.0 * np.log(alike))) * size if 0 < alike < 1 else np.nan


def _scaled_by_mad(residuals: np.ndarray) -> np.ndarray:
    """Centre each voxel on its median and divide it by its MAD in place, so that no bright edge dominates."""
    for block in column_blocks(*residuals.shape):
        centred = residuals[:, block] - np.median(residuals[:, block], axis=0)
        spread = np.median(np.abs(centred), axis=0)
        residuals[:, block] = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    return residuals
