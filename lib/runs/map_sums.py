"""Mean and SD over time of a run that has no store: its volumes come one after the other."""

import numpy as np

from lib.images.image import Image, Volume
from lib.runs.one_pass import OnePass
from lib.runs.sources import stored_form

# Summed up at a time: what a voxel's sums cost is shared among so many volumes.
VOLUMES_A_BATCH = 8


class MapSums:
    """Sums over the volumes seen so far, each as `lib.runs.sources` reads it from the run's file."""

    def __init__(self, image: Image):
        dtype, slope, inter = stored_form(image)
        n_voxels = int(np.prod(image.shape))
        self._shape = image.shape
        self._sums = OnePass(n_voxels, image.n_volumes, dtype, slope, inter)
        self._batch, self._n_waiting = np.empty((VOLUMES_A_BATCH, n_voxels), dtype), 0

    def add(self, volume: Volume) -> None:
        """Take in the next volume."""
        self._batch[self._n_waiting] = volume.stored.reshape(-1, order="F")
        self._n_waiting += 1
        if self._n_waiting == len(self._batch):
            self._add_batch()

    def finish(self) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and SD over time, (I, J, K) float32."""
        if self._n_waiting:
            self._add_batch()
        summary = self._sums.finish()
        return tuple(voxels.reshape(self._shape, order="F") for voxels in (summary.mean, summary.sd))

    def _add_batch(self) -> None:
        self._sums.add(self._batch[: self._n_waiting])
        self._n_waiting = 0
