"""Which volumes of a run have no values, and how its curves are told without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lib.denoising.gaps import spread_over
from lib.quality.dvars import Dvars

# Of the voxels that have a value in any volume: with fewer, a volume is left out rather than all voxels that miss it.
LEAST_SHARE = 0.5
LISTED = 12  # volumes named in one sentence


def volumes_with_values(signals: np.ndarray) -> np.ndarray:
    """Find the volumes in which half or more of the voxels have a value that ever have one, (T,) bool."""
    has_any, counts = np.zeros(signals.shape[1], bool), np.zeros(len(signals))
    for t, volume in enumerate(signals):
        is_finite = np.isfinite(volume)
        has_any |= is_finite
        counts[t] = is_finite.sum()
    return counts >= max(1, LEAST_SHARE * has_any.sum())


def describe_missing_volumes(is_kept: np.ndarray) -> str:
    """Say how many volumes are left out, and which; `is_kept` (T,) bool."""
    missing = np.flatnonzero(~is_kept)
    listed = ", ".join(map(str, missing[:LISTED])) + (" and more" if len(missing) > LISTED else "")
    return (
        f"{len(missing)} of {len(is_kept)} volumes have no value in most of the mask ({listed}): left out, with the "
        "changes into and out of them."
    )


def dvars_with_gaps(dvars: Dvars, is_kept: np.ndarray, *, has_percent: bool) -> Dvars:
    """Put the curves of the volumes that have values at their places: a change over a gap is none."""
    follows = np.diff(np.flatnonzero(is_kept), prepend=-1) == 1
    curves = {name: getattr(dvars, name) for name in ("raw", "percent", "standardised", "voxelwise")}
    if not has_percent:
        curves["percent"] = np.full(len(follows), np.nan)
    return replace(
        dvars, **{name: spread_over(np.where(follows, curve, np.nan), is_kept) for name, curve in curves.items()}
    )
