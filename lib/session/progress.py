"""How long work is shown: a bar with what is done, a button to leave it, and a rerun at its end."""

import streamlit as st

from lib.errors import InputError
from lib.jobs import Job, JobCancelled
from lib.plain_text import escape_markdown
from lib.session.frame import NOTHING_SHOWN, show_error


def show_progress(job: Job, *, key: str, title: str = NOTHING_SHOWN) -> None:
    """Show a job until it ends, then rerun the page; show why a finished one failed, under the heading given.

    The page stays usable meanwhile: only this bar is redrawn. Who asks has found the job running, so one that has
    succeeded since then reruns the page at once.
    """
    if job.error is not None:
        show_end(job, title)
    else:
        _show_running(job, key)


def show_end(job: Job, title: str = NOTHING_SHOWN) -> None:
    """Say how a finished job failed; nothing where it succeeded. Errors that are not a visitor's are raised."""
    error = job.error
    if isinstance(error, JobCancelled):
        st.info(f"{escape_markdown(job.title)} was cancelled.", icon=":material/cancel:")
    elif isinstance(error, InputError):
        show_error(error, title)
    elif error is not None:
        raise error


def rerun_at_end(job: Job, every: float) -> None:
    """Show the page again once a job has ended, which is looked for each so many seconds; nothing is shown of it."""

    @st.fragment(run_every=every)
    def look() -> None:
        if job.is_finished:
            st.rerun()

    look()


@st.fragment(run_every=0.25)
def _show_running(job: Job, key: str) -> None:
    if job.is_finished:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key=f"progress-{key}"):
        st.progress(job.share, text=escape_markdown(f"{job.title}: {job.note}" if job.note else job.title))
        st.button("Cancel", key=f"cancel-{key}", on_click=job.cancel)
