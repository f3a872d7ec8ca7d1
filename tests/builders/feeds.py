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
        # What watches over the connection is a component too, and is sent nothing.
        if node.type == "bidi_component" and node.proto.json:
            yield json.loads(node.proto.json)


def ask_route(address: str, **query: object) -> Response:
    """Ask the real route behind an address, as the server does."""
    scope = {
        "type": "http", "method": "GET", "path": "/", "headers": [], "query_string": urlencode(query).encode(),
        "path_params": {"token": address.partition("?")[0].rpartition("/")[2]},
    }  # fmt: skip
    return asyncio.run(tickets.serve_data(Request(scope)))
