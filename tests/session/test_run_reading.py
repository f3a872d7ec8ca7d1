"""A run on a page: read through in the background, and left when asked."""

import sys
from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from lib.cache.jobs import server_jobs
from lib.session import image_choice, run_reading
from tests.builders.series_runs import FLASH, write_study
from tests.e2e import images


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("start") / "made", images.oblique())


@pytest.fixture(autouse=True)
def fresh_server(empty_caches, monkeypatch, study):
    monkeypatch.setattr(sys, "argv", ["app.py", str(study)])


def show(image_id: str):
    import streamlit as st

    from lib.session import image_choice, run_reading

    store = run_reading.store_or_progress(image_choice.open_by_id(image_id))
    st.text("ready" if store is not None else "not yet")


def open_page(image_id: str = FLASH) -> AppTest:
    return AppTest.from_function(show, args=(image_id,), default_timeout=30).run()


def press(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click()
    at.run()
    assert not at.exception
    return at


def job_key() -> str:
    return f"run {image_choice.open_by_id(FLASH).key}"


@pytest.fixture
def slow_job():
    """A reading that goes on until it is cancelled, or the test ends."""
    is_under_way, is_over = Event(), Event()

    def work(job) -> None:
        while not is_over.wait(0.01):
            job.report(7, 48, "volume 7 of 48")
            is_under_way.set()

    job = server_jobs().start(job_key(), "Reading it through", work)
    assert is_under_way.wait(30)
    yield job
    is_over.set()


def test_a_run_is_read_through_once_and_then_at_hand():
    at = open_page()
    job = server_jobs().find(job_key())
    assert job.wait(30)
    at.run()
    assert at.text[0].value == "ready"
    # A second visitor starts nothing.
    assert open_page().text[0].value == "ready"
    assert server_jobs().find(job_key()) is job


def test_a_run_that_is_read_before_its_progress_is_shown_is_at_hand(monkeypatch):
    """The page stayed without charts, with a button to read the run again, until something else was clicked."""
    start = run_reading.start_reading

    def start_and_wait(image):
        job = start(image)
        assert job is None or job.wait(30)
        return job

    monkeypatch.setattr(run_reading, "start_reading", start_and_wait)
    assert open_page().text[0].value == "ready"


@pytest.mark.usefixtures("slow_job")
def test_progress_is_told_in_volumes_while_the_page_goes_on():
    at = open_page()
    assert at.text[0].value == "not yet"
    assert [button.label for button in at.button] == ["Cancel"]
    bar = at.get("progress")[0].proto
    assert (bar.text, bar.value) == (r"Reading it through\: volume 7 of 48", int(100 * 7 / 48))


def test_reading_can_be_left_and_taken_up_again(slow_job):
    at = press(open_page(), "Cancel")
    assert slow_job.wait(10)
    at.run()
    assert "was cancelled" in at.info[0].value
    assert at.text[0].value == "not yet"
    press(at, "Read it through again")
    assert server_jobs().find(job_key()).wait(30)
    at.run()
    assert at.text[0].value == "ready"


def test_a_damaged_run_says_so_and_can_be_tried_again(tmp_path, monkeypatch):
    (tmp_path / "bad").mkdir()
    whole = image_choice.open_by_id(FLASH).path.read_bytes()
    (tmp_path / "bad" / "run.nii.gz").write_bytes(whole[: len(whole) // 2])
    monkeypatch.setattr(sys, "argv", ["app.py", str(tmp_path / "bad")])
    at = open_page("bad/run.nii.gz")
    assert server_jobs().find(f"run {image_choice.open_by_id('bad/run.nii.gz').key}").wait(30)
    at.run()
    assert not at.exception
    assert "run.nii.gz" in at.error[0].value
    assert [button.label for button in at.button] == ["Read it through again"]
