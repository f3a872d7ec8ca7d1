"""The top of the spaces page: slices of the edited copy, the readout, and the mapping to the world worked out."""

from dataclasses import replace

import streamlit as st

from lib.errors import InputError
from lib.images.lab.edited_images import EditedImage, edited_map
from lib.images.maps import Map
from lib.images.stated_space import stated_space
from lib.session import cursor, frame
from lib.spaces.coordinates import parse_triple, world_from_voxel
from lib.spaces.space_names import describe_space
from lib.spaces.worked_mapping import inverse_latex, mapping_latex
from lib.views.planes import Planes, prepare_planes
from lib.views.readout import Readout
from lib.views.stack import Stack

FORWARD, BACK = "i j k → x y z", "x y z → i j k"
PROBLEM = "typed_place_problem"


def place_edited(stack: Stack, edited: EditedImage) -> Stack:
    """Return the stack with the bottom map where the edit puts it."""
    return replace(stack, looks=(replace(stack.base, map=edited_map(edited, stack.base.map)), *stack.over))


def prepare_slices(stack: Stack, readout: Readout, original: Map, link: dict) -> Planes:
    """Prepare the planes, in the frame of the original: each layer is taken through its own grid, uninterpolated."""
    return prepare_planes(stack, readout, link=link, frame=original, has_bar=True, always_square=True)


def show_readout(readout: Readout) -> None:
    """Show the copy's voxel and the place under the cursor, the exact value there, and each layer's."""
    with st.container(key="readout"):
        st.text(readout.text())


def show_mapping(edited: EditedImage) -> None:
    """Let either side be typed, and work the mapping out for the voxel under the cursor."""
    xyz = cursor.point()
    ijk = edited.voxel(xyz)
    # The boxes show where the cursor is as a hint, not as their text: what a script writes into a box while a hand
    # moves the cursor comes back from the browser late, as if it had been typed.
    with st.container(horizontal=True):
        st.text_input(
            "Voxel i j k",
            key="typed_voxel",
            placeholder=" ".join(str(index) for index in ijk),
            on_change=_go,
            args=("typed_voxel", edited),
            help=_space_help("voxel"),
        )
        st.text_input(
            "World x y z, mm",
            key="typed_world",
            placeholder=" ".join(f"{round(value, 3) + 0.0:.3f}" for value in xyz),
            on_change=_go,
            args=("typed_world", edited),
            help=_space_help(2 if edited.is_edited else stated_space(edited.image)),
        )
    if PROBLEM in st.session_state:
        frame.show_error(st.session_state[PROBLEM])
    way = st.segmented_control(
        "Worked mapping",
        (FORWARD, BACK),
        default=FORWARD,
        required=True,
        key="way",
        bind="query-params",
        label_visibility="collapsed",
    )
    with st.container(key="worked"):
        st.latex(
            r"\footnotesize "
            + (mapping_latex(edited.affine, ijk) if way == FORWARD else inverse_latex(edited.affine, xyz))
        )


def _go(key: str, edited: EditedImage) -> None:
    text = st.session_state[key]
    st.session_state.pop(PROBLEM, None)
    if not text.strip():
        return
    try:
        numbers = parse_triple(text)
    except InputError as error:
        st.session_state[PROBLEM] = error
        return
    st.session_state[key] = ""
    cursor.move_to(world_from_voxel(edited.affine, numbers) if key == "typed_voxel" else numbers)


def _space_help(space: str | int | None) -> str:
    found = None if space is None else describe_space(space)
    if found is None:
        return "Neither the file's name nor its header says which space this is. See the tab Names of spaces."
    return f"**{found.name}.** {' '.join(found.sentences)} More in the tab Names of spaces."
