"""How does what is shown become a file? Each map of the planes as NIfTI, made when somebody asks for it."""

import streamlit as st

from lib.images.maps import Map
from lib.images.saved_map import map_file_name, map_nifti
from lib.plain_text import escape_markdown
from lib.session import cursor
from lib.views.stack import Stack


def offer_maps(stack: Stack) -> None:
    """Offer each map that the planes show, on its own grid, as it is under the cursor's volume."""
    with st.container(key="save-map", width="content"), st.popover("Save as NIfTI", icon=":material/download:"):
        for number, look in enumerate(reversed(stack.looks)):
            _offer(look.map, number)
        st.caption("Exact numbers on the map's own grid, not the picture; of a run, the volume that is shown.")


def _offer(shown: Map, number: int) -> None:
    t = cursor.volume_index(shown)
    st.download_button(
        escape_markdown(shown.name),
        data=lambda: map_nifti(shown, t),
        file_name=map_file_name(shown, t),
        mime="application/gzip",
        key=f"save-map-{number}",
        on_click="ignore",
    )
