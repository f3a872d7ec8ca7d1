"""Where to go? The box to type a place into, and the two places that everybody asks for."""

import streamlit as st

from lib.images.image import Image
from lib.session import cursor, frame


def offer_places(image: Image) -> None:
    """Show the box to type a place into and the two places that everybody asks for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Go to place",
            key="typed",
            placeholder="0 20 44",
            on_change=_go,
            args=(image,),
            width=170,
            help="Three numbers, typed or pasted: world mm, or voxel indices of the chosen image.",
        )
        st.segmented_control(
            "Numbers are",
            ["x y z mm", "i j k"],
            default="x y z mm",
            key="typed_unit",
            required=True,
            label_visibility="collapsed",
        )
        st.button("Centre", on_click=_go_centre, args=(image,), help="Centre voxel, shape // 2")
        st.button("World origin", on_click=_go_origin, help="World (0, 0, 0) mm")


def _go(image: Image) -> None:
    frame.forget_problems()
    cursor.go_to_typed("typed", image, is_voxel=st.session_state["typed_unit"] == "i j k")


def _go_centre(image: Image) -> None:
    frame.forget_problems()
    cursor.go_to_centre(image)


def _go_origin() -> None:
    frame.forget_problems()
    cursor.move_to((0.0, 0.0, 0.0))
