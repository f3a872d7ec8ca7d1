"""A brain that answers to the mouse before anything was chosen: the MNI152 template, with a cursor of its own."""

import streamlit as st

from lib.browser.chart import live_chart
from lib.cache.maps import image_map, window_of
from lib.errors import InputError
from lib.session import cursor, image_choice
from lib.session.frame import fragment
from lib.views import planes
from lib.views.readout import Readout

KEY = "template"
# In the left precentral gyrus, where the hand is moved from: crosshair and planes are off the middle of the picture.
BEGIN = {"x": -38.0, "y": -22.0, "z": 56.0, "t": 0, "stamp": "template"}
# Of the window's height: the study table is not far below.
SHARE = 0.36


def show_template(chosen_id: str | None) -> None:
    """Show three planes of the template, to be clicked, dragged and scrolled through; no page and no link learns it.

    Nothing where the chosen image is not there: it would seem to stand in its place.
    """
    if chosen_id is not None:
        try:
            image_choice.require_there(chosen_id)
        except InputError:
            return
    shown = image_map(image_choice.open_by_id(image_choice.DEFAULT_IMAGE))
    stack = planes.Stack((planes.default_look(shown, window_of(shown)),), is_smooth=True)
    readout = Readout(image_choice.open_by_id(image_choice.DEFAULT_IMAGE), stack.maps)
    parts = planes.prepare_planes(stack, readout, link={}, slot=KEY, is_square=True, share=SHARE)
    # This picture takes the browser's cursor for its own.
    cursor.tell_anew()
    _show(parts, readout)


@fragment
def _show(parts: planes.Planes, readout: Readout) -> None:
    with st.container(key=KEY, gap="xsmall"):
        live_chart(
            parts.wide,
            narrow=parts.narrow,
            key=f"{KEY}_planes",
            alt="Sagittal, coronal and axial slice of the MNI152 template through a cursor of their own",
            cursor=BEGIN,
            slices=parts.slices,
            on_cursor=_note,
            caption="MNI152 template",
            file_name="mni152-t1-slices",
        )
        place = st.session_state.get(KEY, BEGIN)
        st.text(readout.at([place[axis] for axis in cursor.AXES], 0))
        st.caption("The MNI152 template: an average of 152 people. Click or drag in a slice, or scroll through it.")


def _note() -> None:
    moved = st.session_state[f"{KEY}_planes"].get("cursor")
    if moved:
        st.session_state[KEY] = {axis: float(moved[axis]) for axis in cursor.AXES}
