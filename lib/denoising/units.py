"""A signal in percent of its mean or in SDs of its own, and where there is no such value."""

from __future__ import annotations

import numpy as np

from lib.denoising.gaps import mean_and_sd
from lib.denoising.steps import Units

# Of the SD over the run. A signal that goes through ten times its mean and back is no change of a level: a run that was
# demeaned, residuals, betas. The noise of an image without any head has a mean of 1.9 SD.
SMALLEST_MEAN = 0.1


def to_units(signals: np.ndarray, units: Units, before: np.ndarray | None = None) -> np.ndarray:
    """Return (T, ...) signals as raw values, percent signal change or z; NaN where there is no such value.

    Percent is 100 (x - mean) / |mean|, as `nilearn.signal.clean(standardize="psc")` of nilearn 0.14, but without a
    value where the mean is small against the spread, where nilearn divides by it. z is (x - mean) / SD, divisor T - 1,
    as "zscore_sample". Mean and SD are those of the finite values.

    Parameters
    ----------
    before : (T, ...) array, optional
        The signals before they were filtered, by which it is judged whether they have a percentage: a filter takes from
        the spread and adds nothing to the mean.
    """
    if units == "raw":
        return signals
    mean, sd = mean_and_sd(signals)
    with np.errstate(divide="ignore", invalid="ignore"):
        if units == "percent":
            has_value = has_percent(*(mean, sd) if before is None else mean_and_sd(before))
            return np.where(has_value & np.isfinite(signals), percent_of(signals - mean, mean), np.nan)
        is_varied = sd > 1e-12 * np.abs(mean)
        return np.where(is_varied & np.isfinite(signals), (signals - mean) / sd, np.nan)


def percent_of(change: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return changes from a mean in percent of its magnitude: a rise is positive, whatever the mean's sign."""
    return 100.0 * change / np.abs(mean)


def has_percent(mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Return where a mean over time is large enough against the SD over time for a percentage to refer to it."""
    return (np.abs(mean) >= SMALLEST_MEAN * sd) & (mean != 0)


def why_no_units(signal: np.ndarray, units: Units) -> str:
    """Return why a (T,) signal has no value in these units, where it has none.

    Parameters
    ----------
    signal : before it was filtered.
    """
    if units == "percent":
        mean, sd = (float(one) for one in mean_and_sd(signal))
        if mean == sd == 0:
            return "This voxel is 0 in every volume, so there is no percent signal change. Choose raw or another voxel."
        return (
            f"Percent signal change has no meaning here: the mean of this voxel is {mean:.3g}, less than a tenth of "
            f"its SD, {sd:.3g}. Choose z or raw."
        )
    return "This series does not change, so it has no z values. Choose raw values or another voxel."
