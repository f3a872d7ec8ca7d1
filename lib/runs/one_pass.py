"""What one look at every volume tells of a run: mean, SD, tSNR, global signal and DVARS.

Volumes arrive in batches, in order. Each batch is reduced to its own mean and sum of squares about it, and the batches
are merged by the update of Chan, Golub and LeVeque (1979, "Updating formulae and a pairwise algorithm for computing
sample variances"), so that a large offset costs no digits. Everything is kept about the first volume's values, which
makes the differences of integers exact.
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
        Mean; standard deviation (divisor T); their ratio, see `signal_to_noise`. Higher tSNR is better.
    mask : (V,) bool
        Voxels the curves are taken over, see `MASK_RULE`.
    global_signal : (T,) float64
        Mean of the mask.
    dvars : (T,) float64
        Root mean square over the mask of the change since the volume before; NaN for the first. Power et al. 2012,
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
        self._slope, self._inter = float(slope), float(inter)
        self._seen = 0
        self._first = np.zeros(n_voxels, self._work)
        self._last = np.zeros(n_voxels, self._work)
        self._mean = np.zeros(n_voxels)
        self._squares = np.zeros(n_voxels)
        self._mask = np.zeros(n_voxels, bool)
        self._sums = np.zeros(n_volumes)
        self._changes = np.zeros(n_volumes)

    def add(self, batch: np.ndarray) -> None:
        """Take in the next volumes, a (n, V) array of stored numbers."""
        with np.errstate(invalid="ignore", over="ignore"):
            if self._seen == 0:
                self._first[:] = batch[0]
                self._mask[:] = _find_head(batch[:MASK_VOLUMES], self._slope, self._inter)
            for start in range(0, batch.shape[1], VOXELS_A_SLAB):
                self._add_slab(batch, slice(start, start + VOXELS_A_SLAB))
        self._seen += len(batch)

    def _add_slab(self, batch: np.ndarray, slab: slice) -> None:
        moved = batch[:, slab].astype(self._work)
        moved -= self._first[slab]
        self._add_curves(moved, slab)
        self._last[slab] = moved[-1]
        n, seen = len(batch), self._seen
        # Sums, not products with ones: BLAS would call its own threads for every slab, and they cost more than they do.
        batch_mean = moved.sum(axis=0)
        batch_mean /= n
        moved -= batch_mean
        moved *= moved
        squares = moved.sum(axis=0, dtype=self._work).astype(np.float64)
        shift = batch_mean - self._mean[slab]
        self._squares[slab] += squares + shift * shift * (seen * n / (seen + n))
        self._mean[slab] += shift * (n / (seen + n))

    def _add_curves(self, moved: np.ndarray, slab: slice) -> None:
        inside = np.flatnonzero(self._mask[slab])
        if not inside.size:
            return
        columns = moved.take(inside, axis=1)
        times = slice(self._seen, self._seen + len(moved))
        self._sums[times] += columns.sum(axis=1)
        changes = np.diff(columns, axis=0, prepend=self._last[slab][inside][np.newaxis])
        self._changes[times] += np.einsum("tv,tv->t", changes, changes)

    def finish(self) -> RunSummary:
        """Return the maps and curves of the volumes seen, in the image's units."""
        n_mask = max(int(self._mask.sum()), 1)
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            mean = (self._mean + self._first) * self._slope + self._inter
            sd = np.sqrt(self._squares / max(self._seen, 1)) * abs(self._slope)
            tsnr = signal_to_noise(mean, sd)
            offset = self._first[self._mask].sum(dtype=np.float64)
            global_signal = (self._sums + offset) / n_mask * self._slope + self._inter
            dvars = np.sqrt(self._changes / n_mask) * abs(self._slope)
        dvars[0] = np.nan
        maps = (m.astype(np.float32) for m in (mean, sd, tsnr))
        return RunSummary(*maps, self._mask.copy(), global_signal, dvars)


def _find_head(volumes: np.ndarray, slope: float, inter: float) -> np.ndarray:
    """Return where the head is: FEAT's brain/background threshold, on the mean of a few volumes."""
    mean = np.zeros(volumes.shape[1], np.float32)
    for volume in volumes:
        mean += volume
    mean *= slope / len(volumes)
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
