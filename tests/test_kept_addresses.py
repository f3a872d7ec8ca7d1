"""An address answers once more after its slot got another."""

import asyncio
import sys

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.test_cache import fetch


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "argv", ["app.py"])
    st.cache_resource.clear()
    st.cache_data.clear()


def keeping_page():
    import streamlit as st

    from lib import cache

    look = st.text_input("look", "first")
    cache.keep_address("base")
    st.text(cache.publish("base", look, lambda query: look.encode()))


def test_the_address_before_answers_until_the_page_ran_again():
    at = AppTest.from_function(keeping_page).run()
    before = at.text[0].value
    at.text_input[0].set_value("second").run()
    assert asyncio.run(fetch(before)).body == b"first"
    at.run()
    assert asyncio.run(fetch(before)).status_code == 404
