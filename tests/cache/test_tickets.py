"""Addresses that a session holds, asked inside a page."""

import asyncio

import streamlit as st
from streamlit.testing.v1 import AppTest

from lib.browser import tickets
from lib.cache.tickets import KEPT_TICKETS


def publish_page():
    import streamlit as st

    from lib.cache.tickets import publish

    look = st.text_input("look", "first")
    for slot in ("base", "overlay"):
        st.text(publish(slot, look, lambda query: look.encode()))


async def fetch(url: str):
    """Ask the route behind an address, as the server does."""
    from starlette.requests import Request

    scope = {"type": "http", "method": "GET", "path": f"/{url}", "headers": [], "query_string": b""}
    return await tickets.serve_data(Request({**scope, "path_params": {"token": url.split("/")[-1]}}))


def test_an_address_stays_while_what_it_shows_does():
    at = AppTest.from_function(publish_page, default_timeout=60).run()
    before = [text.value for text in at.text]
    assert before[0] != before[1]
    assert [text.value for text in at.run().text] == before
    assert asyncio.run(fetch(before[0])).body == b"first"


def test_a_new_look_has_a_new_address():
    at = AppTest.from_function(publish_page, default_timeout=60).run()
    before = at.text[0].value
    after = at.text_input[0].set_value("second").run().text[0].value
    assert after != before
    assert asyncio.run(fetch(after)).body == b"second"


def test_an_earlier_address_is_answered_for_a_few_looks_more():
    """The browser asks at the old address until the page's run has told it the new one."""
    at = AppTest.from_function(publish_page, default_timeout=60).run()
    before = at.text[0].value
    for number in range(KEPT_TICKETS - 1):
        at.text_input[0].set_value(f"look {number}").run()
    assert asyncio.run(fetch(before)).body == b"first"
    # Who goes back finds it again, and it counts as new.
    assert at.text_input[0].set_value("first").run().text[0].value == before
    for number in range(KEPT_TICKETS):
        assert asyncio.run(fetch(before)).body == b"first"
        at.text_input[0].set_value(f"another look {number}").run()
    assert asyncio.run(fetch(before)).status_code == 404


def test_addresses_end_with_their_session():
    at = AppTest.from_function(publish_page, default_timeout=60).run()
    url = at.text[0].value
    st.cache_resource.clear()
    assert asyncio.run(fetch(url)).status_code == 404
