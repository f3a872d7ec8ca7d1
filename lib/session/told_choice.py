"""What did a run choose by itself? Chosen again where the browser never heard of it."""

import streamlit as st

from lib.browser.connection import connection_name


def choose_now(key: str, choice: str | None) -> None:
    """Choose in the list `key`, which must not have been shown in this run yet."""
    st.session_state[key] = choice
    st.session_state[f"{key}_set"] = {"choice": choice, "connection": connection_name(), "is_drawn": False}


def restore(key: str) -> None:
    """Choose again what was chosen by `choose_now`, where the browser never heard of it; call it before the list.

    A browser that lost its connection before it was told asks, over another one, for what it still shows.
    """
    made = st.session_state.get(f"{key}_set")
    if made is None:
        return
    if made["connection"] != connection_name():
        choose_now(key, made["choice"])
    elif made["is_drawn"]:
        # The browser was told by the run before, and has chosen by itself since.
        del st.session_state[f"{key}_set"]
        return
    st.session_state[f"{key}_set"]["is_drawn"] = True
