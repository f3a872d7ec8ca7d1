"""Which voxels of a very large volume are drawn: every n-th along each axis, so that a browser can slice them.

Only pictures are thinned. Every number that a person reads comes from the volume itself.
"""

import math
from dataclasses import replace

import numpy as np

from lib.images.maps import Map
from lib.images.volumes import Volume
from lib.spaces.grids import Grid

# 512 x 512 x 512. Making, sending and slicing the codes of so many voxels takes some seconds; of four times as many,
# half a minute and 2 GB.
MAX_PICTURE_VOXELS = 1 << 27


def thinning_step(shape: tuple[int, int, int]) -> int:
    """Return every how many-th voxel of a grid is drawn along each axis: 1 unless there are too many."""
    step = 1
    while math.prod(_thinned(shape, step)) > MAX_PICTURE_VOXELS:
        step += 1
    return step


def thin_map(shown: Map) -> Map:
    """Return a map as its pictures show it: itself unless it has more voxels than can be drawn."""
    step = thinning_step(shown.shape)
    if step == 1:
        return shown
    return replace(
        shown,
        key=f"{shown.key} every {step}",
        numbers=f"{shown.numbers} every {step}",
        grid=Grid(_thinned(shown.shape, step), shown.affine @ np.diag([step, step, step, 1.0])),
        read=lambda t: _thin_volume(shown.volume(t), step),
    )


def thinning_words(shown: Map) -> str:
    """Say how the pictures of a map are thinned, with both numbers; empty where they are not."""
    step = thinning_step(shown.shape)
    if step == 1:
        return ""
    ordinal = {2: "2nd", 3: "3rd"}.get(step, f"{step}th")
    return (
        f"{shown.title} has {math.prod(shown.shape):,} voxels a volume, more than the {MAX_PICTURE_VOXELS:,} that are "
        f"drawn: the slices show every {ordinal} voxel along each axis. The readout gives the value of each."
    )


def _thinned(shape: tuple[int, int, int], step: int) -> tuple[int, int, int]:
    return tuple(-(-n // step) for n in shape)


def _thin_volume(volume: Volume, step: int) -> Volume:
    return replace(volume, stored=volume.stored[::step, ::step, ::step])
