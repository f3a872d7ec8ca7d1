"""Is a file still the one that this visitor opened? If another one lies in its place, they are told, once."""

from dataclasses import dataclass

import streamlit as st

from lib.images.image import Image
from lib.number_text import shape_text
from lib.plain_text import escape_markdown

OPENED, TOLD = "opened_files", "replaced_files"
HEADING = "This is another file now"


@dataclass(frozen=True)
class _Opened:
    """What a session knows of a file that it opened: its identity, and its shape in words."""

    key: str
    shape: str


def note_opened(image_id: str, image: Image) -> None:
    """Take note of a file that was opened, and of what to tell where the session opened another one in its place."""
    opened = st.session_state.setdefault(OPENED, {})
    known, now = opened.get(image_id), _Opened(image.key, _shape_words(image))
    opened[image_id] = now
    if known is None or known.key == now.key:
        return
    if known.shape == now.shape:
        change = f"was written anew while it was open, with as many voxels as before: {now.shape}."
    else:
        change = f"was replaced while it was open: it had {known.shape}, and now has {now.shape}."
    st.session_state.setdefault(TOLD, {})[image_id] = f"{image.name} {change} What you see is the new file."


def show_replaced(page: str) -> None:
    """Tell of the files that were replaced, for as long as the visitor stays on the page."""
    told = st.session_state.get(TOLD)
    if not told:
        return
    if st.session_state.setdefault(f"{TOLD}_on", page) != page:
        forget_replaced()
        return
    for sentence in told.values():
        st.warning(escape_markdown(sentence), title=HEADING, icon=":material/difference:")


def forget_replaced() -> None:
    """Take down what was told."""
    st.session_state.pop(TOLD, None)
    st.session_state.pop(f"{TOLD}_on", None)


def _shape_words(image: Image) -> str:
    grid = shape_text(image.shape)
    return f"{grid} voxels and {image.n_volumes} volumes" if image.is_4d else f"{grid} voxels and one volume"
