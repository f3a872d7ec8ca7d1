"""The chosen run: a 4-D image, read through in the background while the page is used."""

import streamlit as st

from lib import cache
from lib.background import Job, JobCancelled
from lib.errors import InputError
from lib.images import Image
from lib.progress import show_progress
from lib.runs import RunCancelled, RunStore, cache_folder, prepare_run


def require_4d(image: Image) -> None:
    """Raise `InputError` where the image is no run."""
    if not image.is_4d:
        raise InputError(
            f"{image.name} has 3 dimensions, but a time series needs 4. Choose a BOLD run in the sidebar, "
            "or look at this image on the Anatomy page."
        )


def start_reading(image: Image) -> Job | None:
    """Start reading a run through unless that was done; return the job, or None where the store is ready."""
    if cache.run_store(image) is not None:
        return None
    jobs = cache.jobs()
    key = f"run {image.key}"
    known = jobs.find(key)
    if known is not None and (not known.is_finished or known.error is not None):
        return known
    cache.keep_with_session(image)
    return jobs.start(key, f"Reading {image.name} through", lambda job: _read(image, job))


def store_or_progress(image: Image) -> RunStore | None:
    """Return the run's store; where it is not ready, show how far it is, and return None."""
    job = start_reading(image)
    if job is None:
        return cache.run_store(image)
    show_progress(job, key="run")
    if job.is_finished:
        st.button("Read it through again", key="read-again", on_click=cache.jobs().forget, args=(f"run {image.key}",))
    return None


def _read(image: Image, job: Job) -> None:
    def progress(done: int, total: int) -> None:
        job.report(done, total, f"volume {done} of {total}")

    try:
        prepare_run(image, cache_folder(), progress, lambda: job.is_cancelled)
    except RunCancelled as error:
        raise JobCancelled from error
