"""What is under the cursor? Three planes through one point of the chosen image."""

import streamlit as st

from lib.session import cursor, frame, image_choice
from lib.views import look_controls, planes
from lib.views.anatomy import tabs

frame.guard()
image = image_choice.require_image()
cursor.require_cursor(image)

with st.sidebar:
    look = look_controls.choose_look(image)
    is_radiological = look_controls.choose_convention()
    overlay = look_controls.choose_overlay(image)

link = {"image": st.session_state["image"]}
parts = planes.prepare_planes(look, overlay, is_radiological=is_radiological, link=link)


@frame.fragment
def show_view():
    """Show the planes and what depends on the cursor; a move of the cursor reruns this and nothing else."""
    planes.show_planes(parts)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(key="readout", width="content"):
            st.text(planes.readout_text(image, overlay.image if overlay else None))
        tabs.offer_slice_numbers(image)


show_view()
look_controls.offer_places(image)

montage, histogram, header = st.tabs(["Montage", "Histogram", "Header"], key="tab", on_change="rerun")
if montage.open:
    with montage:
        tabs.show_montage(look, overlay, is_radiological=is_radiological)
if histogram.open:
    with histogram:
        tabs.show_histogram(look)
if header.open:
    with header:
        tabs.show_header(image)
