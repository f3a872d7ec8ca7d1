"""Is this run any good: every trace and number of one run, from its voxels and its motion parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.confounds.framewise_displacement import MEASURES
from lib.confounds.steady_state import count_non_steady
from lib.errors import InputError
from lib.quality.dvars import Dvars, compute_dvars
from lib.quality.ghost import axis_nearest, ghost_to_signal
from lib.quality.mean_sd_tsnr import derivative_sd, global_signal, tsnr
from lib.quality.outliers import Spikes, find_spikes, outlier_fraction
from lib.quality.smoothness import Fwhm, estimate_fwhm
from lib.quality.verdict import (
    Number,
    describe_displacement,
    describe_ghost,
    describe_non_steady,
    describe_outliers,
    describe_smoothness,
    describe_spikes,
    describe_tsnr,
)


@dataclass(frozen=True, eq=False)
class ImageQuality:
    """All that is measured of a run's image, without its motion parameters.

    global_signal : (T,) image units.
    dvars, outliers : `Dvars`, (T,) fraction; None where the run cannot have one, for the reason in `remarks`.
    spikes : of the raw DVARS.
    non_steady : number of volumes at the start.
    tsnr, derivative_sd : (N,) float32 over the voxels of the mask, for maps.
    fwhm : smoothness.
    ghost, ghost_words : ghost-to-signal ratio, along which axis and why that one.
    usable : (N,) bool, voxels of the mask whose values are all finite; only these were measured.
    remarks : sentences on what could not be measured and what was left out.
    """

    global_signal: np.ndarray
    dvars: Dvars | None
    outliers: np.ndarray | None
    spikes: Spikes
    non_steady: int
    tsnr: np.ndarray
    derivative_sd: np.ndarray
    fwhm: Fwhm
    ghost: float
    ghost_words: str
    usable: np.ndarray
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
    n_voxels = signals.shape[1]
    usable = np.isfinite(signals).all(axis=0)
    if not usable.any():
        raise InputError(f"None of the {n_voxels} voxels in the mask has a value in every volume. Choose another mask.")
    ijk, remarks = np.argwhere(mask), []
    if not usable.all():
        remarks.append(f"{n_voxels - usable.sum()} of {n_voxels} voxels in the mask have missing values: left out.")
        signals, ijk = signals[:, usable], ijk[usable]
    dvars = _or_remark(remarks, compute_dvars, signals)
    average = global_signal(signals)
    whole = volume_means is not None and bool(np.isfinite(volume_means).all())
    axis, words = _ghost_axis(affine, ghost_axis)
    erased = 100.0 * np.mean(mean_volume[~mask] == 0) if not mask.all() else 0.0
    if erased > 50:
        remarks.append(f"{erased:.0f} % of the background is exactly 0: if it was erased, the ghost went with it.")
    return ImageQuality(
        global_signal=average,
        dvars=dvars,
        outliers=_or_remark(remarks, outlier_fraction, signals),
        spikes=find_spikes(np.full(len(signals), np.nan) if dvars is None else dvars.raw),
        non_steady=count_non_steady(volume_means if whole else average),
        tsnr=_spread(tsnr(signals), usable),
        derivative_sd=_spread(derivative_sd(signals), usable),
        fwhm=estimate_fwhm(signals, ijk, np.linalg.norm(affine[:3, :3], axis=0)),
        ghost=ghost_to_signal(mean_volume, mask, axis),
        ghost_words=words,
        usable=usable,
        remarks=tuple(remarks),
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
        describe_tsnr(quality.tsnr),
        *describe_displacement(displacement, measure, threshold),
        describe_spikes(n_spikes, quality.spikes.rule, quality.n_volumes),
        describe_outliers(quality.outliers),
        describe_ghost(quality.ghost, quality.ghost_words),
        describe_smoothness(quality.fwhm.combined, quality.fwhm.axes, quality.fwhm.degree),
        describe_non_steady(quality.non_steady),
    )


def _or_remark(remarks: list[str], compute: Callable, signals: np.ndarray):
    """Compute a trace, or note why this run cannot have it."""
    try:
        return compute(signals)
    except InputError as reason:
        remarks.append(str(reason))
        return None


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
