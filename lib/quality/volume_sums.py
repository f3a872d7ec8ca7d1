"""What a run's volumes come to, one after the other: mean and SD over time of each voxel's finite values."""

from __future__ import annotations

import numpy as np


class VolumeSums:
    """Sums over the volumes seen so far; what is not finite takes no part.

    Parameters
    ----------
    shape : (3,) int, of a volume.
    """

    def __init__(self, shape: tuple[int, int, int]):
        self._seen = 0
        self._n_missing = np.zeros(shape, np.int32)
        self._total = np.zeros(shape)
        # About the first value, so that a large level costs no digits.
        self._about = np.zeros(shape)
        self._squares = np.zeros(shape)

    def add(self, values: np.ndarray) -> float:
        """Take in the next volume, (I, J, K), and return its mean; NaN where it has no finite value."""
        is_known = np.isfinite(values)
        n_known = np.count_nonzero(is_known)
        if n_known < values.size:
            self._n_missing += ~is_known
            values = np.where(is_known, values, self._about if self._seen else 0.0)
        if not self._seen:
            self._about += values
        self._seen += 1
        deviation = values - self._about
        self._total += values if n_known == values.size else np.where(is_known, values, 0.0)
        self._squares += np.square(deviation)
        if n_known == values.size:
            return float(values.mean(dtype=np.float64))
        return float(values[is_known].mean(dtype=np.float64)) if n_known else float("nan")

    def mean(self) -> np.ndarray:
        """Return the mean over time, (I, J, K) float32; NaN where no volume has a value."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return (self._total / (self._seen - self._n_missing)).astype(np.float32)

    def sd(self) -> np.ndarray:
        """Return the standard deviation over time (divisor: the volumes that have a value), (I, J, K) float32."""
        with np.errstate(invalid="ignore", divide="ignore"):
            n = self._seen - self._n_missing
            shift = self._total / n - self._about
            return np.sqrt(np.maximum(self._squares / n - np.square(shift), 0.0)).astype(np.float32)
