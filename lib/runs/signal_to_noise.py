"""How large is a voxel's mean beside its change over time? The temporal signal-to-noise ratio, tSNR."""

import numpy as np

# Of the mean: float32 leaves so much of rounding where nothing changes, as in a constant that was detrended.
ROUNDING = 1e-6


def signal_to_noise(mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Divide means over time by standard deviations over time.

    Parameters
    ----------
    mean, sd : (N,) float64 arrays, in one unit.

    Returns
    -------
    (N,) float64, no unit, higher is better. NaN where the SD is nothing but rounding, or either has no value.

    References
    ----------
    Krüger and Glover 2001, doi:10.1002/mrm.1240.
    """
    varies = sd > ROUNDING * np.abs(mean)
    return np.divide(mean, sd, out=np.full(np.shape(mean), np.nan), where=varies)
