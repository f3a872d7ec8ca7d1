"""What a page tells the browser, and what the browser then asks: charts as they were sent, feeds by their route."""

import asyncio
import json
from collections.abc import Iterator
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from lib.browser import tickets


def sent_charts(at: AppTest) -> Iterator[dict]:
    """Yield what each chart of a page was sent."""
    for node in at:
        sent = json.loads(node.proto.json) if node.type == "bidi_component" else {}
        # The watcher of the connection is no chart.
        if "wide" in sent:
            yield sent


def ask_route(address: str, **query: object) -> Response:
    """Ask the real route behind an address, as the server does."""
    scope = {
        "type": "http", "method": "GET", "path": "/", "headers": [], "query_string": urlencode(query).encode(),
        "path_params": {"token": address.partition("?")[0].rpartition("/")[2]},
    }  # fmt: skip
    return asyncio.run(tickets.serve_data(Request(scope)))
