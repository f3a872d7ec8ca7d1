"""Which images the server's folders hold, as they were when last looked through; shared by all sessions."""

import streamlit as st

from lib.studies.image_ids import StartFolder, list_folder


@st.cache_data(max_entries=16, ttl="2m", show_spinner="Looking through the folder")
def ids_in_folder(folder: StartFolder) -> tuple[str, ...]:
    """Return the ids of the images in a start folder."""
    return list_folder(folder)


@st.cache_resource(show_spinner=False)
def known_studies() -> dict:
    """Return the studies of this server by folder, as last looked through: see `lib.session.study_files`."""
    return {}


@st.cache_resource(max_entries=32, show_spinner=False)
def known_rows(folder: StartFolder) -> dict:
    """Return the rows of a study's table that have been read: see `lib.studies.row_reading`."""
    return {}
