"""A run: a 4-D image, read through in the background while the page is used."""

import streamlit as st

from lib.cache.images import store_of
from lib.cache.jobs import server_jobs
from lib.cache.uploads import end_with_session
from lib.errors import InputError
from lib.images.image import Image
from lib.jobs import Job, JobCancelled
from lib.runs import RunCancelled, RunStore, prepare_run, store_folder
from lib.session.progress import show_progress


def require_4d(image: Image) -> None:
    """Raise `InputError` where the image is no run."""
    if not image.is_4d:
        raise InputError(f"{image.name} has 3 dimensions, but a time series needs 4. Choose a BOLD run.")


def start_reading(image: Image) -> Job | None:
    """Start reading a run through unless that was done; return the job, or None where the store is ready."""
    if store_of(image) is not None:
        return None
    jobs = server_jobs()
    key = f"run {image.key}"
    known = jobs.find(key)
    if known is not None and (not known.is_finished or known.error is not None):
        return known
    end_with_session(image, key)
    return jobs.start(key, f"Reading {image.name} through", lambda job: _read(image, job))


def store_or_progress(image: Image) -> RunStore | None:
    """Return the run's store; where it is not ready, show how far it is, and return None."""
    # A place of its own, so that what stands below is not torn down and built anew when the bar comes or goes.
    place = st.container()
    job = start_reading(image)
    if job is None:
        return store_of(image)
    with place:
        show_progress(job, key="run")
        if job.error is not None:
            again = {"key": "read-again", "on_click": server_jobs().forget, "args": (f"run {image.key}",)}
            st.button("Read it through again", **again)
    return None


def _read(image: Image, job: Job) -> None:
    def progress(done: int, total: int) -> None:
        job.report(done, total, f"volume {done} of {total}")

    try:
        prepare_run(image, store_folder(image.path), progress, lambda: job.is_cancelled)
    except RunCancelled as error:
        raise JobCancelled from error
