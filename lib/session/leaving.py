"""How does a click that is no link lead to another page? Chosen in a callback, followed by the run after it.

Streamlit leaves no page whose address holds a widget's value. So the page is first shown without any widget, which
takes the addresses' values off, and left by a part of it that the browser runs as soon as it is there.
"""

import streamlit as st

from lib.browser import next_moment
from lib.session import image_choice, pages
from lib.session.frame import stop_page

TO, WITH = "leave_for", "arrive_with"


def leave_for(name: str, *, images: dict | None = None, chosen: dict | None = None) -> None:
    """Choose the page to go to, in a callback.

    Parameters
    ----------
    images : list of images there -> id that is chosen in it, or None.
    chosen : other control there -> what it is set to.
    """
    st.session_state[TO] = name
    st.session_state[WITH] = (name, images or {}, chosen or {})
    st.session_state.update(chosen or {})
    for key, image_id in (images or {}).items():
        if image_id is not None or image_choice.is_known(key):
            image_choice.choose_now(key, image_id)


def arrive(name: str) -> None:
    """Set the controls of a page as it was left for; call it before the page's first widget.

    Of a control that was shown before, Streamlit forgets on the way what it was set to when the page was chosen. Of one
    that was not, it tells the address only what it was set to then.
    """
    to, images, chosen = st.session_state.get(WITH, (None, {}, {}))
    if to != name:
        return
    del st.session_state[WITH]
    for key, image_id in images.items():
        if image_id != image_choice.chosen_id(key):
            image_choice.choose_now(key, image_id)
    st.session_state.update(chosen)


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
