"""The chosen run: a 4-D image, read through in the background while the page is used."""

import streamlit as st

from lib.cache.images import store_of
from lib.cache.jobs import server_jobs
from lib.cache.uploads import keep_with_session
from lib.errors import InputError
from lib.images.image import Image
from lib.jobs import Job, JobCancelled
from lib.plain_text import escape_markdown
from lib.runs import RunCancelled, RunStore, cache_folder, prepare_run
from lib.session import study_files
from lib.session.progress import show_progress
from lib.studies.image_ids import SAMPLE

# What a newcomer opens: two kinds of blocks, and everything that goes with them.
SAMPLE_RUN = "sub-01/func/sub-01_task-game_bold.nii.gz"


def require_4d(image: Image) -> None:
    """Raise `InputError` where the image is no run."""
    if not image.is_4d:
        raise InputError(
            f"{image.name} has 3 dimensions, but a time series needs 4. Choose a BOLD run in the sidebar, "
            "or look at this image on the Anatomy page."
        )


def require_run(image: Image, image_id: str) -> None:
    """Let a run pass; of an image without time courses, say so, offer two ways out, and stop the page."""
    if image.is_4d:
        return
    st.info(
        f"{escape_markdown(image.name)} has one volume, but a time series needs a 4-D run. Open a run here, or look "
        "at this image on the Anatomy page.",
        icon=":material/show_chart:",
    )
    with st.container(horizontal=True, vertical_alignment="center", key="way-out"):
        run_id = run_beside(image_id)
        st.button(f"Open {run_id.rpartition('/')[2]}", on_click=_open, args=(run_id,), type="primary")
        st.page_link("pages/anatomy.py", label="Look at it on the Anatomy page", icon=":material/neurology:")
    st.stop()


def run_beside(image_id: str) -> str:
    """Return the id of a run to open in place of an image: of its subject, else of its study, else the sample's."""
    found = study_files.study_of(image_id)
    if found is not None:
        study, file = found
        runs = [run for run in study.of_kind("run") if run.problem is None]
        runs.sort(key=lambda run: (run.subject != file.subject, run.dataset != file.dataset))
        if runs:
            return f"{study_files.folder_of(image_id).name}/{runs[0].path}"
    return f"{SAMPLE}/{SAMPLE_RUN}"


def _open(image_id: str) -> None:
    st.session_state["image"] = image_id


def start_reading(image: Image) -> Job | None:
    """Start reading a run through unless that was done; return the job, or None where the store is ready."""
    if store_of(image) is not None:
        return None
    jobs = server_jobs()
    key = f"run {image.key}"
    known = jobs.find(key)
    if known is not None and (not known.is_finished or known.error is not None):
        return known
    keep_with_session(image)
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
        if job.is_finished:
            again = {"key": "read-again", "on_click": server_jobs().forget, "args": (f"run {image.key}",)}
            st.button("Read it through again", **again)
    return None


def _read(image: Image, job: Job) -> None:
    def progress(done: int, total: int) -> None:
        job.report(done, total, f"volume {done} of {total}")

    try:
        prepare_run(image, cache_folder(), progress, lambda: job.is_cancelled)
    except RunCancelled as error:
        raise JobCancelled from error
