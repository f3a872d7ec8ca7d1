"""Is this run any good? Numbers, traces over the carpet, and maps, all at one cursor."""

import streamlit as st

from lib.quality.traces import list_rows
from lib.session import frame, pages, preamble, tr_choice
from lib.views import look_controls, place_controls, planes, save_map
from lib.views.quality import all_runs, motion, report, traces
from lib.views.quality.maps import choose_map, is_over_time, map_words, show_distribution
from lib.views.quality.measuring import choose_mask, ghost_axis, mask_key, measured_or_progress
from lib.views.quality.verdict import show_meanings, show_verdict, show_words, verdict_numbers
from lib.views.readout import Readout

opened = preamble.open_page("quality")
image, image_id, pairs, tr, store = opened.image, opened.image_id, opened.pairs, opened.tr, opened.store

with st.sidebar:
    mask_image = choose_mask(image, pairs)
    regions = traces.choose_regions()

axis = ghost_axis(image_id)
measured = measured_or_progress(image, store, mask_image, axis)
verdict = st.container()
moved = motion.choose_motion(image, pairs)
displacement = moved.displacement if moved else None
tools = st.container(horizontal=True, vertical_alignment="center", key="scrubbing")
with tools:
    left_out = motion.offer_scrubbing(image, moved, tr.seconds)
    carpet_look = traces.choose_carpet(is_centred=bool(measured and measured.quality.level.is_centred))
if measured:
    with verdict:
        numbers = verdict_numbers(measured, displacement)
        show_verdict(numbers)
        show_words(measured)
        show_meanings()

carpet = traces.make_carpet(image, measured, mask_image, regions, carpet_look)
rows = list_rows(measured.quality if measured else None, moved.confounds.frame if moved else None, displacement)
with tools:
    traces.explain_traces(rows)
chart = traces.prepare_traces(image, store, rows, carpet, carpet_look, tr.seconds, left_out)

with st.sidebar:
    shown = choose_map(image, store, measured.quality.level.problem if measured else "")
    stack = look_controls.choose_stack(shown, run_id=image_id if store else None)
readout = Readout(image, stack.maps, tr.seconds)
parts = planes.prepare_planes(stack, readout, link={"image": image_id}, n_volumes=image.n_volumes, share=0.42)


@frame.fragment
def show_view():
    """Show what moves the cursor or follows it; a move of the cursor reruns this and nothing else."""
    traces.show_traces(chart)
    st.caption(map_words(image, shown))
    planes.show_planes(parts, doctor_of=image_id)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(key="readout", width="content"):
            st.text(readout.text())
        save_map.offer_maps(stack)
        pages.link("timeseries", "This voxel's time course")


show_view()
if measured and is_over_time(shown):
    show_distribution(image, shown, measured, mask_key(mask_image), regions)
    report.offer_report(report.ReportContent(image_id, tr, measured, numbers, moved, mask_image, chart, stack.base))
tr_choice.offer_tr(image)
place_controls.offer_places(image)
st.subheader("All runs of the study")
all_runs.show_study(image_id, displacement)
