"""What is measured of a run, in which mask, and how far that is."""

import streamlit as st

from lib.cache.jobs import server_jobs
from lib.errors import InputError
from lib.images.image import Image
from lib.jobs import Job
from lib.plain_text import escape_markdown
from lib.quality.ghost import phase_encoding_axis
from lib.quality.run_measuring import MeasuredRun, measure_run
from lib.runs import RunStore, StoreDamaged
from lib.session import image_choice, study_files
from lib.session.progress import show_progress
from lib.session.study_files import PairedFiles
from lib.studies import read_sidecar

COMPUTED = "computed from this run"
# Most runs are measured sooner than a progress bar would be read.
PATIENCE_SECONDS = 0.5


def choose_mask(image: Image, pairs: PairedFiles) -> Image | None:
    """Choose whose brain mask the numbers are taken in; None: computed from the run.

    A mask that a session's link names for its first run stays chosen, though it is none of that run's.
    """
    uploaded = [f"upload/{name}" for name in image_choice.uploads() if f"upload/{name}" != st.session_state["image"]]
    options = [*(file.id for file in pairs.masks), COMPUTED, *uploaded]
    linked_for, linked = st.session_state.setdefault("mask_linked", (image.key, image_choice.linked_id("mask")))
    if linked is not None and linked_for == image.key and linked not in options:
        options.append(linked)
        st.session_state.setdefault("mask", linked)
    if st.session_state.get("mask") not in options:
        st.session_state["mask"] = options[0]
    chosen = st.selectbox(
        "Brain mask",
        options,
        key="mask",
        bind="query-params",
        help="The study's own mask of this run where it has one, else one that nilearn's compute_epi_mask finds.",
    )
    if chosen == COMPUTED:
        return None
    try:
        return image_choice.open_by_id(chosen)
    except InputError as error:
        st.warning(escape_markdown(f"This brain mask is not used; one is computed from the run. {error}"))
        return None


def ghost_axis(image_id: str | None) -> int | None:
    """Return the array axis of phase encoding where a sidecar of the study states it."""
    found = study_files.study_of(image_id)
    stated = read_sidecar(*found).values.get("PhaseEncodingDirection") if found else None
    return phase_encoding_axis(str(stated.value)) if stated else None


def mask_key(mask_image: Image | None) -> str:
    """Return what identifies a mask among those of a run."""
    return mask_image.key if mask_image is not None else COMPUTED


def start_measuring(image: Image, store: RunStore, mask_image: Image | None, axis: int | None) -> Job:
    """Start measuring a run unless that was done; anew where its store was damaged then."""
    jobs, key = server_jobs(), _job_key(image, mask_image, axis)
    known = jobs.find(key)
    if known is not None and not isinstance(known.error, StoreDamaged):
        return known

    def work(job: Job) -> MeasuredRun:
        return measure_run(image, store=store, mask_image=mask_image, ghost_axis=axis, report=job.report)

    return jobs.start(key, f"Measuring {image.name}", work)


def measured_or_progress(
    image: Image, store: RunStore | None, mask_image: Image | None, axis: int | None
) -> MeasuredRun | None:
    """Return what was measured of a run; where that is not ready, show how far it is, and return None."""
    if store is None:
        return None
    job = start_measuring(image, store, mask_image, axis)
    job.wait(PATIENCE_SECONDS)
    if job.is_finished and (job.error is None or isinstance(job.error, StoreDamaged)):
        return job.result()
    show_progress(job, key="quality")
    if job.error is not None:
        st.button(
            "Measure again", key="measure-again", on_click=server_jobs().forget,
            args=(_job_key(image, mask_image, axis),),
        )  # fmt: skip
    return None


def _job_key(image: Image, mask_image: Image | None, axis: int | None) -> str:
    return f"quality {image.key} | {mask_key(mask_image)} | {axis}"
