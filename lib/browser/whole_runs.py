"""What does a browser get first that has found its connection again? A run from its beginning, not the rest of one.

Streamlit 1.67 sends, over the new connection, what was left to be sent of a run when the old one was lost. The browser
lacks what was lost, so it puts the rest in places that are not there, and ends with an empty page. And of the run that
the browser then asks for, it may send the beginning over the old connection still: such a run is asked for again.
"""

import asyncio

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# What a run draws, and that it has ended: then a browser takes away what it did not draw.
OF_A_RUN = ("delta", "script_finished")

# A run begins as soon as it is asked for, in seconds: one that has not has begun over the connection before.
LOST_AFTER = 3.0


class WholeRuns:
    """Middleware of the server, for the connections that go on with a session."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; where it goes on with a session, hold back what belongs to a run that began before it."""
        if not _goes_on(scope):
            await self._app(scope, receive, send)
            return
        resumed = _Resumed(receive, send)
        try:
            await self._app(scope, resumed.receive, resumed.send)
        finally:
            resumed.end()


def _goes_on(scope: Scope) -> bool:
    """Return whether this is a connection that names the session it had: Streamlit's third subprotocol."""
    return scope["type"] == "websocket" and len(scope.get("subprotocols", ())) > 2


class _Resumed:
    """A connection that goes on with a session."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._has_begun = False
        # The first run that the browser asked for.
        self._asked: Message | None = None
        self._next: asyncio.Task | None = None

    async def receive(self) -> Message:
        """Return what the browser sends next; what it asked for first once more, as long as no run begins."""
        if self._has_begun and self._next is None:
            return await self._receive()
        self._next = self._next or asyncio.ensure_future(self._receive())
        while not self._next.done():
            is_due = self._asked is not None and not self._has_begun
            await asyncio.wait({self._next}, timeout=LOST_AFTER if is_due else None)
            if is_due and not self._has_begun and not self._next.done():
                return self._asked
        message, self._next = self._next.result(), None
        if self._asked is None and _asks_for_a_run(message):
            self._asked = message
        return message

    async def send(self, message: Message) -> None:
        """Send the browser what it is to get: of runs, from the first that begins over this connection."""
        if not self._has_begun and message["type"] == "websocket.send" and message.get("bytes"):
            forward = ForwardMsg.FromString(message["bytes"])
            kind = forward.WhichOneof("type")
            # A part of the page that runs by itself draws into what the page's whole run has drawn.
            self._has_begun = kind == "new_session" and not forward.metadata.run.fragment_ids
            if kind in OF_A_RUN:
                return
        await self._send(message)

    def end(self) -> None:
        """Wait no more for what the browser sends."""
        if self._next is not None:
            self._next.cancel()


def _asks_for_a_run(message: Message) -> bool:
    try:
        return BackMsg.FromString(message.get("bytes") or b"").WhichOneof("type") == "rerun_script"
    except DecodeError:  # Streamlit closes the connection over it
        return False
