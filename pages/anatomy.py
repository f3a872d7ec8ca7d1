"""What is under the cursor? Three planes through one point of the chosen image."""

import streamlit as st

from lib import cache, figures_slices, frame
from lib.figures_colours import code_table
from lib.live_chart import Fit, Layer, Slices, live_chart
from lib.spaces import is_inside, nearest_voxel, position_text, value_text

frame.guard()
image = frame.choose_image()
cursor = frame.cursor(image)
view = cache.view(image)
window = cache.window(image)

planes_slot = st.container(key="slices")
readout_slot = st.container(key="readout")


@frame.fragment("readout")
def show_readout():
    ijk = nearest_voxel(image.affine, frame.point(st.session_state["cursor"]))
    text = position_text(ijk, frame.point(st.session_state["cursor"]))
    if is_inside(image.shape, ijk):
        st.text(f"{text}\u2003{value_text(cache.volume(image).value_at(ijk))}")
    else:
        st.text(f"{text}\u2003outside the image")


url = cache.publish(
    "base", (image.key, window.low, window.high), lambda query: cache.picture(image, 0, window.low, window.high)
)
with planes_slot:
    live_chart(
        Fit(figures_slices.draw_planes(view, colour_map="Grey"), aspect=figures_slices.planes_aspect(view), max_height=560),
        narrow=Fit(
            figures_slices.draw_planes(view, colour_map="Grey", is_narrow=True),
            aspect=figures_slices.planes_aspect(view, is_narrow=True),
        ),
        key="planes",
        alt=f"Sagittal, coronal and axial slice of {image.name} through the cursor",
        cursor=cursor,
        slices=Slices(view, (Layer(url, code_table("Grey")),), figures_slices.slice_roles(has_overlay=False)),
        on_cursor=lambda: frame.take_cursor("planes", ["readout"]),
    )
with readout_slot:
    show_readout()
