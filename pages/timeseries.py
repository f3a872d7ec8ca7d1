"""What happens in a voxel over time? Slices of a run, and the time course under the cursor."""

import streamlit as st

from lib.figures.time_course import Beside
from lib.session import frame, preamble, tr_choice
from lib.timecourses.course import SteppedRun, can_read
from lib.views import look_controls, place_controls, planes, save_map, why_here
from lib.views.readout import Readout
from lib.views.timeseries import (
    anatomy_beside,
    degrees_of_freedom,
    events_and_confounds,
    holding,
    steps_controls,
    tabs,
    time_course,
)

opened = preamble.open_page("timeseries")
image, image_id, pairs, store = opened.image, opened.image_id, opened.pairs, opened.store
tr = opened.tr.seconds
confounds = events_and_confounds.read_paired_confounds(pairs, image)

with st.sidebar:
    shown = steps_controls.choose_shown(image, store)
    anatomy = anatomy_beside.choose_anatomy(pairs)
    with st.expander("Time course", expanded=True):
        steps = steps_controls.choose_steps(image, store, tr, events_and_confounds.confound_names(confounds))
        degrees_of_freedom.show_ledger(steps, image.n_volumes, tr, confounds)
        has_raw = steps_controls.choose_raw()
    if pairs.events or confounds is not None:
        with st.expander("Events and confounds", expanded=True):
            happened = events_and_confounds.choose_events(pairs, image, tr)
            below = events_and_confounds.choose_confound_traces(confounds)
    else:
        happened, below = events_and_confounds.Happened(), []
    with st.expander("Picture"):
        stack = look_controls.choose_stack(shown, run_id=image_id if store else None)

run = SteppedRun(image, store, steps, tr, confounds)
held = holding.held_series(run)
beside = Beside(held, happened.regressors, happened.events, below, happened.conditions)
readout = Readout(image, stack.maps, tr)
parts = planes.prepare_planes(
    stack,
    readout,
    link={"image": image_id, **holding.held_link()},
    has_bar=True,
    is_square=True,
    n_volumes=image.n_volumes,
    share=0.395,
)
anatomy_parts = anatomy_beside.prepare_anatomy(anatomy, stack) if anatomy else None
is_readable = can_read(image, store)
fits = time_course.draw_fits(run, beside, has_raw=has_raw)
feed = time_course.publish_series(run, fits, beside, has_raw=has_raw) if is_readable else None


@frame.fragment
def show_view():
    """Show the slices, the readout and the time course; a move of the cursor reruns this and nothing else."""
    if anatomy_parts:
        left, right = st.columns(2)
        with left:
            planes.show_planes(parts, doctor_of=image_id)
        with right:
            anatomy_beside.show_anatomy(anatomy_parts, anatomy, image)
    else:
        planes.show_planes(parts, doctor_of=image_id)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(key="readout", width="content"):
            st.text(readout.text())
        why_here.show_first_place(opened.first_place, image)
    if feed:
        time_course.show_series(run, fits, feed)
        time_course.show_words(run, beside)
    else:
        time_course.show_waiting(image)
    save_map.offer_maps(stack)


show_view()
tr_choice.offer_tr(image)
holding.offer_holding(image, store)
place_controls.offer_places(image)
tabs.show_tabs(run, image_id, is_radiological=stack.is_radiological)
