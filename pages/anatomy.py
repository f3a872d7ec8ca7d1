"""What is under the cursor? Three planes through one point of the chosen image."""

import streamlit as st

from lib import anatomy_tabs, chosen_image, controls, cursor, frame, planes

frame.guard()
image = chosen_image.require_image()
cursor.require_cursor(image)

with st.sidebar:
    look = controls.choose_look(image)
    is_radiological = controls.choose_convention()
    overlay = controls.choose_overlay(image)

link = {"image": st.session_state["image"]}
parts = planes.prepare_planes(look, overlay, is_radiological=is_radiological, link=link)


@frame.fragment
def show_view():
    """Show the planes and what depends on the cursor; a move of the cursor reruns this and nothing else."""
    planes.show_planes(parts)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(key="readout", width="content"):
            st.text(planes.readout_text(image, overlay.image if overlay else None))
        anatomy_tabs.offer_slice_numbers(image)


show_view()
controls.offer_places(image)

montage, histogram, header = st.tabs(["Montage", "Histogram", "Header"], key="tab", on_change="rerun")
if montage.open:
    with montage:
        anatomy_tabs.show_montage(look, overlay, is_radiological=is_radiological)
if histogram.open:
    with histogram:
        anatomy_tabs.show_histogram(look)
if header.open:
    with header:
        anatomy_tabs.show_header(image)
