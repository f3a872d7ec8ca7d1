"""A browser that has gone while something was sent to it: its leaving is heard, and nothing is said of an error."""

import asyncio

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect

from lib.browser.lost_sockets import LostSockets


async def send(message: dict) -> None:
    """Accept a connection that is lost at once."""
    if message["type"] == "websocket.send":
        raise BrokenPipeError


def ask(app, kind: str = "websocket") -> None:
    """Let an ASGI application talk to a browser that leaves without a word."""
    said = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006}])

    async def receive() -> dict:
        return next(said)

    asyncio.run(app({"type": kind, "headers": []}, receive, send))


def test_what_is_sent_too_late_does_not_keep_the_server_from_hearing_that_the_browser_left():
    """Streamlit took it for a text frame, and wrote a traceback."""
    heard = []

    async def server(scope, receive, send) -> None:
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        await socket.send_bytes(b"too late")
        try:
            await socket.receive_bytes()
        except WebSocketDisconnect as left:
            heard.append(left.code)

    ask(LostSockets(server))
    assert heard == [1006]


def test_an_answer_that_is_no_connection_fails_as_it_did():
    async def server(scope, receive, send) -> None:
        await send({"type": "websocket.send"})

    with pytest.raises(BrokenPipeError):
        ask(LostSockets(server), kind="http")
