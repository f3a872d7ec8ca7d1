"""A run: a 4-D image, read through in the background while the page is used."""

import streamlit as st

from lib.cache.images import store_of, volume_of
from lib.cache.jobs import server_jobs
from lib.cache.readings import read_through, reading_key
from lib.errors import InputError
from lib.images.file_problems import DamagedFile
from lib.images.image import Image
from lib.jobs import Job
from lib.runs import RunStore, can_read_series_slow
from lib.session.frame import NOTHING_SHOWN, PART_SHOWN, show_error
from lib.session.progress import rerun_at_end, show_progress

# The page and image that a session is at, and the readings that it has seen begin or go on there.
VISIT, SEEN = "visit", "readings_seen"


def begin_visit(page: str, image_id: str) -> None:
    """Forget how readings ended when a session comes to a page or an image, so that they are tried again there."""
    if st.session_state.get(VISIT) != (page, image_id):
        st.session_state[VISIT] = (page, image_id)
        st.session_state[SEEN] = {}


def require_4d(image: Image) -> None:
    """Raise `InputError` where the image is no run."""
    if not image.is_4d:
        raise InputError(f"{image.name} has 3 dimensions, but a time series needs 4. Choose a BOLD run.")


def start_reading(image: Image) -> Job | None:
    """Start reading a run through unless that was done; return the job, or None where the store is ready.

    One that failed is started anew by whoever comes later: there may be room on the disk by then. A file that is
    damaged stays so for as long as it is the same one.
    """
    if store_of(image) is not None:
        return None
    seen = st.session_state.setdefault(SEEN, {})
    known = server_jobs().find(reading_key(image))
    is_over = known is not None and known.is_finished
    may_go_on = is_over and known is not seen.get(image.key) and not isinstance(known.error, DamagedFile)
    if known is None or may_go_on or (is_over and known.error is None):
        known = read_through(image)
    seen[image.key] = known
    return known


def is_refused(image: Image) -> bool:
    """Return whether a run could not be read through, so that nothing may be promised of it."""
    known = server_jobs().find(reading_key(image))
    return known is not None and isinstance(known.error, InputError) and store_of(image) is None


def store_or_progress(image: Image) -> RunStore | None:
    """Return the run's store; where it is not ready, show how far it is, and return None."""
    # A place of its own, so that what stands below is not torn down and built anew when the bar comes or goes.
    place = st.container()
    job = start_reading(image)
    if job is None:
        return store_of(image)
    with place:
        show_progress(job, key="run", title=_heading(image, job))
        if job.error is not None:
            again = {"key": "read-again", "on_click": server_jobs().forget, "args": (reading_key(image),)}
            st.button("Read it through again", **again)
    return None


def look_for_damage(image: Image) -> None:
    """Read a packed run through behind a page that needs one volume of it, and say there if it is damaged.

    Its first volume may be whole, and a packed file shows its damage only to one who unpacks all of it.
    """
    place = st.container()
    if not image.is_4d or can_read_series_slow(image):
        return
    job = start_reading(image)
    with place:
        if job is not None and not job.is_finished:
            rerun_at_end(job, 1.0)
        elif job is not None and isinstance(job.error, DamagedFile):
            show_error(job.error, _heading(image, job))


def _heading(image: Image, job: Job) -> str:
    """Return what stands over the reason why a run could not be read through: its first volumes may be whole."""
    if not isinstance(job.error, InputError):
        return NOTHING_SHOWN
    try:
        volume_of(image)
    except InputError:
        return NOTHING_SHOWN
    return PART_SHOWN
