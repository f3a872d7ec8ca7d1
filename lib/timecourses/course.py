"""What did one voxel do over time? Its course read, and processed by the steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lib.denoising.processing import apply_steps, why_no_value
from lib.denoising.steps import Steps, require_steps
from lib.errors import InputError
from lib.images.image import Image
from lib.runs import RunStore, can_read_series_slow, read_series, read_series_slow
from lib.spaces.coordinates import is_inside, nearest_voxel

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class SteppedRun:
    """A run and what is done to its time courses: all that a course depends on besides its voxel.

    Attributes
    ----------
    image : Image
    store : RunStore or None
        None while the run is being read through: an uncompressed file is then read directly, and slowly.
    steps : Steps
    tr : float or None, s
    confounds : frame or None
        One row a volume.
    """

    image: Image
    store: RunStore | None
    steps: Steps
    tr: float | None
    confounds: pd.DataFrame | None = None

    @property
    def key(self) -> tuple:
        """What tells it from others without a look at any number; the identities last as long as what they name.

        A store that is made again is another one: what was read from the one before may be asked for anew.
        """
        return self.image.key, id(self.store), self.steps, self.tr, id(self.confounds)

    @property
    def stem(self) -> str:
        """The run's name without its endings, for names of files."""
        return self.image.name.split(".")[0]


@dataclass(frozen=True, eq=False)
class Course:
    """One voxel's time course.

    Attributes
    ----------
    ijk : tuple of 3 int
    raw : (T,) array, image units
    times : (T - drop,) array, seconds or volumes
    processed : (T - drop,) array, in the units of the steps; NaN in gaps and where the steps leave a volume out
    n_missing : int
        How many of its volumes have no finite value in the file.
    problem : str
        Why `processed` has no value at all, as one sentence; empty where it has.
    """

    ijk: tuple[int, int, int]
    raw: np.ndarray
    times: np.ndarray
    processed: np.ndarray
    n_missing: int = 0
    problem: str = ""


def can_read(image: Image, store: RunStore | None) -> bool:
    """Return whether time courses can be read already."""
    return store is not None or can_read_series_slow(image)


def voxel_at(image: Image, xyz) -> tuple[int, int, int] | None:
    """Return the voxel that contains a world point; None outside the grid."""
    ijk = nearest_voxel(image.affine, xyz)
    return ijk if is_inside(image.shape, ijk) else None


def read_course(run: SteppedRun, ijk: tuple[int, int, int]) -> Course:
    """Return the processed time course of a voxel of the grid."""
    raw = read_series(run.store, ijk) if run.store is not None else read_series_slow(run.image, ijk)
    processed, times = apply_steps(raw, run.steps, run.tr, run.confounds)
    n_missing = int(np.count_nonzero(~np.isfinite(raw[run.steps.drop :])))
    problem = "" if np.isfinite(processed).any() else why_no_value(raw, run.steps, run.tr)
    return Course(ijk, raw, times, processed, n_missing, problem)


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
