"""What is under the cursor? Three planes through one point of the chosen image."""

import streamlit as st

from lib.cache.maps import image_map
from lib.session import frame, preamble
from lib.views import look_controls, place_controls, planes, save_map
from lib.views.anatomy import tabs
from lib.views.readout import Readout

opened = preamble.open_page("anatomy")
image = opened.image

with st.sidebar:
    stack = look_controls.choose_stack(image_map(image), folds_sides=True)

readout = Readout(image, stack.maps)
parts = planes.prepare_planes(stack, readout, link={"image": opened.image_id})


@frame.fragment
def show_view():
    """Show the planes and what depends on the cursor; a move of the cursor reruns this and nothing else."""
    planes.show_planes(parts, doctor_of=opened.image_id)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(key="readout", width="content"):
            st.text(readout.text())
        with st.container(horizontal=True, width="content"):
            tabs.offer_slice_numbers(image)
            save_map.offer_maps(stack)


show_view()
place_controls.offer_places(image)

montage, histogram, header = st.tabs(["Montage", "Histogram", "Header"], key="tab", on_change="rerun")
if montage.open:
    with montage:
        tabs.show_montage(stack)
if histogram.open:
    with histogram:
        tabs.show_histogram(stack.base)
if header.open:
    with header:
        tabs.show_header(image)
