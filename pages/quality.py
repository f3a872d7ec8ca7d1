"""Is this run any good? Numbers, traces over the carpet, and maps, all at one cursor."""

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
    quality_parts,
    quality_parts_chart,
    quality_parts_motion,
    quality_parts_report,
    quality_parts_study,
)
from lib.quality_traces import list_rows

frame.guard()
image = chosen_image.require_image()
image_id = st.session_state["image"]
chosen_run.require_4d(image)
cursor.require_cursor(image)
pairs = chosen_study.pairs_of(image_id)
tr = chosen_tr.require_tr(image)
store = chosen_run.store_or_progress(image)

with st.sidebar:
    mask_image = quality_parts.choose_mask(image, pairs)
    regions = quality_parts_chart.choose_regions()

axis = quality_parts.ghost_axis(image_id)
measured = quality_parts.measured_or_progress(image, store, mask_image, axis)
verdict = st.container()
motion = quality_parts_motion.choose_motion(image, pairs)
displacement = motion.displacement if motion else None
tools = st.container(horizontal=True, vertical_alignment="center", key="scrubbing")
with tools:
    left_out = quality_parts_motion.offer_scrubbing(image, motion, tr.seconds)
    carpet_look = quality_parts_chart.choose_carpet()
if measured:
    with verdict:
        numbers = quality_parts.verdict_numbers(measured, displacement)
        quality_parts.show_verdict(numbers)
        quality_parts.show_words(measured)

carpet = quality_parts_chart.make_carpet(image, measured, mask_image, regions, carpet_look)
rows = list_rows(measured.quality if measured else None, motion.confounds.frame if motion else None, displacement)
with tools:
    quality_parts_chart.explain_traces(rows)
chart = quality_parts_chart.prepare_traces(image, store, rows, carpet, carpet_look, tr.seconds, left_out)

with st.sidebar:
    map_name = quality_parts.choose_map(store)
    look = controls.choose_look(image, quality_parts.map_part(map_name))
    is_radiological = controls.choose_convention()
parts = planes.prepare_planes(look, None, is_radiological=is_radiological, link={"image": image_id})


@frame.fragment
def show_view():
    """Show what moves the cursor or follows it; a move of the cursor reruns this and nothing else."""
    quality_parts_chart.show_traces(chart)
    st.caption(quality_parts.map_words(map_name))
    planes.show_planes(parts)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(key="readout", width="content"):
            st.text(planes.readout_text(image, tr=tr.seconds, part=look.part))
        st.page_link("pages/timeseries.py", label="This voxel's time course", icon=":material/show_chart:")


show_view()
if measured and map_name:
    quality_parts.show_distribution(image, map_name, measured, quality_parts.mask_key(mask_image), regions)
    quality_parts_report.offer_report(
        image, image_id, measured, numbers, chart, rows, motion, mask_image, look, map_name, tr
    )
chosen_tr.offer_tr(image)
controls.offer_places(image)
st.subheader("All runs of the study")
quality_parts_study.show_study(image_id, displacement)
