"""Edit and see: controls that move, turn, mirror and flip a copy of the affine, with undo, reset and download."""

from dataclasses import replace

import streamlit as st
from isal import igzip

from lib.images.image import Image
from lib.images.lab.edited_images import (
    NO_EDIT,
    VOXEL_AXES,
    Edit,
    EditedImage,
    can_swap,
    copy_code,
    copy_name,
    describe_edit,
    edit_image,
    is_copyable,
    write_copy,
)
from lib.images.sform_qform import read_forms

MOVES = (("move_x", "Move right, mm"), ("move_y", "Move front, mm"), ("move_z", "Move up, mm"))
TURNS = (("turn_x", "Turn about x, °"), ("turn_y", "Turn about y, °"), ("turn_z", "Turn about z, °"))
DEFAULTS = {**dict.fromkeys(("move_x", "move_y", "move_z", "turn_x", "turn_y", "turn_z"), 0.0),
            "mirror": [], "flip": [], "swap": False}  # fmt: skip
SLIDERS = (*((key, label, 200.0) for key, label in MOVES), *((key, label, 180.0) for key, label in TURNS))
HISTORY, NOW = "edit_history", "edit_now"


def choose_edit(image: Image) -> EditedImage:
    """Show the controls of the edit and return the image under it; another image starts without one."""
    forms = read_forms(image.img.header)
    _start_over(image)
    for column, (key, label, limit) in zip(st.columns(len(SLIDERS)), SLIDERS, strict=True):
        column.slider(
            label, -limit, limit, step=1.0, key=key, bind="query-params", on_change=_remember, format="%g",
            **_first(key),
        )  # fmt: skip
    mirror, flip, swap = st.columns(3)
    mirror.pills(
        "Mirror in the affine alone", tuple(VOXEL_AXES), selection_mode="multi", key="mirror", bind="query-params",
        on_change=_remember, help="The box stays and the picture in it is mirrored. Along left-right nobody can see "
        "that it is wrong.", **_first("mirror"),
    )  # fmt: skip
    flip.pills(
        "Flip data and affine together", tuple(VOXEL_AXES), selection_mode="multi", key="flip", bind="query-params",
        on_change=_remember, help="The right flip: indices run the other way, and nothing moves in the world.",
        **_first("flip"),
    )  # fmt: skip
    swap.toggle(
        "Swap sform and qform", key="swap", bind="query-params", on_change=_remember, disabled=not can_swap(forms),
        help="Uses the one that nibabel does not use." if can_swap(forms) else "This header does not have both.",
        **_first("swap"),
    )  # fmt: skip
    edit = _read_edit()
    edited = edit_image(image, edit if can_swap(forms) else replace(edit, is_swapped=False), forms)
    st.session_state[NOW] = edit
    return edited


def show_edit(edited: EditedImage) -> None:
    """Say what was edited; offer undo, reset, the copy and the code that makes it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Undo", on_click=_undo, disabled=not st.session_state.get(HISTORY), icon=":material/undo:")
        st.button("Reset", on_click=_reset, disabled=not edited.is_edited, icon=":material/restart_alt:")
        if is_copyable(edited.image):
            st.download_button(
                "Download the copy as NIfTI",
                data=lambda: igzip.compress(write_copy(edited).to_bytes(), compresslevel=1),
                file_name=copy_name(edited.image),
                mime="application/gzip",
                on_click="ignore",
                icon=":material/download:",
            )
        else:
            st.caption("This image is too large to be copied here. The code below does it on your own computer.")
    st.text(describe_edit(edited.edit))
    st.caption(
        "All this works on a copy of the affine: the file stays as it is. The slices above keep the original's frame "
        "and the overlay stays in place, so you see the picture move. Turns are about the box centre."
    )
    with st.expander("The same with nibabel"):
        st.code(copy_code(edited), language="python")


def _first(key: str) -> dict:
    """Return the default of a widget that has no state yet; a default beside state would be one too many."""
    if key in st.session_state:
        return {}
    return {"default" if isinstance(DEFAULTS[key], list) else "value": DEFAULTS[key]}


def _read_edit() -> Edit:
    state = st.session_state
    move, turn = (tuple(float(state[key]) for key, _ in sliders) for sliders in (MOVES, TURNS))
    mirrored, flipped = (tuple(axis for axis in VOXEL_AXES if axis in (state[key] or ())) for key in ("mirror", "flip"))
    return Edit(move, turn, mirrored, flipped, bool(state["swap"]))


def _remember() -> None:
    """Keep what was before the change for undo."""
    st.session_state.setdefault(HISTORY, []).append(st.session_state.get(NOW, NO_EDIT))


def _undo() -> None:
    if st.session_state.get(HISTORY):
        _put(st.session_state[HISTORY].pop())


def _reset() -> None:
    _remember()
    _put(NO_EDIT)


def _put(edit: Edit) -> None:
    state = st.session_state
    for sliders, numbers in ((MOVES, edit.move), (TURNS, edit.turn)):
        for (key, _), number in zip(sliders, numbers, strict=True):
            state[key] = number
    state["mirror"], state["flip"], state["swap"] = list(edit.mirrored), list(edit.flipped), edit.is_swapped


def _start_over(image: Image) -> None:
    """Forget the edit when another image is chosen; a session's first image takes it from its link."""
    known = st.session_state.get("edit_of")
    if known is not None and known != image.key:
        _put(NO_EDIT)
        st.session_state[HISTORY] = []
    st.session_state["edit_of"] = image.key
