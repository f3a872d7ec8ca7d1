"""How much each voxel changes from one volume to the next, as a map of the whole image."""

from __future__ import annotations

import numpy as np

from lib.runs import RunStore, read_run_volume


def derivative_sd_map(store: RunStore) -> np.ndarray:
    """Take each voxel's standard deviation over time of the change since the volume before.

    One look at every volume: the sum of squares is kept as it goes, and the mean change is the last volume less the
    first over the number of steps.

    Returns
    -------
    (I, J, K) float32, image units, lower is better; the same as `lib.quality.mean_sd_tsnr.derivative_sd` of every
    voxel. Bright where the signal jumps from volume to volume: edges under motion, vessels, spikes.
    """
    steps = store.n_volumes - 1
    first = read_run_volume(store, 0).values().astype(np.float64)
    squares = np.zeros(store.shape)
    before = first
    with np.errstate(invalid="ignore", over="ignore"):
        for t in range(1, store.n_volumes):
            after = read_run_volume(store, t).values().astype(np.float64)
            squares += np.square(after - before)
            before = after
        mean = (before - first) / steps
        # Rounding can leave a constant change a hair below 0.
        return np.sqrt(np.maximum(squares / steps - np.square(mean), 0.0)).astype(np.float32)
