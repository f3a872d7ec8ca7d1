"""What does a browser get first that has found its connection again? A whole run, not the rest or the half of one.

Streamlit 1.67 sends, over the new connection, what was left to be sent of a run when the old one was lost. The browser
lacks what was lost, so it puts the rest in places that are not there, and ends with an empty page. It stops the run
that was under way, but tells the browser that it came to its end: a browser then takes away all that it had not drawn
yet, and forgets what the controls there were set to. And of the run that the browser asks for next, it may send the
beginning over the old connection still: such a run is asked for again.
"""

import asyncio

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# What a run draws, and that it has ended: then a browser takes away what it did not draw.
OF_A_RUN = ("delta", "script_finished")
# The last that a run draws, which shows nothing.
END = "end_of_run"
# A run begins as soon as it is asked for, in seconds: one that has not has begun over the connection before.
LOST_AFTER = 3.0
# How often it is asked for again: a page that never comes to its end would be run for ever.
MOST_ASKED = 5


def mark_end() -> None:
    """Note that the page has been run to its end; where Streamlit has stopped the run, it stops here too."""
    st.container(key=END)


class WholeRuns:
    """Middleware of the server, for the connections that go on with a session."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; where it goes on with a session, let it begin with a run from its beginning to its end."""
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
        # Of the run under way: whether its beginning, and the last that it draws, were sent; and whether any run was
        # sent whole.
        self._has_begun = self._is_drawn = self._is_whole = False
        # The first run that the browser asked for, and how often it was asked for again.
        self._asked: Message | None = None
        self._n_again = 0
        self._next: asyncio.Task | None = None

    async def receive(self) -> Message:
        """Return what the browser sends next; what it asked for first once more, as long as no run begins."""
        if self._is_whole and self._next is None:
            return await self._receive()
        self._next = self._next or asyncio.ensure_future(self._receive())
        while not self._next.done():
            is_due = self._may_be_lost()
            await asyncio.wait({self._next}, timeout=LOST_AFTER if is_due else None)
            if is_due and self._may_be_lost() and not self._next.done():
                self._n_again += 1
                return self._asked
        message, self._next = self._next.result(), None
        if self._asked is None and _asks_for_a_run(message):
            self._asked = message
        return message

    def _may_be_lost(self) -> bool:
        return self._asked is not None and not self._has_begun and not self._is_whole and self._n_again < MOST_ASKED

    async def send(self, message: Message) -> None:
        """Send the browser what it is to get: of runs, from the first that begins over this connection."""
        if not self._is_whole and message["type"] == "websocket.send" and message.get("bytes"):
            forward = ForwardMsg.FromString(message["bytes"])
            kind = forward.WhichOneof("type")
            # A part of the page that runs by itself draws into what the page's whole run has drawn.
            if kind == "new_session" and not forward.metadata.run.fragment_ids:
                self._has_begun, self._is_drawn = True, False
            elif kind in OF_A_RUN and not self._has_begun:
                return
            self._is_drawn = self._is_drawn or _is_end(forward)
            if kind == "script_finished" and forward.script_finished != ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
                message = self._finish(forward, message)
        await self._send(message)

    def _finish(self, forward: ForwardMsg, message: Message) -> Message:
        """Take note that a run has ended; return how the browser is told so."""
        is_success = forward.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        self._is_whole = is_success and self._is_drawn
        self._has_begun = self._is_whole
        if not is_success or self._is_whole:
            return message
        # As Streamlit has it of a run that another one interrupts: the page stays as it is until then.
        forward.script_finished = ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return {**message, "bytes": forward.SerializeToString()}

    def end(self) -> None:
        """Wait no more for what the browser sends."""
        if self._next is not None:
            self._next.cancel()


def _is_end(forward: ForwardMsg) -> bool:
    return forward.WhichOneof("type") == "delta" and forward.delta.add_block.id.endswith(f"-{END}")


def _asks_for_a_run(message: Message) -> bool:
    try:
        return BackMsg.FromString(message.get("bytes") or b"").WhichOneof("type") == "rerun_script"
    except DecodeError:  # Streamlit closes the connection over it
        return False
