"""Which folders images are chosen from: looked at once while a page runs, and again for the next."""

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.session import image_choice, pages
from lib.studies.image_ids import name_start_folders
from tests.builders import app_pages
from tests.builders.app_pages import one_server, run
from tests.builders.study_trees import write_image

IMAGE = "mine/a.nii"


@pytest.fixture(autouse=True)
def folder(tmp_path) -> Path:
    """Folder `mine`, which the server was started with."""
    write_image(tmp_path / IMAGE)
    with one_server(tmp_path / "mine", cache_folder=tmp_path / "cache"):
        yield tmp_path / "mine"


@pytest.fixture
def looks(monkeypatch) -> list[tuple[str, ...]]:
    """Return what is noted whenever the folders are resolved."""
    found = []

    def noted(arguments):
        found.append(tuple(arguments))
        return name_start_folders(found[-1])

    monkeypatch.setattr(image_choice, "name_start_folders", noted)
    return found


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.name)
def test_a_page_looks_at_the_folders_once_a_run(looks, page):
    """List, link, image, study and pairs each resolved all folders anew: three to eight times a run."""
    at = app_pages.open_page(page.name, image=IMAGE)
    looks.clear()
    run(at)
    assert len(looks) == 1


def test_the_next_run_sees_what_became_of_a_folder(folder):
    at = app_pages.open_page("anatomy", image=IMAGE)
    folder.rename(folder.with_name("moved"))
    run(at)
    assert "which is no folder" in at.error[0].value


def ask_twice():
    from lib.session import image_choice

    image_choice.data_folders()
    image_choice.data_folders()


def test_what_runs_outside_a_page_is_answered_anew(looks):
    """A callback that follows a download must find the new folder."""
    assert not AppTest.from_function(ask_twice).run().exception
    assert len(looks) == 2


def test_a_start_folder_that_was_downloaded_too_is_still_one(folder, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", f"{folder}/../mine"])
    monkeypatch.setattr(image_choice, "downloaded_folders", lambda: (folder,))
    assert [found.name for found in image_choice.start_folders()] == ["mine"]
