"""Where is a run looked at first? Found once a run, behind the page, and kept with its store."""

import hashlib
import math
from contextlib import suppress
from dataclasses import asdict

import numpy as np

from lib.cache.jobs import server_jobs
from lib.confounds.steady_state import count_non_steady
from lib.disk.opening import File
from lib.errors import InputError
from lib.glm.events import read_events
from lib.images.brain_mask import compute_mask
from lib.images.image import Image
from lib.jobs import Job
from lib.runs import RunStore, StoreDamaged, read_map
from lib.runs.notes import keep_note, read_note
from lib.timecourses.first_place import FEWEST_VOXELS, FirstPlace, follow_events, steady_grey

NOTE = "first-place"
# Of a grid that is masked as it is: 96 x 96 x 60.
MOST_VOXELS = 600_000
# To be raised when places are found in another way.
VERSION = 1


def start_finding(image: Image, store: RunStore, tr: float | None, events: File | None) -> Job:
    """Find where a run is looked at first, unless that was done; the job's result is a `FirstPlace` or None.

    Parameters
    ----------
    tr : s, or None where it is not known: events can then not be placed among the volumes.
    events : the run's table of them.
    """
    state = None if events is None or not events.is_file() else (str(events), events.stat().st_mtime_ns)
    key = f"first place in {image.key} {store.identity} {tr} {state}"
    known = server_jobs().find(key)
    if known is not None:
        return known
    return server_jobs().start(key, f"Finding a place to begin in {image.name}", lambda _: _known(store, tr, events))


def _known(store: RunStore, tr: float | None, events: File | None) -> FirstPlace | None:
    of = f"{VERSION} {tr} {_contents(events)}"
    note = read_note(store, NOTE, of)
    if note is not None:
        return FirstPlace(**{**note, "ijk": tuple(note["ijk"])}) if note else None
    found = _find(store, tr, events)
    keep_note(store, NOTE, of, asdict(found) if found else {})
    return found


def _contents(events: File | None) -> str:
    with suppress(OSError, InputError):
        return hashlib.sha256(events.read_bytes()).hexdigest() if events is not None else ""
    return "unreadable"


def _find(store: RunStore, tr: float | None, events: File | None) -> FirstPlace | None:
    if np.count_nonzero(store.mask) < FEWEST_VOXELS:
        return None
    # Each may fail for a reason that the page tells where it matters; there is a centre to begin at. A store that turns
    # out to be damaged is made again, and then asked anew.
    try:
        mask = find_brain(np.asarray(read_map(store, "mean")), store.image.affine)
        return _by_events(store, mask, tr, events) or steady_grey(store, mask)
    except StoreDamaged:
        raise
    except InputError:
        return None


def find_brain(mean: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Return the brain mask of a run's mean, of a large grid from every n-th voxel, for the memory it takes.

    Parameters
    ----------
    mean : (I, J, K) array
    affine : (4, 4), voxels -> world mm.

    Returns
    -------
    (I, J, K) bool

    Raises
    ------
    InputError
        See `compute_mask`.
    """
    step = max(1, math.ceil((mean.size / MOST_VOXELS) ** (1 / 3)))
    found = compute_mask(mean[::step, ::step, ::step], affine @ np.diag([step, step, step, 1])).mask
    for axis, size in enumerate(mean.shape):
        found = np.repeat(found, step, axis).take(range(size), axis)
    return found


def _by_events(store: RunStore, mask: np.ndarray, tr: float | None, events: File | None) -> FirstPlace | None:
    if not tr or events is None:
        return None
    try:
        table = read_events(events)
    except InputError:
        return None
    return follow_events(store, mask, table, tr, count_non_steady(store.global_signal))
