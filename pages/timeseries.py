"""What happens in a voxel over time? Slices of a run, and the time course under the cursor."""

import streamlit as st

from lib import (
    chosen_image,
    chosen_run,
    chosen_tr,
    controls,
    cursor,
    frame,
    planes,
    series_controls,
    series_extras,
    series_feed,
    series_parts,
    series_tabs,
)

frame.guard()
image = chosen_image.require_image()
image_id = st.session_state["image"]
chosen_run.require_4d(image)
cursor.require_cursor(image)
store = chosen_run.store_or_progress(image)
tr = chosen_tr.require_tr(image).seconds
confounds = series_extras.read_paired_confounds(image_id, image)

with st.sidebar:
    part = series_controls.choose_part(image, store)
    look = controls.choose_look(image, part)
    with st.expander("Time course", expanded=True):
        steps = series_controls.choose_steps(image, store, tr, series_extras.confound_names(confounds))
        has_raw = st.toggle("Raw series behind", key="raw", bind="query-params")
        events, events_frame = series_extras.choose_events(image_id)
        regressors = series_extras.choose_regressors(events_frame, image, tr)
        below = series_extras.choose_confound_traces(confounds)
    is_radiological = controls.choose_convention()
    overlay = controls.choose_overlay(image)

parts = planes.prepare_planes(look, overlay, is_radiological=is_radiological, link={"image": image_id})
read = series_feed.series_reader(image, store)
feed = series_parts.publish_series(image, read, steps, tr, confounds) if series_feed.can_read(image, store) else None
series = series_parts.draw_series_fit(
    image,
    steps,
    tr,
    has_raw=has_raw,
    others=series_extras.held_series(image, store, steps, tr, confounds),
    regressors=regressors,
    events=events if tr else (),
    confounds=below,
)


@frame.fragment
def show_view():
    """Show the slices, the readout and the time course; a move of the cursor reruns this and nothing else."""
    planes.show_planes(parts)
    with st.container(key="readout"):
        st.text(planes.readout_text(image, overlay.image if overlay else None, tr=tr, part=part))
    if feed:
        series_parts.show_series(image, series, feed, tr)
        series_tabs.show_words(image, read, steps, tr, regressors, confounds)


show_view()
chosen_tr.offer_tr(image)
controls.offer_places(image)
series_extras.offer_holding(image, store)
series_tabs.show_tabs(image, image_id, store, read, steps, tr, confounds)
