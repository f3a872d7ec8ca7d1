"""What does a browser get first that has found its connection again? A whole run, not the rest or the half of one.

Streamlit 1.67 sends, over the new connection, what was left to be sent of a run when the old one was lost. The browser
lacks what was lost, so it puts the rest in places that are not there, and ends with an empty page. And it stops the run
that was under way, but tells the browser that it came to its end: a browser then takes away all that it had not drawn
yet, and forgets what the controls there were set to.
"""

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# What a run draws, and that it has ended: then a browser takes away what it did not draw.
OF_A_RUN = ("delta", "script_finished")
# The last that a run draws, which shows nothing.
END = "end_of_run"


def mark_end() -> None:
    """Note that the page has been run to its end; where Streamlit has stopped the run, it stops here too."""
    st.container(key=END)


class WholeRuns:
    """Middleware of the server, for the connections that go on with a session."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; where it goes on with a session, let it begin with a run from its beginning to its end."""
        await self._app(scope, receive, _from_a_whole_run(send) if _goes_on(scope) else send)


def _goes_on(scope: Scope) -> bool:
    """Return whether this is a connection that names the session it had: Streamlit's third subprotocol."""
    return scope["type"] == "websocket" and len(scope.get("subprotocols", ())) > 2


def _from_a_whole_run(send: Send) -> Send:
    has_begun = is_drawn = is_whole = False

    async def send_whole(message: Message) -> None:
        nonlocal has_begun, is_drawn, is_whole
        if not is_whole and message["type"] == "websocket.send" and message.get("bytes"):
            forward = ForwardMsg.FromString(message["bytes"])
            kind = forward.WhichOneof("type")
            # A part of the page that runs by itself draws into what the page's whole run has drawn.
            if kind == "new_session" and not forward.metadata.run.fragment_ids:
                has_begun, is_drawn = True, False
            elif kind in OF_A_RUN and not has_begun:
                return
            is_drawn = is_drawn or _is_end(forward)
            if kind == "script_finished" and forward.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                is_whole = is_drawn
                if not is_whole:
                    # As Streamlit has it of a run that another one interrupts: the page stays as it is until then.
                    forward.script_finished = ForwardMsg.FINISHED_EARLY_FOR_RERUN
                    message = {**message, "bytes": forward.SerializeToString()}
        await send(message)

    return send_whole


def _is_end(forward: ForwardMsg) -> bool:
    return forward.WhichOneof("type") == "delta" and forward.delta.add_block.id.endswith(f"-{END}")
