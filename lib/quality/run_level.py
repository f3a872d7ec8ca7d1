"""Does a run have a level, a mean that its changes over time can be compared with?

A run that was demeaned, standardised or cleaned down to residuals has none; one whose values are negative has none that
is an amount of signal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.denoising.units import SMALLEST_MEAN
from lib.runs.signal_to_noise import ROUNDING

# Mean over SD. The noise of a magnitude image without any head has 1.91 (Rayleigh's distribution), a head 10 and more.
LEAST_LEVEL = 1.0


@dataclass(frozen=True)
class RunLevel:
    """How large a run's values are beside their changes; medians over the brain, NaN where no voxel varies.

    mean, sd : image units.
    ratio : of |mean| / SD, no unit.
    """

    mean: float
    sd: float
    ratio: float

    @property
    def is_centred(self) -> bool:
        """Whether the voxels' means are nothing but rounding, or near it: percent signal change has no meaning."""
        return self.ratio < SMALLEST_MEAN

    @property
    def is_missing(self) -> bool:
        """Whether no number that compares a change, or a place, with the run's level has a meaning."""
        return self.ratio < LEAST_LEVEL

    @property
    def is_negative(self) -> bool:
        """Whether there is a level, but below zero."""
        return not self.is_missing and self.mean < 0

    @property
    def reason(self) -> str:
        """Why this is no level of a run as acquired, in a sentence without its stop; empty where it is one."""
        if self.is_missing:
            return (
                f"This run has no level: over its brain the mean is {self.ratio:.2g} SD (median; {LEAST_LEVEL:g} or "
                "more is needed), so it was demeaned, standardised or cleaned"
            )
        if self.is_negative:
            return (
                f"The values of this run are negative: over its brain the mean is {self.mean:.4g} (median), so they "
                "were inverted or shifted"
            )
        return ""

    @property
    def problem(self) -> str:
        """What cannot be computed from this run and why, in two sentences; empty where its level allows everything."""
        if not self.reason:
            return ""
        return (
            f"{self.reason}. tSNR, ghost, DVARS in percent and a brain mask by brightness need the level of a run as "
            "acquired and are left out; all else is computed."
        )


def judge_level(mean: np.ndarray, sd: np.ndarray) -> RunLevel:
    """Judge a run by the means and standard deviations over time of its brain's voxels, (N,) each.

    Voxels that do not vary, and those without values, take no part.
    """
    mean, sd = np.asarray(mean, np.float64), np.asarray(sd, np.float64)
    with np.errstate(invalid="ignore"):
        counts = np.isfinite(mean) & np.isfinite(sd) & (sd > ROUNDING * np.abs(mean))
    if not counts.any():
        return RunLevel(float("nan"), float("nan"), float("nan"))
    mean, sd = mean[counts], sd[counts]
    return RunLevel(float(np.median(mean)), float(np.median(sd)), float(np.median(np.abs(mean) / sd)))
