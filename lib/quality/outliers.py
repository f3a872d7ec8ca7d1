"""Which values, and which volumes, stand out of a run?"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from lib.denoising.blocks import column_blocks
from lib.denoising.detrend import detrend
from lib.errors import InputError

AFNI_Q = 0.001  # expected number of false outliers in one voxel's whole time course
BOX_PLOT_REACH = 1.5  # interquartile ranges, the default cut-off of fsl_motion_outliers (Tukey's outer whisker)


def outlier_fraction(signals: np.ndarray, polort: int = 0, q: float = AFNI_Q) -> np.ndarray:
    """Count the share of voxels that are outliers in their own time course, volume by volume (AFNI 3dToutcount).

    A value is an outlier if |x - trend| > alpha sqrt(pi / 2) MAD, where MAD is the median of |x - trend| over time and
    alpha leaves q / T of a normal distribution above it. A voxel whose MAD is 0 has no outliers, but counts as a voxel.

    Parameters
    ----------
    signals : (T, N) array, in-mask voxels (AFNI's -automask is replaced by the mask in use).
    polort : degree of the trend. 0, the default as in AFNI, is the median, exactly. From 1 on AFNI fits by least
        absolute deviations, and this by least squares followed by the median: the fractions agree within 0.05 in
        corrupted volumes and within 0.002 on average.

    Returns
    -------
    (T,) float64, 0 to 1, lower is better; about q / T x 2 is expected of noise alone. NaN if there is no voxel.

    Raises
    ------
    InputError
        Fewer than 5 volumes, as AFNI refuses.

    References
    ----------
    AFNI `3dToutcount -fraction -polort N`; MRIQC's `aor` is the mean of this with polort 0.
    """
    n_volumes, n_voxels = signals.shape
    if n_volumes < 5:
        raise InputError(f"Outliers need 5 volumes or more, but this run has {n_volumes}. Choose a longer run.")
    reach = NormalDist().inv_cdf(1.0 - q / n_volumes) * np.sqrt(np.pi / 2)
    count = np.zeros(n_volumes, dtype=np.int64)
    for block in column_blocks(n_volumes, n_voxels):
        series = signals[:, block] if polort == 0 else detrend(signals[:, block], polort)
        # A copy in any case: voxel-major signals transpose into a view of the caller's array.
        distance = np.array(series.T, dtype=np.float32, order="C")
        distance -= np.median(distance, axis=1, keepdims=True)
        np.abs(distance, out=distance)
        spread = np.median(distance, axis=1, keepdims=True)
        count += ((distance > reach * spread) & (spread > 0)).sum(axis=0)
    return count / n_voxels if n_voxels else np.full(n_volumes, np.nan)


@dataclass(frozen=True)
class Spikes:
    """The volumes of a trace above a threshold that the trace itself sets.

    volumes : (M,) int, in order of time.
    threshold : in the trace's unit; NaN if the trace has no value.
    rule : how the threshold was set, in words.
    """

    volumes: np.ndarray
    threshold: float
    rule: str


def find_spikes(trace, reach: float = BOX_PLOT_REACH) -> Spikes:
    """Find the volumes of a trace that lie above its third quartile by more than `reach` interquartile ranges.

    Parameters
    ----------
    trace : (T,) array such as DVARS; NaN values take no part.

    References
    ----------
    FSL `fsl_motion_outliers` (P75 + 1.5 IQR). FSL counts the first volume, which has no DVARS, as a 0 in the quartiles;
    here it is left out, and quartiles are interpolated linearly.
    """
    trace = np.asarray(trace, dtype=float)
    values = trace[np.isfinite(trace)]
    rule = f"above the third quartile by more than {reach:g} interquartile ranges (the rule of fsl_motion_outliers)"
    if not len(values):
        return Spikes(np.array([], dtype=int), float("nan"), rule)
    low, high = np.percentile(values, [25, 75])
    threshold = float(high + reach * (high - low))
    return Spikes(np.flatnonzero(trace > threshold), threshold, rule)
