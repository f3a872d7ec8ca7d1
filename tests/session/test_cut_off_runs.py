"""A run that was cut off while it took an upload: the next one takes it, since the browser still shows it."""

import gzip

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from lib.session import image_choice, told_choice
from lib.views.quality import motion_uploads
from tests.builders import app_pages, quality_runs
from tests.builders.app_pages import one_server, run, settle
from tests.builders.image_files import count_up, nifti_bytes
from tests.e2e import images

RUN = "measured/sub-01/func/sub-01_task-rest_bold.nii.gz"


@pytest.fixture(autouse=True)
def server(tmp_path):
    """One server with a study of measured runs."""
    study = quality_runs.write_study(tmp_path / "measured", images.oblique())
    with one_server(study, cache_folder=tmp_path / "cache"):
        yield


def cut_off(at: AppTest, monkeypatch, module, name: str, upload) -> None:
    """Upload, and let Streamlit stop the run while it keeps the file, as it does where a session is interrupted.

    The page is then what it was: what the run would have drawn has not reached the browser.
    """
    real, shown = getattr(module, name), at._tree

    def keep(uploaded):
        get_script_run_ctx().script_requests.request_stop()
        return real(uploaded)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, keep)
        run(upload)
    at._tree = shown


def test_an_image_whose_run_was_cut_off_is_taken_by_the_next(monkeypatch):
    """It was taken in a callback, of which nothing is done twice: the uploader was empty and the image gone."""
    at = app_pages.open_page("anatomy", image=RUN)
    content = gzip.compress(nifti_bytes(count_up()))
    upload = at.file_uploader(key="upload-0").set_value(("mine.nii.gz", content, "application/gzip"))
    cut_off(at, monkeypatch, image_choice, "keep_upload", upload)
    assert at.session_state["upload_number"] == 0
    run(at)
    assert at.selectbox(key="image").value == "upload/mine.nii.gz"
    assert at.session_state["upload_number"] == 1


def test_motion_parameters_whose_run_was_cut_off_are_taken_by_the_next(monkeypatch):
    """They were taken in a callback, too."""
    at = settle(app_pages.open_page("quality", image=RUN))
    text = "\n".join(" ".join(f"{value:.6g}" for value in row) for row in quality_runs.motion_table())
    upload = at.file_uploader(key="motion-upload-0").set_value(("moved.par", text.encode(), "text/plain"))
    cut_off(at, monkeypatch, motion_uploads, "keep_table", upload)
    assert at.session_state["motion_upload_number"] == 0
    run(at)
    assert at.selectbox(key="motion_file").value == "moved.par"
    assert at.session_state["motion_upload_number"] == 1


def choose_of_two():
    import streamlit as st

    from lib.session import told_choice

    asked_over = told_choice.connection_name()
    if st.session_state.pop("chooses", False):
        told_choice.choose_now("letter", "b")
    told_choice.restore("letter")
    st.selectbox("Letter", ["a", "b", "c"], key="letter")
    if st.session_state.pop("is_cut_off", False):
        st.stop()
    if st.session_state.pop("loses_connection", False):
        told_choice.connection_name = lambda: "found again"
    told_choice.note_told(asked_over)


def test_what_a_run_chose_is_chosen_again_over_another_connection_and_then_left_to_the_person(monkeypatch):
    """The browser asked for what it still showed, and an upload that had been taken was not the chosen one."""
    connection = ["first"]
    monkeypatch.setattr(told_choice, "connection_name", lambda: connection[0])
    at = run(AppTest.from_function(choose_of_two))
    at.session_state["chooses"] = True
    run(at)
    connection[0] = "second"
    # What a browser sends that was not told.
    assert run(at.selectbox(key="letter").set_value("a")).selectbox(key="letter").value == "b"
    assert run(at.selectbox(key="letter").set_value("c")).selectbox(key="letter").value == "c"
    connection[0] = "third"
    assert run(at).selectbox(key="letter").value == "c"


def test_what_a_run_chose_that_was_overtaken_is_chosen_again_by_the_next():
    """On a connection that was found again two runs were asked for, and the second had not heard of the first."""
    at = run(AppTest.from_function(choose_of_two))
    at.session_state["chooses"] = at.session_state["is_cut_off"] = True
    run(at)
    assert run(at.selectbox(key="letter").set_value("a")).selectbox(key="letter").value == "b"
    assert run(at.selectbox(key="letter").set_value("a")).selectbox(key="letter").value == "a"


def test_what_a_run_chose_whose_connection_was_lost_before_its_end_is_chosen_again(monkeypatch):
    """What it drew went to the lost one, though at its end there was another."""
    monkeypatch.setattr(told_choice, "connection_name", lambda: "lost")
    at = run(AppTest.from_function(choose_of_two))
    at.session_state["chooses"] = at.session_state["loses_connection"] = True
    run(at)
    assert run(at.selectbox(key="letter").set_value("a")).selectbox(key="letter").value == "b"


def test_what_the_person_chose_while_the_run_went_on_is_theirs():
    at = run(AppTest.from_function(choose_of_two))
    at.session_state["chooses"] = at.session_state["is_cut_off"] = True
    run(at)
    assert run(at.selectbox(key="letter").set_value("c")).selectbox(key="letter").value == "c"
