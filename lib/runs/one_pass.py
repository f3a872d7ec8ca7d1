"""What one look at every volume tells of a run: mean, SD, tSNR, global signal and DVARS.

Volumes arrive in batches, in order. Each batch is reduced to its own mean and sum of squares about it, and the batches
are merged by the update of Chan, Golub and LeVeque (1979, "Updating formulae and a pairwise algorithm for computing
sample variances"), so that a large offset costs no digits. Everything is kept about the first volume's values, which
makes the differences of integers exact. What is not finite takes no part: each voxel is averaged over the volumes in
which it has a value, each volume over the voxels that have one in it.
"""

from dataclasses import dataclass

import numpy as np

from lib.runs.signal_to_noise import signal_to_noise

# A slab of 16 volumes of this many voxels stays in a processor's cache while its five sums are taken.
VOXELS_A_SLAB = 16_384
# Volumes averaged to find the head. Few, because the mask has to be known before the second batch arrives.
MASK_VOLUMES = 8
MASK_RULE = (
    "voxels brighter in the first volumes than 10 % of the way from the 2nd to the 98th percentile; "
    "all voxels other than zero where values are negative"
)


@dataclass(frozen=True, eq=False)
class RunSummary:
    """Maps and curves of a run; V voxels in the order of the file, T volumes, units of the image.

    Attributes
    ----------
    mean, sd, tsnr : (V,) float32
        Mean; standard deviation (divisor T, less the volumes without a value); their ratio, see `signal_to_noise`.
        Higher tSNR is better. NaN for a voxel that never has a value.
    mask : (V,) bool
        Voxels the curves are taken over, see `MASK_RULE`.
    global_signal : (T,) float64
        Mean of the mask; NaN in a volume without values.
    dvars : (T,) float64
        Root mean square over the mask of the change since the volume before; NaN for the first, and next
        to volumes without values. Power et al. 2012,
        without their scaling to a mode of 1000. Lower is better.
    """

    mean: np.ndarray
    sd: np.ndarray
    tsnr: np.ndarray
    mask: np.ndarray
    global_signal: np.ndarray
    dvars: np.ndarray


class OnePass:
    """Sums over the volumes seen so far.

    Parameters
    ----------
    n_voxels, n_volumes : int
    dtype : numpy dtype
        Of the stored numbers; sums within a batch are float32 up to 16-bit integers and float32, else float64.
    slope, inter : float
        value = slope * stored + inter.
    """

    def __init__(self, n_voxels: int, n_volumes: int, dtype, slope: float = 1.0, inter: float = 0.0):
        dtype = np.dtype(dtype)
        is_narrow = dtype.itemsize <= 2 if dtype.kind in "iu" else dtype.itemsize <= 4
        self._work = np.float32 if is_narrow else np.float64
        self._can_miss = dtype.kind not in "iu"
        self._slope, self._inter = float(slope), float(inter)
        self._seen = 0
        self._known = np.zeros(n_voxels, np.int32)
        self._first = np.zeros(n_voxels, self._work)
        self._last = np.zeros(n_voxels, self._work)
        self._mean = np.zeros(n_voxels)
        self._squares = np.zeros(n_voxels)
        self._mask = np.zeros(n_voxels, bool)
        self._sums = np.zeros(n_volumes)
        self._changes = np.zeros(n_volumes)
        # Of the mask's voxels: how many have no value, how many no change, and their part of the sum of first values.
        self._missing, self._unchanged, self._absent = (np.zeros(n_volumes) for _ in range(3))

    def add(self, batch: np.ndarray) -> None:
        """Take in the next volumes, a (n, V) array of stored numbers."""
        with np.errstate(invalid="ignore", over="ignore"):
            if self._seen == 0:
                self._first[:] = _first_values(batch) if self._can_miss else batch[0]
                self._mask[:] = _find_head(batch[:MASK_VOLUMES], self._slope, self._inter)
            for start in range(0, batch.shape[1], VOXELS_A_SLAB):
                self._add_slab(batch, slice(start, start + VOXELS_A_SLAB))
        self._seen += len(batch)

    def _add_slab(self, batch: np.ndarray, slab: slice) -> None:
        moved = batch[:, slab].astype(self._work)
        moved -= self._first[slab]
        self._add_curves(moved, slab)
        self._last[slab] = moved[-1]
        n, seen = len(batch), self._known[slab] if self._can_miss else self._seen
        is_missing = None
        if self._can_miss and not np.isfinite(moved).all():
            is_missing = ~np.isfinite(moved)
            n = n - is_missing.sum(axis=0)
            moved[is_missing] = 0
        # Sums, not products with ones: BLAS would call its own threads for every slab, and they cost more than they do.
        batch_mean = moved.sum(axis=0)
        batch_mean /= np.maximum(n, 1)
        moved -= batch_mean
        if is_missing is not None:
            moved[is_missing] = 0
        moved *= moved
        squares = moved.sum(axis=0, dtype=self._work).astype(np.float64)
        shift = batch_mean - self._mean[slab]
        share = n / np.maximum(seen + n, 1)
        self._squares[slab] += squares + shift * shift * (seen * share)
        self._mean[slab] += shift * share
        self._known[slab] += n

    def _add_curves(self, moved: np.ndarray, slab: slice) -> None:
        inside = np.flatnonzero(self._mask[slab])
        if not inside.size:
            return
        columns = moved.take(inside, axis=1)
        times = slice(self._seen, self._seen + len(moved))
        changes = np.diff(columns, axis=0, prepend=self._last[slab][inside][np.newaxis])
        if self._can_miss and not np.isfinite(changes).all():
            is_missing = ~np.isfinite(columns)
            self._missing[times] += is_missing.sum(axis=1)
            self._absent[times] += is_missing @ self._first[slab][inside].astype(np.float64)
            columns[is_missing] = 0
            is_unchanged = ~np.isfinite(changes)
            self._unchanged[times] += is_unchanged.sum(axis=1)
            changes[is_unchanged] = 0
        self._sums[times] += columns.sum(axis=1)
        self._changes[times] += np.einsum("tv,tv->t", changes, changes)

    def finish(self) -> RunSummary:
        """Return the maps and curves of the volumes seen, in the image's units."""
        n_mask = max(int(self._mask.sum()), 1)
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            mean = np.where(self._known, self._mean + self._first, np.nan) * self._slope + self._inter
            sd = np.sqrt(self._squares / self._known) * abs(self._slope)
            tsnr = signal_to_noise(mean, sd)
            offset = self._first[self._mask].sum(dtype=np.float64)
            average = _share(self._sums + offset - self._absent, n_mask - self._missing)
            global_signal = average * self._slope + self._inter
            dvars = np.sqrt(_share(self._changes, n_mask - self._unchanged)) * abs(self._slope)
            maps = [m.astype(np.float32) for m in (mean, sd, tsnr)]
        dvars[0] = np.nan
        return RunSummary(*maps, self._mask.copy(), global_signal, dvars)


def _share(total: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return totals over counts, NaN where nothing was counted."""
    return np.divide(total, n, out=np.full(len(total), np.nan), where=n > 0)


def _first_values(batch: np.ndarray) -> np.ndarray:
    """Return each voxel's first finite value among some volumes, (V,); 0 where there is none."""
    first = batch[0].copy()
    missing = np.flatnonzero(~np.isfinite(first))
    rows = np.isfinite(batch[:, missing]).argmax(axis=0)
    first[missing] = batch[rows, missing]
    return np.where(np.isfinite(first), first, 0)


def _find_head(volumes: np.ndarray, slope: float, inter: float) -> np.ndarray:
    """Return where the head is: FEAT's brain/background threshold, on the mean of a few volumes."""
    mean = np.zeros(volumes.shape[1], np.float32)
    n_known = np.zeros(volumes.shape[1], np.float32)
    for volume in volumes:
        is_known = np.isfinite(volume)
        n_known += is_known
        mean += np.where(is_known, volume, 0)
    with np.errstate(divide="ignore"):
        mean *= slope / n_known
    mean += inter
    is_number = np.isfinite(mean)
    # Percentiles of every n-th voxel: the threshold needs two digits.
    sample = mean[:: max(1, mean.size // 100_000)]
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return is_number
    low, high = np.percentile(sample, (2, 98))
    head = is_number & (mean > low + 0.1 * (high - low)) if low >= 0 else is_number & (mean != 0)
    return head if head.any() else is_number
