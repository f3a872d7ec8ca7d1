"""What does a browser get first that has found its connection again? A run from its beginning, not the rest of one.

Streamlit 1.67 sends, over the new connection, what was left to be sent of a run when the old one was lost. The browser
lacks what was lost, so it puts the rest in places that are not there, and ends with an empty page.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# What a run draws, and that it has ended: then a browser takes away what it did not draw.
OF_A_RUN = ("delta", "script_finished")


class WholeRuns:
    """Middleware of the server, for the connections that go on with a session."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; where it goes on with a session, hold back what belongs to a run that began before it."""
        await self._app(scope, receive, _from_the_next_run(send) if _goes_on(scope) else send)


def _goes_on(scope: Scope) -> bool:
    """Return whether this is a connection that names the session it had: Streamlit's third subprotocol."""
    return scope["type"] == "websocket" and len(scope.get("subprotocols", ())) > 2


def _from_the_next_run(send: Send) -> Send:
    has_begun = False

    async def send_whole(message: Message) -> None:
        nonlocal has_begun
        if not has_begun and message["type"] == "websocket.send" and message.get("bytes"):
            forward = ForwardMsg.FromString(message["bytes"])
            kind = forward.WhichOneof("type")
            # A part of the page that runs by itself draws into what the page's whole run has drawn.
            has_begun = kind == "new_session" and not forward.metadata.run.fragment_ids
            if kind in OF_A_RUN:
                return
        await send(message)

    return send_whole
