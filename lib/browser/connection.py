"""What does the page do when it has lost its connection to the server and found it again?

A click that was under way is lost with the connection, and so is a part of what a run was drawing, up to an empty page.
Streamlit 1.67 asks for another run only where it knows of one that was cut off. So the page is run again, by the key
that Streamlit has for that, each time a connection is found again. Where another session is behind it then, the page is
opened anew by its address.
"""

from pathlib import Path
from uuid import uuid4

import streamlit as st

_component = st.components.v2.component(
    "voxel_explorer_connection",
    # Out of the page's flow, where even nothing would move what stands below it.
    css=".st-key-connection { position: absolute; }",
    js=(Path(__file__).parent / "connection.js").read_text("utf-8"),
    isolate_styles=False,
)


def keep_in_step() -> None:
    """Let the browser watch over its connection; nothing is shown."""
    # Any name will do that no other session has.
    session = st.session_state.setdefault("session_name", uuid4().hex)
    _component(key="connection", data={"session": session}, height=0)


def connection_name() -> str | None:
    """Return what tells the connection through which this run was asked for from all others; None where nothing does.

    It is the random key of the handshake.
    """
    return st.context.headers.get("Sec-WebSocket-Key")
