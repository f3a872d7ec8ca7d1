"""What did one voxel do over time? Its course read, and processed by the steps."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.denoising.processing import apply_steps
from lib.denoising.steps import Steps, require_steps
from lib.errors import InputError
from lib.images.image import Image
from lib.runs import RunStore, can_read_series_slow, read_series, read_series_slow
from lib.spaces.coordinates import is_inside, nearest_voxel

SeriesReader = Callable[[tuple[int, int, int]], np.ndarray]


@dataclass(frozen=True, eq=False)
class Course:
    """One voxel's time course.

    Attributes
    ----------
    ijk : tuple of 3 int
    raw : (T,) array, image units
    times : (T - drop,) array, seconds or volumes
    processed : (T - drop,) array, in the units of the steps
    """

    ijk: tuple[int, int, int]
    raw: np.ndarray
    times: np.ndarray
    processed: np.ndarray


def series_reader(image: Image, store: RunStore | None) -> SeriesReader:
    """Return how a voxel's time course is read: from the store, or slowly from an uncompressed file."""
    return (lambda ijk: read_series(store, ijk)) if store is not None else (lambda ijk: read_series_slow(image, ijk))


def can_read(image: Image, store: RunStore | None) -> bool:
    """Return whether time courses can be read already."""
    return store is not None or can_read_series_slow(image)


def read_course(image: Image, read: SeriesReader, steps: Steps, tr: float | None, xyz, confounds=None) -> Course | None:
    """Return the processed time course of the voxel that contains a world point; None outside the grid."""
    ijk = nearest_voxel(image.affine, xyz)
    if not is_inside(image.shape, ijk):
        return None
    raw = read(ijk)
    processed, times = apply_steps(raw, steps, tr, confounds)
    return Course(ijk, raw, times, processed)


def can_take(steps: Steps, n_volumes: int, tr: float | None) -> bool:
    """Return whether a run of this length and TR allows the steps."""
    try:
        require_steps(steps, n_volumes, tr)
    except InputError:
        return False
    return True


def level_steps(steps: Steps) -> Steps:
    """Return the steps without what changes a spectrum's shape: what stays is volumes dropped and the units."""
    return Steps(drop=steps.drop, units=steps.units)
