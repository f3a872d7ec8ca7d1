"""How does the server hear from the browser once, as soon as what it has drawn is there?

A timer of Streamlit's goes on asking while the first answer is under way; what it asks then ends up in the page that
comes next, and empties it.
"""

from pathlib import Path
from uuid import uuid4

import streamlit as st

_component = st.components.v2.component(
    "voxel_explorer_next_moment",
    js=(Path(__file__).parent / "next_moment.js").read_text("utf-8"),
    isolate_styles=False,
)


def ask() -> None:
    """Let the browser run this part of the page again, once; nothing is shown. Call it in a fragment."""
    _component(key="next-moment", data={"name": uuid4().hex}, height=0, on_come_change=_nothing)


def _nothing() -> None:
    """The part of the page runs again; that is all."""
