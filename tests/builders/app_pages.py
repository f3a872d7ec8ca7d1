"""The app as AppTest runs it, for the tests of its pages: one server, its visitors, and how they wait."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lib.cache.jobs import server_jobs
from lib.plain_text import EMPTY
from tests.conftest import ROOT

APP = ROOT / "app.py"


@contextmanager
def one_server(*folders: Path, cache_folder: Path | None = None) -> Iterator[None]:
    """Let the tests of a block be visitors of one server, started with the folders given, that begins and ends empty.

    Both of Streamlit's caches outlive an AppTest.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["app.py", *map(str, folders)])
        if cache_folder is not None:
            patch.setenv("VOXEL_EXPLORER_CACHE", str(cache_folder))
        forget()
        yield
    forget()


def forget() -> None:
    """Empty both of Streamlit's caches."""
    st.cache_resource.clear()
    st.cache_data.clear()


def open_page(name: str, **parameters: str) -> AppTest:
    """Open pages/<name>.py as a link with these query parameters does."""
    at = AppTest.from_file(str(APP), default_timeout=60)
    for parameter, value in parameters.items():
        at.query_params[parameter] = value
    at.switch_page(f"pages/{name}.py")
    return run(at)


def run(app_or_widget) -> AppTest:
    """Run the app, or what follows from setting a widget; nothing may crash."""
    at = app_or_widget.run()
    assert not at.exception
    return at


def shown(text: str) -> str:
    """Return what of a page's Markdown a person sees, markup of our own included."""
    return text.replace(EMPTY, "").replace("\\", "")


def settle(at: AppTest) -> AppTest:
    """Run the page again until none of its jobs is under way."""
    while any(button.label == "Cancel" for button in at.button):
        for job in list(server_jobs()._jobs.values()):
            job.wait(30)
        run(at)
    return at
