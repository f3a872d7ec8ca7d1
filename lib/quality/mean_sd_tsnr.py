"""What one number, per voxel or per volume, says about a time series: level, noise, change."""

from __future__ import annotations

import numpy as np

from lib.denoising.blocks import column_blocks
from lib.denoising.detrend import detrend
from lib.runs.signal_to_noise import signal_to_noise


def global_signal(signals: np.ndarray) -> np.ndarray:
    """Average over the voxels of the mask, volume by volume.

    Parameters
    ----------
    signals : (T, N) array.

    Returns
    -------
    (T,) float64, image units. fMRIPrep's `global_signal`.
    """
    return np.mean(signals, axis=1, dtype=np.float64)


def mean_and_sd_over_time(signals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Take each voxel's mean and standard deviation (divisor T) over time, block by block; (N,) float64 each."""
    mean, deviation = np.empty(signals.shape[1]), np.empty(signals.shape[1])
    for block in column_blocks(*signals.shape):
        mean[block] = signals[:, block].mean(axis=0, dtype=np.float64)
        deviation[block] = signals[:, block].std(axis=0, dtype=np.float64)
    return mean, deviation


def tsnr(signals: np.ndarray, degree: int | None = None) -> np.ndarray:
    """Divide each voxel's mean over time by its standard deviation over time.

    Parameters
    ----------
    signals : (T, N) array.
    degree : of a polynomial to take out first (the mean stays); None for no detrending, as in MRIQC.

    Returns
    -------
    (N,) float32, no unit, higher is better. NaN where the voxel does not vary.

    References
    ----------
    Krüger and Glover 2001, doi:10.1002/mrm.1240; Nipype `TSNR` (population SD), which writes 0 where SD is below 0.001.
    """
    ratio = np.empty(signals.shape[1], dtype=np.float32)
    for block in column_blocks(*signals.shape):
        series = signals[:, block] if degree is None else detrend(signals[:, block], degree, keep_mean=True)
        mean, deviation = series.mean(axis=0, dtype=np.float64), series.std(axis=0, dtype=np.float64)
        ratio[block] = signal_to_noise(mean, deviation)
    return ratio


def derivative_sd(signals: np.ndarray) -> np.ndarray:
    """Take each voxel's standard deviation over time of the change since the volume before.

    Returns
    -------
    (N,) float32, image units, lower is better. NaN with fewer than 2 volumes.
    """
    deviation = np.full(signals.shape[1], np.nan, dtype=np.float32)
    if len(signals) < 2:
        return deviation
    for block in column_blocks(*signals.shape):
        change = np.diff(np.asarray(signals[:, block], dtype=np.float32), axis=0)
        deviation[block] = change.std(axis=0, dtype=np.float64)
    return deviation
