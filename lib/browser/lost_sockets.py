"""What becomes of what is sent to a browser that has gone? It is lost, and the browser's leaving is heard as ever.

Starlette takes a message that cannot be sent for the end of the connection, and refuses to listen from then on.
Streamlit 1.67 takes that refusal for a message in a wrong form, and writes a traceback into the server's log.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class LostSockets:
    """Middleware of the server, for its connections to pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; of a connection, lose what can no longer be sent."""
        await self._app(scope, receive, _send_or_lose(send) if scope["type"] == "websocket" else send)


def _send_or_lose(send: Send) -> Send:
    async def send_or_lose(message: Message) -> None:
        try:
            await send(message)
        except OSError:
            # ASGI's word for a browser that is not there. Who listens next is told so.
            return

    return send_or_lose
