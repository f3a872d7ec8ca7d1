"""What a visitor brought: files, tables, and the stores of their runs; all end with the session."""

import streamlit as st

from lib.images.image import Image
from lib.runs.uploaded_runs import SessionRuns
from lib.studies.uploaded_tables import spool_table
from lib.studies.uploads import SessionFolder, Upload, open_session_folder, spool_upload


@st.cache_resource(scope="session", show_spinner=False)
def _session_folder() -> SessionFolder:
    return open_session_folder()


def keep_upload(uploaded) -> Upload:
    """Copy an uploaded file to this session's folder, which is deleted with the session."""
    return spool_upload(uploaded, uploaded.name, _session_folder().path)


def keep_table(uploaded) -> Upload:
    """Copy an uploaded text file, such as motion parameters, to this session's folder."""
    return spool_table(uploaded.getvalue(), uploaded.name, _session_folder().path)


def keep_with_session(image: Image) -> None:
    """Let the store of an uploaded run end with this session; those of the server's own files are kept."""
    if image.path.is_relative_to(_session_folder().path):
        _session_runs().add(image.key)


@st.cache_resource(scope="session", show_spinner=False)
def _session_runs() -> SessionRuns:
    return SessionRuns()
