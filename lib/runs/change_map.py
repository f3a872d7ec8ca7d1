"""How much each voxel changes from one volume to the next, as a map of the whole image."""

from __future__ import annotations

import numpy as np

from lib.runs import RunStore, read_run_volume


def derivative_sd_map(store: RunStore) -> np.ndarray:
    """Take each voxel's standard deviation over time of the change since the volume before.

    One look at every volume: sums of changes and of their squares are kept as it goes.

    Returns
    -------
    (I, J, K) float32, image units, lower is better; the same as `lib.quality.mean_sd_tsnr.derivative_sd` of every
    voxel. Bright where the signal jumps from volume to volume: edges under motion, vessels, spikes. A change into or
    out of a volume without a value is none; NaN where there is no change at all.
    """
    n, total, squares = np.zeros(store.shape, np.int32), np.zeros(store.shape), np.zeros(store.shape)
    before = read_run_volume(store, 0).values().astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        for t in range(1, store.n_volumes):
            after = read_run_volume(store, t).values().astype(np.float64)
            change = after - before
            is_known = np.isfinite(change)
            change[~is_known] = 0
            n += is_known
            total += change
            squares += np.square(change)
            before = after
        # Rounding can leave a constant change a hair below 0.
        return np.sqrt(np.maximum(squares / n - np.square(total / n), 0.0)).astype(np.float32)
