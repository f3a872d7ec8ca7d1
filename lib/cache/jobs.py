"""Which long work goes on in this server; shared by its sessions."""

import streamlit as st

from lib.jobs import Jobs


@st.cache_resource(show_spinner=False)
def server_jobs() -> Jobs:
    """Return the long work of this server, shared by its sessions."""
    return Jobs()
