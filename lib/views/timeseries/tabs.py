"""The tabs of the functional page: spectrum, neighbours, and the subject's runs side by side."""

import streamlit as st

from lib.cache.images import store_of
from lib.errors import InputError
from lib.session import image_choice, run_reading, study_files, tr_choice
from lib.session.frame import show_error
from lib.session.progress import show_progress
from lib.timecourses.course import SteppedRun
from lib.views.timeseries import events_and_confounds
from lib.views.timeseries.neighbours import show_neighbours
from lib.views.timeseries.side_by_side import RunBeside, show_runs
from lib.views.timeseries.spectrum import show_spectrum

MAX_RUNS = 6


def show_tabs(run: SteppedRun, image_id: str, *, is_radiological: bool) -> None:
    """Show the open tab; the others do no work."""
    names = ["Spectrum", "Neighbours", "Runs side by side"]
    spectrum, neighbours, runs = st.tabs(names, key="panel", on_change="rerun", bind="query-params")
    if run.store is None:
        if run_reading.is_refused(run.image):
            st.info("These views need the whole run, which could not be read through.")
        else:
            st.info("These views appear once the run has been read through.", icon=":material/hourglass_top:")
        return
    if spectrum.open:
        with spectrum:
            show_spectrum(run)
    if neighbours.open:
        with neighbours:
            show_neighbours(run, is_radiological=is_radiological)
    if runs.open:
        with runs:
            _show_runs(run, image_id)


def _show_runs(run: SteppedRun, image_id: str) -> None:
    """Show the runs of the chosen run's subject at the cursor, each read through when it is first asked for."""
    ids = study_files.runs_beside(image_id)
    if len(ids) < 2:
        st.info("There is no other run of this subject here. Open a study with several runs, such as the sample.")
        return
    if len(ids) > MAX_RUNS:
        st.caption(f"The first {MAX_RUNS} of {len(ids)} runs.")
    others = [_open_run(other_id) for other_id in ids[:MAX_RUNS]]
    ready = [other for other in others if other is not None]
    if ready:
        show_runs(run, ready)


def _open_run(image_id: str) -> RunBeside | None:
    """Return a run that has been read through; show what keeps another from being one."""
    try:
        image = image_choice.open_by_id(image_id)
        run_reading.require_4d(image)
        _, events = events_and_confounds.read_events(study_files.pairs_of(image_id))
    except InputError as error:
        show_error(error)
        return None
    job = run_reading.start_reading(image)
    if job is not None:
        show_progress(job, key=f"task-{image_id}")
        return None
    tr = tr_choice.require_tr(image, image_id).seconds
    return RunBeside(image_id.rpartition("/")[2], image, store_of(image), tr, events if tr else ())
