"""Why is a voxel where it is? The affine of the chosen image worked out, taken apart, edited and compared."""

import streamlit as st

from lib.cache.maps import image_map
from lib.session import frame, preamble
from lib.views import look_controls, planes, save_map
from lib.views.readout import Readout
from lib.views.spaces import editing, header, planes_and_mapping, resampling, two_images

opened = preamble.open_page("spaces")
image = opened.image

with st.sidebar:
    stack = look_controls.choose_stack(image_map(image), is_resampled=False, folds_sides=True)

top = st.container()
affine, doctor, edit, two, lab, stored, names = st.tabs(
    [
        "Affine",
        planes.DOCTOR_TAB,
        "Edit and see",
        "Two images",
        "Resampling",
        "Storage order",
        two_images.NAMES_TAB,
    ],
    key="tab",
    on_change="rerun",
    bind="query-params",
)

# The controls of the edit come before all that shows it, whichever tab is open.
with edit:
    edited = editing.choose_edit(image)
    editing.show_edit(edited)

placed = planes_and_mapping.place_edited(stack, edited)
readout = Readout(image, placed.maps, is_long=True)
parts = planes_and_mapping.prepare_slices(placed, readout, stack.base.map, {"image": opened.image_id})


@frame.fragment
def show_view():
    """Show the planes and what depends on the cursor; a move of the cursor reruns this and nothing else."""
    slices, numbers = st.columns([6, 7], gap="medium")
    with slices:
        planes.show_planes(parts)
    with numbers:
        planes_and_mapping.show_readout(readout)
        planes_and_mapping.show_mapping(edited)
        save_map.offer_maps(placed)


with top:
    show_view()
if affine.open:
    with affine:
        header.show_affine(edited)
if doctor.open:
    with doctor:
        header.show_doctor(image)
if two.open:
    with two:
        two_images.show_two(stack, edited)
if lab.open:
    with lab:
        resampling.show_lab(stack, edited)
if stored.open:
    with stored:
        resampling.show_stored(stack.base, edited)
if names.open:
    with names:
        two_images.show_names(stack)
