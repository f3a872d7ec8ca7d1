"""Where is a run looked at first? Found once a run, behind the page, and kept for all who open it."""

from contextlib import suppress

import numpy as np

from lib.cache.jobs import server_jobs
from lib.confounds.steady_state import count_non_steady
from lib.disk.opening import File
from lib.errors import InputError
from lib.glm.events import read_events
from lib.images.brain_mask import compute_mask
from lib.images.image import Image
from lib.jobs import Job
from lib.runs import RunStore, read_map
from lib.timecourses.first_place import FEWEST_VOXELS, FirstPlace, follow_events, steady_grey


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
    return server_jobs().start(key, f"Finding a place to begin in {image.name}", lambda _: _find(store, tr, events))


def _find(store: RunStore, tr: float | None, events: File | None) -> FirstPlace | None:
    if np.count_nonzero(store.mask) < FEWEST_VOXELS:
        return None
    # Each may fail for a reason that the page tells where it matters; there is a centre to begin at.
    with suppress(InputError):
        mask = compute_mask(np.asarray(read_map(store, "mean")), store.image.affine).mask
        if tr and events is not None:
            with suppress(InputError):
                found = follow_events(store, mask, read_events(events), tr, count_non_steady(store.global_signal))
                if found is not None:
                    return found
        return steady_grey(store, mask)
    return None
