"""Which part of the brain each voxel of a mask belongs to, from an image of regions or of one tissue."""

from __future__ import annotations

import numpy as np

OUTSIDE = 0


def label_voxels(
    values: np.ndarray, mask: np.ndarray, name: str, *, is_labels: bool
) -> tuple[np.ndarray, dict[int, str]]:
    """Label the voxels of a mask.

    Parameters
    ----------
    values : (I, J, K) array on the mask's grid: region numbers, or a probability or other amount of one tissue.
    mask : (I, J, K) bool.
    name : of the image, for the names of the labels.
    is_labels : whether the values are numbers of regions.

    Returns
    -------
    labels : (N,) int in the order of `np.argwhere(mask)`; 0 lies in no region. A tissue gives 1 where it is above half
        of its largest value, which for a probability is one half.
    names : of the labels that occur.
    """
    inside = np.asarray(values)[mask]
    if is_labels:
        # Whole numbers stay in the file's own type: float64 holds none beyond 2^53.
        labels = inside if inside.dtype.kind in "iu" else np.rint(np.nan_to_num(inside)).astype(int)
        names = {int(label): f"Label {label}" for label in np.unique(labels) if label != OUTSIDE}
        return labels, {OUTSIDE: "No label", **names}
    inside = np.nan_to_num(inside.astype(np.float64))
    half = inside.max(initial=0.0) / 2
    labels = (inside > half).astype(int)
    return labels, {OUTSIDE: f"{name} to {half:.3g}", 1: f"{name} above {half:.3g}"}
