"""What does a browser ask for before it knows what stands on the page? The parts of Streamlit that every page needs.

Streamlit's page asks for the part that shows an element when the first such element comes from the server: for the
chart, half a second after the words beside it. The page itself names these parts here, so that they are there by then.
"""

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The parts of Streamlit's page that show our component, texts, and what else stands on every page of an image.
PARTS = ("BidiComponent", "Html", "Selectbox", "NumberInput", "Checkbox", "ButtonGroup", "TextInput", "ImageList")
STATIC = Path(find_spec("streamlit").submodule_search_locations[0]) / "static"
IMPORTED = re.compile(r"(?:from|import)\s*[\"']\./([\w.\-]+\.js)[\"']")


class EarlyParts:
    """Middleware of the server, for the page itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; where Streamlit's page is the answer, name in it the parts that it will need."""
        if scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", ""):
            # Packed, it could not be written into.
            headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            scope, send = {**scope, "headers": headers}, _Naming(send).send
        await self._app(scope, receive, send)


class _Naming:
    """An answer on its way to the browser, which is held back where it is the page, until all of it is there."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page()
        else:
            await self._send(message)

    async def _send_page(self) -> None:
        links = "".join(f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in early_parts())
        page = bytes(self._body).replace(b"</head>", links.encode() + b"</head>", 1)
        headers = MutableHeaders(scope=self._start)
        # An answer to HEAD has a length and no body.
        if self._body:
            headers["content-length"] = str(len(page))
        # They tell Streamlit's page from a newer one, not ours.
        del headers["etag"], headers["last-modified"]
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": page})


def _is_page(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    return message["status"] == 200 and headers.get("content-type", "").startswith("text/html")


@lru_cache(maxsize=1)
def early_parts() -> tuple[str, ...]:
    """Return the names of the files of the parts, and of what they import and the page does not name itself."""
    page = (STATIC / "index.html").read_text("utf-8")
    folder = STATIC / "static" / "js"
    found: dict[str, None] = {}
    waiting = [file.name for part in PARTS for file in sorted(folder.glob(f"{part}.*.js"))]
    while waiting:
        name = waiting.pop()
        if name in found or name in page:
            continue
        found[name] = None
        waiting += IMPORTED.findall((folder / name).read_text("utf-8"))
    return tuple(found)
