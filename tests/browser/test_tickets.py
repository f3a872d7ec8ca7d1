import asyncio
import gc
import gzip
import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
import plotly
import pytest
from starlette.applications import Starlette

from lib.browser.tickets import Ticket, browser_of, register, routes
from lib.errors import InputError


@dataclass(frozen=True)
class Answer:
    """What a browser would get."""

    status: int
    headers: dict
    body: bytes


async def _ask(address: str, method: str, cookie: str = "") -> Answer:
    parts = urlsplit(address)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": parts.path, "raw_path": parts.path.encode(), "query_string": parts.query.encode(), "root_path": "",
        "headers": [(b"host", b"localhost"), (b"cookie", cookie.encode())], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    await Starlette(routes=routes())(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def ask(address: str, method: str = "GET", cookie: str = "") -> Answer:
    """Ask the real routes as a server would, over ASGI."""
    return asyncio.run(_ask(address, method, cookie))


def publish(answer, browser: str | None = None) -> Ticket:
    ticket = Ticket("fingerprint", answer, browser)
    register(ticket)
    return ticket


def fail(query) -> bytes:
    raise InputError("This run has 3 volumes, so there is no volume 7. Choose one of these.")


def test_a_picture_is_sent_as_it_was_packed():
    packed = gzip.compress(bytes(range(256)))
    ticket = publish(lambda query: packed)
    answer = ask(f"/{ticket.url}")
    assert answer.status == 200
    assert answer.body == packed
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "private, max-age=600"


def test_a_feed_is_sent_as_json_and_never_kept():
    ticket = publish(lambda query: {"traces": {0: {"y": [1.5, 2]}}, "layout": {"title": "x 3"}})
    answer = ask(f"/{ticket.url}")
    assert json.loads(answer.body) == {"traces": {"0": {"y": [1.5, 2]}}, "layout": {"title": "x 3"}}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_what_json_cannot_write_reaches_the_browser_as_null():
    """A time course with a gap made the whole answer unreadable: NaN is no JSON."""
    feed = {
        "list": [np.nan, 1.0, np.inf, None],
        "array": np.array([[1, np.nan], [-np.inf, 4]], dtype=np.float32),
        "numbers": (np.float32(0.5), np.int16(3), np.bool_(True), np.float64("nan")),
    }
    ticket = publish(lambda query: feed)
    answer = json.loads(ask(f"/{ticket.url}").body, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert answer == {"list": [None, 1, None, None], "array": [[1, None], [None, 4]], "numbers": [0.5, 3, True, None]}


def test_the_query_reaches_the_answer_as_text():
    ticket = publish(lambda query: {"x": query.get("x"), "t": query.get("t"), "missing": query.get("z")})
    assert json.loads(ask(f"/{ticket.url}?x=-1.5&t=12").body) == {"x": "-1.5", "t": "12", "missing": None}


def test_the_answer_may_take_its_time_without_stopping_the_others():
    """It is computed beside the server's loop, which would otherwise stand still."""
    from threading import Event, get_ident

    loop_thread, seen, other_answered = get_ident(), [], Event()

    def slow(query):
        seen.append(get_ident())
        return {"waited": other_answered.wait(10)}

    def quick(query):
        other_answered.set()
        return {}

    slow_ticket, quick_ticket = publish(slow), publish(quick)

    async def both() -> list[Answer]:
        return await asyncio.gather(_ask(f"/{slow_ticket.url}", "GET"), _ask(f"/{quick_ticket.url}", "GET"))

    answers = asyncio.run(both())
    assert json.loads(answers[0].body) == {"waited": True}
    assert seen != [loop_thread]


def test_a_refusal_is_told_in_its_sentence():
    ticket = publish(fail)
    answer = ask(f"/{ticket.url}")
    assert answer.status == 422
    assert answer.body.decode() == "This run has 3 volumes, so there is no volume 7. Choose one of these."
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"


def test_an_unknown_ticket_is_not_answered():
    answer = ask("/live/data/abcdefghijklmnop")
    assert answer.status == 404
    assert answer.body.decode() == "This address has expired. Reload the page."
    assert answer.headers["cache-control"] == "no-store"


def test_a_ticket_dies_with_its_holder():
    session = {"base": publish(lambda query: {"still": "here"})}
    address = f"/{session['base'].url}"
    assert ask(address).status == 200
    session.clear()
    gc.collect()
    assert ask(address).status == 404


def test_a_ticket_that_was_replaced_is_gone_and_the_new_one_answers():
    session = {"base": publish(lambda query: {"version": 1})}
    old = session["base"].url
    session["base"] = publish(lambda query: {"version": 2})
    gc.collect()
    assert ask(f"/{old}").status == 404
    assert json.loads(ask(f"/{session['base'].url}").body) == {"version": 2}


def test_a_ticket_that_was_not_registered_is_not_answered():
    assert ask(f"/{Ticket('', lambda query: {}).url}").status == 404


def test_tickets_cannot_be_guessed():
    urls = {Ticket("same", fail).url for _ in range(100)}
    assert len(urls) == 100
    assert all(re.fullmatch(r"live/data/[A-Za-z0-9_-]{24}", url) for url in urls)


def test_plotly_is_the_one_that_belongs_to_the_package():
    answer = ask(f"/live/plotly.js?v={plotly.__version__}")
    assert answer.status == 200
    assert gzip.decompress(answer.body).decode() == plotly.offline.get_plotlyjs()
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]


def test_plotly_is_packed_once():
    assert ask("/live/plotly.js").body == ask("/live/plotly.js").body
    assert int(ask("/live/plotly.js").headers["content-length"]) < 2_000_000


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written(method):
    ticket = publish(lambda query: {})
    assert ask(f"/{ticket.url}", method).status == 405


@pytest.mark.parametrize("address", ["/live/data/", "/live/data/a/b", "/live/../lib/cache.py", "/live/data/%00"])
def test_other_addresses_lead_nowhere(address):
    assert ask(address).status == 404


def mark(token: bytes) -> str:
    """Return a cookie as Streamlit writes it, masked anew each time."""
    from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

    return generate_xsrf_token_string(token, 1)


def test_a_browser_is_known_again_by_streamlits_cookie_however_it_is_masked():
    first, second = mark(b"one browser, 16b"), mark(b"one browser, 16b")
    assert first != second
    assert (
        browser_of({"_streamlit_xsrf": first}) == browser_of({"_streamlit_xsrf": second}) == b"one browser, 16b".hex()
    )
    assert browser_of({"_streamlit_xsrf": f'"{first}"'}) == b"one browser, 16b".hex()


@pytest.mark.parametrize(
    "cookie", ["", "2|", "2|zz|00|1", "2|00|00|1", "1|00000000|00|1", "2|00000000||1", "a|b|c|d|e"]
)
def test_a_cookie_that_streamlit_did_not_write_marks_nobody(cookie):
    assert browser_of({"_streamlit_xsrf": cookie}) is None
    assert browser_of({}) is None


def test_an_address_answers_only_the_browser_it_was_made_for():
    """Who saw an address over somebody's shoulder, or in a log, got the pictures of that person's upload."""
    ticket = publish(lambda query: b"mine", b"one browser, 16b".hex())
    assert ask(f"/{ticket.url}", cookie=f"_streamlit_xsrf={mark(b'one browser, 16b')}").body == b"mine"
    for cookie in ("", f"_streamlit_xsrf={mark(b'another one, 16b')}"):
        answer = ask(f"/{ticket.url}", cookie=cookie)
        assert (answer.status, answer.body.decode()) == (404, "This address has expired. Reload the page.")


def test_no_browser_shall_guess_what_an_answer_is():
    ticket = publish(lambda query: b"packed" if query.get("t") else {"y": [1]})
    for address in (f"/{ticket.url}?t=1", f"/{ticket.url}", "/live/data/unknown", "/live/plotly.js"):
        assert ask(address).headers["x-content-type-options"] == "nosniff"
