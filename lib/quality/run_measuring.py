"""Measure one run from its volumes: find its brain, read what lies in it, and say how good it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lib.errors import InputError
from lib.images.brain_mask import BrainMask, compute_mask, fit_mask
from lib.images.image import Image, Volume, read_volume
from lib.images.size_limits import size_text
from lib.quality.measures import ImageQuality, measure_image
from lib.runs import RunStore, read_map, read_run_volume
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
    mask_image : a mask in the run's space, on any grid; without one nilearn computes a mask from the run's mean.
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
    if store is None and mask_image is None:
        mean, _, _ = _read_through(image, None, None, lambda t: report(t, total, f"mean of volume {t}"))
    else:
        mean = read_map(store, "mean") if store is not None else None
    report(image.n_volumes, total, "finding the brain")
    mask = _find_mask(image, mask_image, mean)
    _require_memory(image, mask)
    found, volume_means, signals = _read_through(
        image, store, mask.mask, lambda t: report(image.n_volumes + t, total, f"reading volume {t}")
    )
    report(2 * image.n_volumes, total, "measuring")
    quality = measure_image(signals, mask.mask, found if mean is None else mean, image.affine, ghost_axis, volume_means)
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


def _read_through(image, store, mask, report) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return the mean (I, J, K) float32, the mean of each volume (T,), and the (T, N) float32 signals of a mask."""
    # Volumes lie with their first index fastest; the order of the voxels is that of `np.argwhere(mask)`.
    where = None if mask is None else np.ravel_multi_index(mask.nonzero(), image.shape, order="F")
    total = np.zeros(image.shape)
    means = np.empty(image.n_volumes)
    signals = None if where is None else np.empty((image.n_volumes, len(where)), np.float32)
    for t, volume in enumerate(each_volume(image, store)):
        report(t)
        values = volume.values()
        with np.errstate(invalid="ignore", over="ignore"):
            total += values
            means[t] = values.mean(dtype=np.float64)
        if signals is not None:
            signals[t] = values.reshape(-1, order="F")[where]
    return (total / image.n_volumes).astype(np.float32), means, signals


def _find_mask(image: Image, mask_image: Image | None, mean: np.ndarray | None) -> BrainMask:
    if mask_image is None:
        return compute_mask(mean, image.affine)
    data = read_volume(mask_image).values()
    return fit_mask(data, mask_image.affine, image.shape, image.affine, mask_image.name)


def _require_memory(image: Image, mask: BrainMask) -> None:
    needed = mask.n_voxels * image.n_volumes * 4
    if needed > MAX_SIGNAL_BYTES:
        raise InputError(
            f"The brain mask holds {mask.n_voxels:,} voxels, which take {size_text(needed)} over {image.n_volumes} "
            f"volumes, but {size_text(MAX_SIGNAL_BYTES)} may be measured at a time. Choose a smaller mask, or resample "
            "the run to larger voxels."
        )
