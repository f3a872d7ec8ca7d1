"""Have an image of the sample study built when somebody first opens it."""

from pathlib import Path

import streamlit as st

from lib.cache.jobs import server_jobs
from lib.jobs import Job
from lib.session.frame import stop_page
from lib.session.progress import show_end, show_progress
from lib.studies.sample_study import build_sample_image, sample_path

# Small images are built sooner than a progress bar would appear.
PATIENCE_SECONDS = 0.8


def require_built(relative_path: str) -> Path:
    """Return the path of a sample image; while it is being built, show how far it is and stop the page.

    Raises
    ------
    InputError
        The sample study has no such image.
    """
    path = sample_path(relative_path)
    if path.is_file():
        return path
    job = start_building(relative_path)
    if not job.wait(PATIENCE_SECONDS):
        st.info("This image is simulated on its first opening: a few seconds, once.", icon=":material/experiment:")
        show_progress(job, key=f"sample-{relative_path}")
    elif path.is_file():
        return path
    else:
        show_end(job)
        st.button("Simulate it now", key=f"simulate-{relative_path}", on_click=_forget, args=(relative_path,))
    stop_page()


def start_building(relative_path: str) -> Job:
    """Start to build a sample image, unless that goes on already or has just ended badly."""
    job = server_jobs().find(_job_key(relative_path))
    if job is not None and job.error is not None:
        return job

    title = f"Simulating {Path(relative_path).name}"

    def work(job: Job) -> Path:
        def report(fraction: float, note: str) -> None:
            job.report(fraction, 1.0, note.removeprefix(f"{title}: "))

        return build_sample_image(relative_path, report)

    return server_jobs().start(_job_key(relative_path), title, work)


def _forget(relative_path: str) -> None:
    server_jobs().forget(_job_key(relative_path))


def _job_key(relative_path: str) -> str:
    return f"sample {sample_path(relative_path)}"
