"""What happens in a voxel over time? Slices of a run, and the time course under the cursor."""

import streamlit as st

from lib import (
    chosen_image,
    chosen_run,
    chosen_study,
    chosen_tr,
    controls,
    cursor,
    frame,
    planes,
    series_anatomy,
    series_controls,
    series_extras,
    series_feed,
    series_holding,
    series_parts,
    series_tabs,
)
from lib.figures_series import Beside
from lib.series_run import Prepared

frame.guard()
image = chosen_image.require_image()
image_id = st.session_state["image"]
chosen_run.require_run(image, image_id)
cursor.require_cursor(image)
pairs = chosen_study.pairs_of(image_id)
store = chosen_run.store_or_progress(image)
tr = chosen_tr.require_tr(image).seconds
confounds = series_extras.read_paired_confounds(pairs, image)

with st.sidebar:
    shown = series_controls.choose_shown(image, store)
    anatomy = series_anatomy.choose_anatomy(pairs)
    with st.expander("Time course", expanded=True):
        steps = series_controls.choose_steps(image, store, tr, series_extras.confound_names(confounds))
        has_raw = st.toggle("Raw values behind", key="raw", bind="query-params")
    if pairs.events or confounds is not None:
        with st.expander("Events and confounds", expanded=True):
            happened = series_extras.choose_events(pairs, image, tr)
            below = series_extras.choose_confound_traces(confounds)
    else:
        happened, below = series_extras.Happened(), []
    with st.expander("Picture"):
        look = controls.choose_look(image, shown.part)
        is_radiological = controls.choose_convention()
        overlay = controls.choose_overlay(image)

held = series_holding.held_series(image, store, steps, tr, confounds)
beside = Beside(held, happened.regressors, happened.events, below, happened.conditions)
parts = planes.prepare_planes(
    look,
    overlay,
    is_radiological=is_radiological,
    link={"image": image_id, **series_holding.held_link()},
    bar_title=shown.bar_title,
    is_square=True,
)
anatomy_parts = series_anatomy.prepare_anatomy(anatomy, is_radiological=is_radiological) if anatomy else None
read = series_feed.series_reader(image, store)
run = Prepared(image, read, steps, tr, confounds, is_radiological, list(cursor.point()))
can_read = series_feed.can_read(image, store)
feed = series_parts.publish_series(run, has_raw=has_raw) if can_read else None
fits = series_parts.draw_fits(run, beside, has_raw=has_raw)


@frame.fragment
def show_view():
    """Show the slices, the readout and the time course; a move of the cursor reruns this and nothing else."""
    run.place[:] = cursor.point()
    if anatomy_parts:
        left, right = st.columns(2)
        with left:
            planes.show_planes(parts)
        with right:
            series_anatomy.show_anatomy(anatomy_parts, image)
    else:
        planes.show_planes(parts)
    with st.container(key="readout"):
        st.text(planes.readout_text(image, overlay.image if overlay else None, tr=tr, part=shown.part))
    if feed:
        series_parts.show_series(run, fits, feed)
        series_parts.show_words(run, beside)
    else:
        series_parts.show_waiting(image)


show_view()
chosen_tr.offer_tr(image)
series_holding.offer_holding(image, store)
controls.offer_places(image)
series_tabs.show_tabs(run, image_id, store)
