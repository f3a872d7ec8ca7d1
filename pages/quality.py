"""Is this run any good? A verdict, the numbers behind it, and traces over the carpet beside maps, all at one cursor."""

from dataclasses import replace

import streamlit as st

from lib.quality.judging import judge_run
from lib.quality.tiles import list_tiles, place_among
from lib.quality.traces import list_rows
from lib.session import frame, pages, preamble, tr_choice
from lib.views import look_controls, place_controls, planes, save_map, why_here
from lib.views.quality import all_runs, motion, report, tabs, traces
from lib.views.quality.maps import choose_map, map_words
from lib.views.quality.measuring import choose_mask, ghost_axis, measured_or_progress
from lib.views.quality.verdict import (
    explain_traces,
    show_problem,
    show_tiles,
    show_verdict,
    show_words,
    verdict_numbers,
)
from lib.views.readout import Readout

opened = preamble.open_page("quality")
image, image_id, pairs, tr, store = opened.image, opened.image_id, opened.pairs, opened.tr, opened.store

with st.sidebar:
    map_place = st.container()
    mask_image = choose_mask(image, pairs)
    regions = traces.choose_regions()

measured = measured_or_progress(image, store, mask_image, ghost_axis(image_id))
problem = measured.quality.level.problem if measured else ""
face, doubts = st.container(key="verdict"), st.container()
with st.sidebar:
    moved, left_out = motion.show_controls(image, pairs, tr.seconds, doubts)
    carpet_look = traces.choose_carpet(is_centred=bool(measured and measured.quality.level.is_centred))
displacement = moved.displacement if moved else None

carpet = traces.make_carpet(image, measured, mask_image, regions, carpet_look)
rows = list_rows(measured.quality if measured else None, moved.confounds.frame if moved else None, displacement)
if measured:
    numbers = verdict_numbers(measured, displacement)
    verdict = judge_run(measured.quality, displacement, moved.jenkinson if moved else None, tr.seconds)
    others = all_runs.known_numbers(image_id, displacement)
    with face:
        show_verdict(verdict, numbers)
        show_problem(measured)
        show_tiles(
            list_tiles(numbers, measured.quality, displacement), lambda number: place_among(number, others(number.key))
        )
chart = traces.prepare_traces(image, store, rows, carpet, carpet_look, tr.seconds, left_out)

with map_place:
    shown = choose_map(image, store, problem)
with st.sidebar, st.expander("Picture"):
    stack = look_controls.choose_stack(shown, run_id=image_id if store else None)
readout = Readout(image, stack.maps, tr.seconds)
parts = planes.prepare_planes(
    stack, readout, link={"image": image_id}, n_volumes=image.n_volumes, has_bar=True, always_square=True
)
# No higher than what the tiles leave of the window.
parts = replace(parts, wide=replace(parts.wide, screen_share=0.42))


@frame.fragment
def show_view():
    """Show what moves the cursor or follows it; a move of the cursor reruns this and nothing else."""
    # Side by side where each has 400 px, else upon each other.
    halves = st.grid(2, min_column_width=400)
    with halves.cell():
        traces.show_traces(chart)
    with halves.cell():
        with st.container(key="readout"):
            st.text(readout.text())
        planes.show_planes(parts, doctor_of=image_id)
        st.caption(map_words(image, shown))
        traces.show_carpet_words(chart, carpet_look)
        with st.container(horizontal=True, vertical_alignment="center"):
            save_map.offer_maps(stack)
            pages.link("timeseries", "This voxel's time course")
            why_here.show_first_place(opened.first_place, image)


show_view()
explain_traces(rows)
if measured:
    show_words(measured)
tr_choice.offer_tr(image)
place_controls.offer_places(image)
content = (
    report.ReportContent(image_id, tr, measured, numbers, verdict, moved, mask_image, chart, stack.base)
    if measured
    else None
)
tabs.show_tabs(content, image, image_id, shown, regions, displacement)
