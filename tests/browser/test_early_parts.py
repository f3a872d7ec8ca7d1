"""What the page names before anything has come from the server, and what it leaves as it is."""

import asyncio
import gzip
import re
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route

from lib.browser.early_parts import IMPORTED, PARTS, STATIC, EarlyParts, early_parts

SCRIPTS = STATIC / "static" / "js"
NAMED = re.compile(r'<link rel="modulepreload" crossorigin href="\./static/js/([^"]+)">')
A_PERSONS = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-encoding": "gzip"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        is_packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.content) if is_packed else self.content).decode()


def ask(app, path: str = "/", headers: dict[str, str] | None = None, method: str = "GET") -> Answer:
    """Ask an ASGI application as a browser does."""
    sent = []
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict:
        # Who has asked stays on the line.
        return next(asked, None) or await asyncio.Event().wait()

    async def send(message: dict) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
             "headers": raw, "http_version": "1.1", "scheme": "http", "root_path": ""}  # fmt: skip
    asyncio.run(app(scope, receive, send))
    start, *rest = sent
    return Answer(
        {name.decode().lower(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in rest),
    )


@pytest.fixture
def server():
    """Streamlit's own page, packed as its server packs it, with ours around it."""

    async def page(request):
        return FileResponse(STATIC / "index.html")

    async def gone(request):
        return HTMLResponse("<html><head></head></html>", status_code=404)

    async def script(request):
        return FileResponse(next(SCRIPTS.glob("BidiComponent.*.js")))

    routes = [Route("/", page, methods=["GET", "HEAD"]), Route("/gone", gone), Route("/script", script)]
    app = Starlette(routes=routes, middleware=[Middleware(EarlyParts), Middleware(GZipMiddleware, minimum_size=100)])
    return app


def test_the_page_names_the_parts_and_all_that_they_import(server):
    answer = ask(server, headers=A_PERSONS)
    named = set(NAMED.findall(answer.text))
    assert set(early_parts()) <= named
    for part in PARTS:
        assert any(name.startswith(f"{part}.") for name in named)
    for name in named:
        imported = IMPORTED.findall((SCRIPTS / name).read_text("utf-8"))
        # Streamlit's page begins with its index, which is no preload.
        assert {one for one in imported if not one.startswith("index.")} <= named


def test_the_page_is_otherwise_streamlits_own(server):
    answer = ask(server, headers=A_PERSONS)
    links = "".join(f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in early_parts())
    assert answer.text.replace(links, "") == (STATIC / "index.html").read_text("utf-8")
    assert int(answer.headers["content-length"]) == len(answer.content)
    # They would tell a browser that Streamlit's page is still the one it has.
    assert "etag" not in answer.headers
    assert "last-modified" not in answer.headers


def test_each_part_is_named_once(server):
    named = NAMED.findall(ask(server, headers=A_PERSONS).text)
    assert len(named) == len(set(named))


def test_who_asks_for_the_page_without_its_body_gets_none(server):
    assert ask(server, headers=A_PERSONS, method="HEAD").content == b""


@pytest.mark.parametrize("path", ["/gone", "/script"])
def test_what_is_not_the_page_passes_as_it_is(server, path):
    assert ask(server, path, A_PERSONS).text == ask(server, path).text
    assert "modulepreload" not in ask(server, path, A_PERSONS).text
