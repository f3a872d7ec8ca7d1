"""How is an uploaded file taken? By a run that finds it waiting, and empties the uploader last.

Not by a callback: a run that is cut off, because the connection was lost, is then followed by one that finds the upload
still there, and takes it again. The uploader is emptied, because it would keep a second copy in memory.
"""

import streamlit as st


def uploader_key(name: str) -> str:
    """Return the key of the uploader of that name, another one each time it has been emptied."""
    return f"{name}-{st.session_state.setdefault(_number(name), 0)}"


def waiting(name: str):
    """Return the file that waits in an uploader, None where there is none."""
    return st.session_state.get(uploader_key(name))


def empty(name: str) -> None:
    """Empty an uploader whose file has been taken or refused; to be called last."""
    st.session_state[_number(name)] += 1


def _number(name: str) -> str:
    return f"{name.replace('-', '_')}_number"
