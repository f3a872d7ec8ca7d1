"""Measure one run from its volumes: find its brain, read what lies in it, and say how good it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lib.errors import InputError
from lib.images.brain_mask import BrainMask, compute_mask, fit_mask, mask_what_varies, varies_most
from lib.images.image import Image, Volume, read_volume
from lib.images.size_limits import size_text
from lib.quality.measures import ImageQuality, measure_image
from lib.quality.run_level import judge_level
from lib.runs import RunStore, read_map, read_run_volume
from lib.runs.map_sums import MapSums
from lib.runs.sources import open_source, stored_form

# The metrics look at all of the brain's values at once; a 1200-volume multiband run takes half of this.
MAX_SIGNAL_BYTES = 2 << 30

Report = Callable[[float, float, str], None]


@dataclass(frozen=True, eq=False)
class MeasuredRun:
    """A run's brain and what was measured in it.

    Attributes
    ----------
    mask : where the numbers were taken, and who says that this is brain.
    quality : the traces and numbers.
    """

    mask: BrainMask
    quality: ImageQuality


def measure_run(
    image: Image,
    *,
    store: RunStore | None = None,
    mask_image: Image | None = None,
    ghost_axis: int | None = None,
    report: Report = lambda done, total, note: None,
) -> MeasuredRun:
    """Measure a run, from its store where there is one, else straight from its file.

    Parameters
    ----------
    mask_image : a mask in the run's space, on any grid; without one nilearn computes a mask from the run's mean, and a
        run that has no level is measured where it varies.
    ghost_axis : array axis of phase encoding, None if unknown.
    report : called with (done, total, what is being done), from 0 to `total`; what it raises stops the work.

    Raises
    ------
    InputError
        The file is damaged, no brain is found, or the brain's values do not fit into memory.
    """
    if not image.is_4d:
        raise InputError(f"{image.name} has 3 dimensions, but a time series needs 4. Choose a BOLD run.")
    total = 3 * image.n_volumes
    maps = (read_map(store, "mean"), read_map(store, "sd")) if store is not None else None
    if mask_image is not None:
        mask = fit_mask(read_volume(mask_image).values(), mask_image.affine, image.shape, image.affine, mask_image.name)
    else:
        if maps is None:
            maps = _read_maps(image, lambda t: report(t, total, f"mean of volume {t}"))
        report(image.n_volumes, total, "finding the brain")
        mask = _find_brain(image, *maps)
    _require_memory(image, mask)
    sums = MapSums(image) if maps is None else None
    signals, volume_means = _read_signals(
        image, store, mask.mask, sums, lambda t: report(image.n_volumes + t, total, f"reading volume {t}")
    )
    mean, _ = sums.finish() if maps is None else maps
    report(2 * image.n_volumes, total, "measuring")
    quality = measure_image(signals, mask.mask, mean, image.affine, ghost_axis, volume_means)
    report(total, total, "measured")
    return MeasuredRun(mask, quality)


def each_volume(image: Image, store: RunStore | None) -> Iterator[Volume]:
    """Yield the volumes of a run in order; those read from a file are valid until the next one."""
    if store is not None:
        yield from (read_run_volume(store, t) for t in range(store.n_volumes))
        return
    dtype, slope, inter = stored_form(image)
    row = np.empty((1, int(np.prod(image.shape))), dtype)
    with open_source(image) as fill:
        for t in range(image.n_volumes):
            fill(row, t)
            yield Volume(row[0].reshape(image.shape, order="F"), slope, inter)


def _read_maps(image: Image, report) -> tuple[np.ndarray, np.ndarray]:
    sums = MapSums(image)
    for t, volume in enumerate(each_volume(image, None)):
        report(t)
        sums.add(volume)
    return sums.finish()


def _read_signals(image, store, mask, sums: MapSums | None, report) -> tuple[np.ndarray, np.ndarray]:
    """Return the (T, N) float32 signals of a mask, and the mean of each volume, (T,); sum up on the way."""
    # Volumes lie with their first index fastest; the order of the voxels is that of `np.argwhere(mask)`.
    where = np.ravel_multi_index(mask.nonzero(), image.shape, order="F")
    means, signals = np.empty(image.n_volumes), np.empty((image.n_volumes, len(where)), np.float32)
    for t, volume in enumerate(each_volume(image, store)):
        report(t)
        values = volume.values().reshape(-1, order="F")
        means[t] = _mean_of_known(values)
        signals[t] = values[where]
        if sums is not None:
            sums.add(volume)
    return signals, means


def _mean_of_known(values: np.ndarray) -> float:
    with np.errstate(invalid="ignore", over="ignore"):
        mean = values.mean(dtype=np.float64)
    if np.isfinite(mean):
        return float(mean)
    known = values[np.isfinite(values)]
    return float(known.mean(dtype=np.float64)) if known.size else float("nan")


def _find_brain(image: Image, mean: np.ndarray, sd: np.ndarray) -> BrainMask:
    """Find the brain by brightness in a run that has a level, else by what varies."""
    varying = varies_most(sd)
    if judge_level(mean[varying], sd[varying]).problem:
        return mask_what_varies(sd)
    return compute_mask(mean, image.affine)


def _require_memory(image: Image, mask: BrainMask) -> None:
    needed = mask.n_voxels * image.n_volumes * 4
    if needed > MAX_SIGNAL_BYTES:
        raise InputError(
            f"The brain mask holds {mask.n_voxels:,} voxels, which take {size_text(needed)} over {image.n_volumes} "
            f"volumes, but {size_text(MAX_SIGNAL_BYTES)} may be measured at a time. Choose a smaller mask, or resample "
            "the run to larger voxels."
        )
