"""Which values of a signal are missing, NaN or infinite, and what each step then works on?

Every step fits the finite values alone, and what was missing stays missing. Voxels that miss the same volumes are
processed together. Only the Butterworth filter needs equally spaced volumes: straight lines bridge the gaps for it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lib.denoising.steps import Steps, filter_cutoffs

# Of the volumes, bridged for the filter: with more, what it passes would be the bridges rather than the signal.
MOST_BRIDGED = 0.25


def groups_of_gaps(signals: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray | slice]]:
    """Yield which volumes have a value, (T,) bool, and which columns of (T, N) signals share that."""
    is_finite = np.isfinite(signals)
    if is_finite.all():
        yield np.ones(len(signals), bool), slice(None)
        return
    patterns, group = np.unique(is_finite, axis=1, return_inverse=True)
    for number, pattern in enumerate(patterns.T):
        yield pattern, np.flatnonzero(group.ravel() == number)


def mean_and_sd(signals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation (divisor n - 1) over time of the finite values of (T, ...) signals, float64.

    The mean is NaN without a finite value, the SD with fewer than two.
    """
    is_finite = np.isfinite(signals)
    if len(signals) > 1 and is_finite.all():
        return signals.mean(axis=0, dtype=np.float64), signals.std(axis=0, ddof=1, dtype=np.float64)
    n = is_finite.sum(axis=0)
    values = np.where(is_finite, signals, 0.0).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = values.sum(axis=0) / n
        squares = np.square(np.where(is_finite, values - mean, 0.0)).sum(axis=0)
        return mean, np.where(n > 1, np.sqrt(squares / (n - 1)), np.nan)


def bridge(known: np.ndarray, is_kept: np.ndarray) -> np.ndarray:
    """Put straight lines between the neighbours of each gap; before the first value and after the last, that value.

    Parameters
    ----------
    known : (n, N) array, the values that there are.
    is_kept : (T,) bool, the n volumes that they belong to.

    Returns
    -------
    (T, N) array
    """
    place = np.interp(np.arange(len(is_kept)), np.flatnonzero(is_kept), np.arange(len(known)))
    before = np.floor(place).astype(int)
    after = np.minimum(before + 1, len(known) - 1)
    share = (place - before)[:, np.newaxis]
    return known[before] * (1 - share) + known[after] * share


def spread_over(known: np.ndarray, is_kept: np.ndarray) -> np.ndarray:
    """Return (n, ...) values at the n of T volumes that they belong to, NaN at the others."""
    spread = np.full((len(is_kept), *known.shape[1:]), np.nan, known.dtype)
    spread[is_kept] = known
    return spread


def why_too_many_gaps(n_kept: int, n_volumes: int, steps: Steps, n_regressors: int) -> str:
    """Return why a signal with gaps cannot go through the steps; an empty text where it can.

    Parameters
    ----------
    n_kept, n_volumes : volumes with a value, and all.
    n_regressors : columns of drifts and confounds, the mean among them.
    """
    n_missing = n_volumes - n_kept
    if not n_missing:
        return ""
    if not n_kept:
        return f"None of the {n_volumes} volumes of this voxel has a finite value. Move the cursor to another voxel."
    least = n_regressors + 1 if n_regressors > 1 else 1 if steps.units == "raw" else 2
    if n_kept < least:
        return (
            f"{_count(n_missing, n_volumes)} no finite value in this voxel, and these steps need {least} that have "
            "one. Choose fewer steps, or another voxel."
        )
    if filter_cutoffs(steps) and n_missing > MOST_BRIDGED * n_volumes:
        return (
            f"{_count(n_missing, n_volumes)} no finite value in this voxel, and a filter bridges a quarter of the "
            "volumes at most. Choose a trend without a filter, or another voxel."
        )
    return ""


def describe_gaps(n_missing: int, n_volumes: int, steps: Steps) -> str:
    """Return how many volumes are missing, and what the steps do about that; an empty text where none is."""
    if not n_missing:
        return ""
    parts = ["drawn as a gap" if n_missing == 1 else "drawn as gaps"]
    if steps.detrend != "none":
        parts.append("the trend is fitted to the others")
    if filter_cutoffs(steps):
        parts.append("straight lines bridge the gaps for the filter alone")
    if steps.confounds:
        parts.append("confounds are regressed out over the others")
    if steps.units != "raw":
        parts.append(f"{'the mean is that' if steps.units == 'percent' else 'mean and SD are those'} of the others")
    return f"{_count(n_missing, n_volumes)} no finite value: {'; '.join(parts)}."


def _count(n_missing: int, n_volumes: int) -> str:
    return f"{n_missing} of {n_volumes} volumes {'has' if n_missing == 1 else 'have'}"
