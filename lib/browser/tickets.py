"""What the browser fetches while the hand moves: pictures and feeds, each behind an unguessable ticket.

These routes stand outside Streamlit's sessions, so the ticket is the only key to an answer; it dies with the session
that holds it.
"""

import json
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np
from isal import igzip
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from lib.errors import InputError

PREFIX = "/live"
# A day: the address names the version, so the content behind it never changes.
FOREVER = "public, max-age=86400, immutable"
NEVER_KEPT = {"Cache-Control": "no-store"}
# What is sent is what it is said to be: no browser shall take a picture or a sentence for a page or a script.
NO_GUESSING = {"X-Content-Type-Options": "nosniff"}
# Streamlit's cookie against forged requests holds a random token, masked anew in each answer: 2|mask|masked|time.
COOKIE = "_streamlit_xsrf"


@dataclass(frozen=True, eq=False)
class Ticket:
    """The right to one kind of answer.

    Attributes
    ----------
    fingerprint : object
        What the answer depends on besides the query; a new one means a new ticket.
    answer : callable
        Takes the query as a mapping of str, returns gzip bytes (a picture) or a feed: dicts and lists of texts,
        numbers and arrays. A number that is not finite reaches the browser as null.
    browser : str or None
        The only browser that gets an answer, see `browser_of`; None where Streamlit did not mark it.
    """

    fingerprint: object
    answer: Callable[[Mapping[str, str]], object]
    browser: str | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    @property
    def url(self) -> str:
        """Address of the answer, relative to the app's root."""
        return f"{PREFIX.strip('/')}/data/{self.token}"


# The one process-wide register. Weak: a ticket is held by its session alone and goes with it.
_tickets: WeakValueDictionary[str, Ticket] = WeakValueDictionary()


def register(ticket: Ticket) -> None:
    """Let the server answer a ticket for as long as somebody holds it."""
    _tickets[ticket.token] = ticket


def forget(address: str) -> None:
    """Answer no more at an address, as it was given by `Ticket.url`, with or without a query."""
    _tickets.pop(address.partition("?")[0].rpartition("/")[2], None)


def is_answered(ticket: Ticket) -> bool:
    """Return whether the server answers a ticket."""
    return ticket.token in _tickets


def browser_of(cookies: Mapping[str, str]) -> str | None:
    """Return what tells a browser from all others: the token in Streamlit's cookie; None where it has none."""
    parts = cookies.get(COOKIE, "").strip("\"'").split("|")
    try:
        version, mask, masked, _ = parts
        mask, masked = bytes.fromhex(mask), bytes.fromhex(masked)
    except ValueError:  # no cookie, or one that Streamlit did not write
        return None
    if version != "2" or len(mask) != 4 or not masked:
        return None
    return bytes(byte ^ mask[n % 4] for n, byte in enumerate(masked)).hex()


def routes() -> list[Route]:
    """Return the server's own routes: Plotly.js, once, and the answers behind tickets."""
    return [Route(f"{PREFIX}/plotly.js", serve_plotly), Route(f"{PREFIX}/data/{{token}}", serve_data)]


async def serve_plotly(request: Request) -> Response:
    """Answer with the Plotly.js that belongs to the Python package, so that schema and renderer agree."""
    body = await run_in_threadpool(_packed_plotly)
    return _packed_response(body, "text/javascript", FOREVER)


async def serve_data(request: Request) -> Response:
    """Answer a ticket: 200 with its data, 422 with the sentence of an `InputError`.

    404 where it is unknown, gone or another browser's.
    """
    ticket = _tickets.get(request.path_params["token"])
    if ticket is None or ticket.browser not in (None, browser_of(request.cookies)):
        return _refusal("This address has expired. Reload the page.", 404)
    try:
        answer = await run_in_threadpool(ticket.answer, request.query_params)
    except InputError as error:
        return _refusal(str(error), 422)
    if isinstance(answer, bytes):
        return _packed_response(answer, "application/octet-stream", "private, max-age=600")
    return Response(json.dumps(_plain(answer)), media_type="application/json", headers=NEVER_KEPT | NO_GUESSING)


def _refusal(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status_code=status, headers=NEVER_KEPT | NO_GUESSING)


def _plain(answer: object) -> object:
    """Return what JSON can hold: lists for arrays, null for a number that is not finite, which JSON cannot write."""
    if isinstance(answer, Mapping):
        return {str(key): _plain(value) for key, value in answer.items()}
    if isinstance(answer, np.ndarray | np.generic):
        return _plain(answer.tolist())
    if isinstance(answer, list | tuple):
        return [_plain(value) for value in answer]
    return None if isinstance(answer, float) and not math.isfinite(answer) else answer


def _packed_response(body: bytes, media_type: str, cache: str) -> Response:
    # Named as packed, so that the server's own gzip layer, at its slowest setting, leaves it alone.
    headers = {"Content-Encoding": "gzip", "Cache-Control": cache, **NO_GUESSING}
    return Response(body, media_type=media_type, headers=headers)


@lru_cache(maxsize=1)
def _packed_plotly() -> bytes:
    # The file plotly.offline.get_plotlyjs reads, found without importing plotly.
    script = Path(find_spec("plotly").submodule_search_locations[0]) / "package_data" / "plotly.min.js"
    return igzip.compress(script.read_bytes(), compresslevel=2)
