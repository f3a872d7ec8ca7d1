"""The tabs of the functional page: spectrum, neighbours, and the subject's runs side by side."""

import streamlit as st

from lib import cache, chosen_image, chosen_run, chosen_study, chosen_tr, series_extras
from lib.errors import InputError
from lib.frame import show_error
from lib.progress import show_progress
from lib.runs import RunStore
from lib.series_grid import show_neighbours
from lib.series_run import Prepared
from lib.series_spectrum import show_spectrum
from lib.series_tasks import TaskRun, show_tasks

MAX_TASKS = 6


def show_tabs(run: Prepared, image_id: str, store: RunStore | None) -> None:
    """Show the open tab; the others do no work."""
    names = ["Spectrum", "Neighbours", "Runs side by side"]
    spectrum, neighbours, tasks = st.tabs(names, key="panel", on_change="rerun", bind="query-params")
    if store is None:
        st.info("These views appear once the run has been read through.", icon=":material/hourglass_top:")
        return
    if spectrum.open:
        with spectrum:
            show_spectrum(run)
    if neighbours.open:
        with neighbours:
            show_neighbours(run, store)
    if tasks.open:
        with tasks:
            _show_tasks(run, image_id)


def _show_tasks(run: Prepared, image_id: str) -> None:
    """Show the runs of the chosen run's subject at the cursor, each read through when it is first asked for."""
    ids = chosen_study.runs_beside(image_id)
    if len(ids) < 2:
        st.info("There is no other run of this subject here. Open a study with several runs, such as the sample.")
        return
    if len(ids) > MAX_TASKS:
        st.caption(f"The first {MAX_TASKS} of {len(ids)} runs.")
    others = [_open_task(other_id) for other_id in ids[:MAX_TASKS]]
    ready = [other for other in others if other is not None]
    if ready:
        show_tasks(run, ready)


def _open_task(image_id: str) -> TaskRun | None:
    """Return a run that has been read through; show what keeps another from being one."""
    try:
        image = chosen_image.open_by_id(image_id)
        chosen_run.require_4d(image)
        _, events = series_extras.read_events(chosen_study.pairs_of(image_id))
    except InputError as error:
        show_error(error)
        return None
    job = chosen_run.start_reading(image)
    if job is not None:
        show_progress(job, key=f"task-{image_id}")
        return None
    tr = chosen_tr.require_tr(image, image_id).seconds
    return TaskRun(image_id.rpartition("/")[2], image, cache.run_store(image), tr, events if tr else ())
