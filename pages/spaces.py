"""Why is a voxel where it is? The affine of the chosen image worked out, taken apart, edited and compared."""

import streamlit as st

from lib import (
    chosen_image,
    controls,
    cursor,
    frame,
    planes,
    spaces_tabs_edit,
    spaces_tabs_grids,
    spaces_tabs_header,
    spaces_tabs_slices,
    spaces_tabs_two,
)

frame.guard()
image = chosen_image.require_image()
cursor.require_cursor(image)

with st.sidebar:
    look = controls.choose_look(image)
    is_radiological = controls.choose_convention()
    overlay = controls.choose_overlay(image, is_resampled=False)
    is_outline = overlay is not None and spaces_tabs_two.choose_overlay_style()
overlay_image = overlay.image if overlay else None

top = st.container()
affine, doctor, edit, two, lab, stored, names = st.tabs(
    [
        "Affine",
        "Header doctor",
        "Edit and see",
        "Two images",
        "Resampling",
        "Storage order",
        spaces_tabs_two.NAMES_TAB,
    ],
    key="tab",
    on_change="rerun",
    bind="query-params",
)

# The controls of the edit come before all that shows it, whichever tab is open.
with edit:
    edited = spaces_tabs_edit.choose_edit(image)
    spaces_tabs_edit.show_edit(edited)

parts = spaces_tabs_slices.prepare_slices(
    look,
    overlay,
    edited,
    is_radiological=is_radiological,
    is_outline=is_outline,
    link={"image": st.session_state["image"]},
)


@frame.fragment
def show_view():
    """Show the planes and what depends on the cursor; a move of the cursor reruns this and nothing else."""
    slices, numbers = st.columns([6, 7], gap="medium")
    with slices:
        planes.show_planes(parts)
    with numbers:
        spaces_tabs_slices.show_readout(edited, overlay_image)
        spaces_tabs_slices.show_mapping(edited)


with top:
    show_view()
if affine.open:
    with affine:
        spaces_tabs_header.show_affine(edited)
if doctor.open:
    with doctor:
        spaces_tabs_header.show_doctor(image)
if two.open:
    with two:
        spaces_tabs_two.show_two(look, overlay_image, edited)
if lab.open:
    with lab:
        spaces_tabs_grids.show_lab(look, overlay_image, edited)
if stored.open:
    with stored:
        spaces_tabs_grids.show_stored(look, edited)
if names.open:
    with names:
        spaces_tabs_two.show_names([image, overlay_image] if overlay else [image])
