"""Is this run any good: every trace and number of one run, from its voxels and its motion parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lib.confounds.framewise_displacement import MEASURES
from lib.confounds.steady_state import count_non_steady
from lib.denoising.gaps import spread_over
from lib.errors import InputError
from lib.quality.dvars import Dvars, compute_dvars
from lib.quality.ghost import axis_nearest, ghost_to_signal
from lib.quality.mean_sd_tsnr import derivative_sd, global_signal, mean_and_sd_over_time
from lib.quality.missing_volumes import describe_missing_volumes, dvars_with_gaps, volumes_with_values
from lib.quality.outliers import Spikes, find_spikes, outlier_fraction
from lib.quality.run_level import RunLevel, judge_level
from lib.quality.smoothness import Fwhm, estimate_fwhm
from lib.quality.verdict import (
    Number,
    describe_displacement,
    describe_ghost,
    describe_missing,
    describe_non_steady,
    describe_outliers,
    describe_smoothness,
    describe_spikes,
    describe_tsnr,
)
from lib.runs.signal_to_noise import signal_to_noise


@dataclass(frozen=True, eq=False)
class ImageQuality:
    """All that is measured of a run's image, without its motion parameters.

    level : how large the run's values are beside their changes; where that is a problem, `tsnr`, `ghost` and the DVARS
        in percent are NaN.
    global_signal : (T,) image units.
    settled_dvars : (T,) standardised DVARS of the volumes in steady state alone, NaN before: bright first volumes make
        every later change look large. None as `dvars`.
    dvars, outliers : `Dvars`, (T,) fraction; None where the run cannot have one, for the reason in `remarks`.
    spikes : of the raw DVARS.
    non_steady : number of volumes at the start.
    tsnr, derivative_sd : (N,) float32 over the voxels of the mask, for maps.
    fwhm : smoothness.
    ghost, ghost_words : ghost-to-signal ratio, along which axis and why that one.
    usable : (N,) bool, voxels of the mask that have a value in every volume but the `missing_volumes`; only these were
        measured.
    missing_volumes : (M,) int, in which less than half of the mask has a value: NaN in all curves.
    remarks : sentences on what could not be measured and what was left out.
    """

    level: RunLevel
    global_signal: np.ndarray
    dvars: Dvars | None
    settled_dvars: np.ndarray | None
    outliers: np.ndarray | None
    spikes: Spikes
    non_steady: int
    tsnr: np.ndarray
    derivative_sd: np.ndarray
    fwhm: Fwhm
    ghost: float
    ghost_words: str
    usable: np.ndarray
    missing_volumes: np.ndarray
    remarks: tuple[str, ...]

    @property
    def n_volumes(self) -> int:
        """Number of volumes."""
        return len(self.global_signal)


def measure_image(
    signals: np.ndarray,
    mask: np.ndarray,
    mean_volume: np.ndarray,
    affine: np.ndarray,
    ghost_axis: int | None = None,
    volume_means: np.ndarray | None = None,
) -> ImageQuality:
    """Measure all that a run's image says about its quality.

    Parameters
    ----------
    signals : (T, N) array, the voxels of `mask` in the order of `np.argwhere(mask)`.
    mask : (I, J, K) bool.
    mean_volume : (I, J, K) array, mean over time of the whole image, for the ghost.
    affine : (4, 4).
    ghost_axis : array axis of phase encoding; None if unknown, then the one nearest to back to front.
    volume_means : (T,) mean of each whole volume, for the non-steady volumes; the mask's mean where it is None or has
        missing values.

    Raises
    ------
    InputError
        No voxel of the mask has finite values.
    """
    n_voxels, remarks = signals.shape[1], []
    is_kept = volumes_with_values(signals)
    if not is_kept.all():
        signals = signals[is_kept]
        volume_means = None if volume_means is None else volume_means[is_kept]
        remarks.append(describe_missing_volumes(is_kept))
    usable = np.isfinite(signals).all(axis=0)
    if not (usable.any() and len(signals)):
        raise InputError(f"None of the {n_voxels} voxels in the mask has a value in every volume. Choose another mask.")
    ijk = np.argwhere(mask)
    if not usable.all():
        remarks.append(f"{n_voxels - usable.sum()} of {n_voxels} voxels in the mask have missing values: left out.")
        signals, ijk = signals[:, usable], ijk[usable]
    mean, deviation = mean_and_sd_over_time(signals)
    level = judge_level(mean, deviation)
    average = global_signal(signals)
    whole = volume_means is not None and bool(np.isfinite(volume_means).all())
    non_steady = count_non_steady(volume_means if whole else average)
    dvars, settled = _or_remark(remarks, compute_dvars, signals), None
    if dvars is not None:
        late = replace(dvars, standardised=_settled_dvars(dvars, signals, non_steady))
        settled = dvars_with_gaps(late, is_kept, has_percent=False).standardised
        dvars = dvars_with_gaps(dvars, is_kept, has_percent=not level.problem)
    outliers = _or_remark(remarks, outlier_fraction, signals)
    axis, words = _ghost_axis(affine, ghost_axis)
    erased = 100.0 * np.mean(mean_volume[~mask] == 0) if not mask.all() else 0.0
    if erased > 50 and not level.problem:
        remarks.append(f"{erased:.0f} % of the background is exactly 0: if it was erased, the ghost went with it.")
    no_value = np.full(len(mean), np.nan)
    return ImageQuality(
        level=level,
        global_signal=spread_over(average, is_kept),
        dvars=dvars,
        settled_dvars=settled,
        outliers=None if outliers is None else spread_over(outliers, is_kept),
        spikes=find_spikes(np.full(len(is_kept), np.nan) if dvars is None else dvars.raw),
        non_steady=non_steady,
        tsnr=_spread(no_value if level.problem else signal_to_noise(mean, deviation), usable),
        derivative_sd=_spread(derivative_sd(signals), usable),
        fwhm=estimate_fwhm(signals, ijk, np.linalg.norm(affine[:3, :3], axis=0)),
        ghost=float("nan") if level.problem else ghost_to_signal(mean_volume, mask, axis),
        ghost_words=words,
        usable=usable,
        missing_volumes=np.flatnonzero(~is_kept),
        remarks=(*([level.problem] if level.problem else []), *remarks),
    )


def measure_displacement(
    translations: np.ndarray, rotations: np.ndarray, n_volumes: int, measure: str = "power", radius: float | None = None
) -> np.ndarray:
    """Measure how far the head moved before each volume of a run.

    Parameters
    ----------
    translations, rotations : (T, 3) mm and (T, 3) radians.
    n_volumes : of the run they should belong to.
    measure : key of `lib.confounds.framewise_displacement.MEASURES`.
    radius : mm, of that measure's sphere; its own where None. `enorm` has none.

    Raises
    ------
    InputError
        The motion parameters have another number of rows than the run has volumes.
    """
    if len(translations) != n_volumes:
        raise InputError(
            f"The motion parameters have {len(translations)} rows, but the run has {n_volumes} volumes. "
            "Choose the motion file of this run."
        )
    sphere = {} if radius is None or measure == "enorm" else {"radius": radius}
    return MEASURES[measure].compute(translations, rotations, **sphere)


def list_numbers(
    quality: ImageQuality,
    displacement: np.ndarray | None = None,
    measure: str = "power",
    threshold: float | None = None,
) -> tuple[Number, ...]:
    """List the numbers of a run's verdict, always the same ones in the same order.

    Parameters
    ----------
    displacement : (T,) mm by `measure`, None if the run has no motion parameters.
    threshold : mm, for the share of volumes above it; the measure's own where None.
    """
    n_spikes = None if quality.dvars is None else len(quality.spikes.volumes)
    return (
        describe_tsnr(quality.tsnr, quality.level.problem),
        *describe_displacement(displacement, measure, threshold),
        describe_spikes(n_spikes, quality.spikes.rule, quality.n_volumes),
        describe_outliers(quality.outliers),
        describe_ghost(quality.ghost, quality.ghost_words, quality.level.problem),
        describe_smoothness(quality.fwhm.combined, quality.fwhm.axes, quality.fwhm.degree),
        describe_non_steady(quality.non_steady),
        describe_missing(int((~quality.usable).sum()), len(quality.usable), len(quality.missing_volumes)),
    )


def _or_remark(remarks: list[str], compute: Callable, signals: np.ndarray):
    """Compute a trace, or note why this run cannot have it."""
    try:
        return compute(signals)
    except InputError as reason:
        remarks.append(str(reason))
        return None


def _settled_dvars(dvars: Dvars, signals: np.ndarray, non_steady: int) -> np.ndarray:
    """Return the standardised DVARS of (T, N) signals without their first volumes, (T,) with NaN for those."""
    if not non_steady:
        return dvars.standardised
    try:
        late = compute_dvars(signals[non_steady:]).standardised
    except InputError:
        late = np.full(len(signals) - non_steady, np.nan)
    return np.concatenate([np.full(non_steady, np.nan), late])


def _ghost_axis(affine: np.ndarray, ghost_axis: int | None) -> tuple[int, str]:
    if ghost_axis is not None:
        return ghost_axis, f"along {'ijk'[ghost_axis]} (phase encoding)"
    axis = axis_nearest(affine, "y")
    return axis, f"along {'ijk'[axis]} (back to front, as the phase encoding direction is unknown)"


def _spread(values: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Put the values of usable voxels back among all voxels of the mask, NaN elsewhere."""
    spread = np.full(len(usable), np.nan, dtype=np.float32)
    spread[usable] = values
    return spread
