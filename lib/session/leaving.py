"""How does a click that is no link lead to another page? Chosen in a callback, followed by the run after it.

Streamlit leaves no page whose address holds a widget's value. So the page is first shown without any widget, which
takes the addresses' values off, and left by a part of it that the browser runs as soon as it is there.
"""

import streamlit as st

from lib.browser import next_moment
from lib.session import pages
from lib.session.frame import stop_page

TO = "leave_for"


def leave_for(name: str) -> None:
    """Choose the page to go to, in a callback."""
    st.session_state[TO] = name


def follow() -> None:
    """Go to the page that was chosen, if one was; call it before the page's first widget."""
    name = st.session_state.pop(TO, None)
    if name is not None:
        _leave(name)
        stop_page()


@st.fragment
def _leave(name: str) -> None:
    is_first_run = st.session_state.get("frame_is_drawn")
    if is_first_run:
        next_moment.ask()
    else:
        pages.go_to(name)
