"""Which study an image belongs to, and which files go with it."""

import sys

import pytest
from streamlit.testing.v1 import AppTest

from lib.cache.jobs import server_jobs
from lib.cache.studies import known_studies
from lib.jobs import JobCancelled
from lib.session import study_files
from lib.studies import read_study
from tests.builders.study_trees import write_image

pytestmark = pytest.mark.usefixtures("empty_caches")


@pytest.fixture
def mini(shared_data, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", str(shared_data / "studyforrest-mini")])
    return "studyforrest-mini/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz"


def test_run_of_a_start_folder_is_found_in_its_study(mini):
    study, file = study_files.study_of(mini)
    assert (study.layout, file.task, file.kind) == ("BIDS", "oneback", "run")


def test_run_comes_with_its_events_confounds_and_anatomy(mini, shared_data):
    pairs = study_files.pairs_of(mini)
    assert [file.id for file in pairs.anatomies] == ["studyforrest-mini/sub-02/anat/sub-02_T1w.nii.gz"]
    assert pairs.events[0].path.is_file()
    assert pairs.confounds[0].name.startswith("derivatives/moco-not-fmriprep/")


def test_sample_is_a_study_before_any_image_is_built():
    pairs = study_files.pairs_of("sample/sub-01/func/sub-01_task-game_bold.nii.gz")
    mask = "derivatives/simulated/sub-01/func/sub-01_task-game_desc-brain_mask.nii.gz"
    assert [file.id for file in pairs.masks] == [f"sample/{mask}"]
    assert not pairs.masks[0].path.exists()
    assert pairs.anatomies[0].id == "sample/sub-01/anat/sub-01_T1w.nii.gz"
    assert pairs.events[0].path.is_file()


@pytest.mark.parametrize("image_id", ["mni152-t1", "upload/brain.nii", "elsewhere/brain.nii", None])
def test_images_of_no_study_have_no_pairs(image_id):
    assert study_files.study_of(image_id) is None
    assert study_files.pairs_of(image_id) == study_files.PairedFiles()


def show_count():
    import streamlit as st

    from lib.session import study_files

    study = study_files.require_study(study_files.study_folders()[0])
    st.text(f"{len(study.files)} images" if study else "none")


def run_page() -> AppTest:
    at = AppTest.from_function(show_count, default_timeout=60).run()
    assert not at.exception
    return at


@pytest.fixture
def folder(tmp_path, monkeypatch):
    write_image(tmp_path / "study" / "sub-01_T1w.nii.gz")
    monkeypatch.setattr(sys, "argv", ["app.py", str(tmp_path / "study")])
    return study_files.study_folders()[0]


def test_indexing_that_was_cancelled_says_so_and_can_be_started_anew(folder):
    server_jobs().start(f"index {folder.path}", "Looking through study", cancelled).wait(5)
    at = run_page()
    assert at.info[0].value == "Looking through study was cancelled."
    assert at.text[0].value == "none"
    at.button[0].click().run()
    assert at.text[0].value == "1 images"


def cancelled(job):
    raise JobCancelled


def test_old_index_is_shown_while_the_folder_is_looked_through_again(folder):
    old = read_study(folder.path)
    write_image(folder.path / "sub-02_T1w.nii.gz")
    known_studies()[folder.path] = study_files.KnownStudy(old, -1e6)
    assert run_page().text[0].value == "1 images"
    assert server_jobs().find(f"index {folder.path}").wait(10)
    assert run_page().text[0].value == "2 images"


def test_unchanged_folder_keeps_its_index(folder):
    old = read_study(folder.path)
    known_studies()[folder.path] = study_files.KnownStudy(old, -1e6)
    run_page()
    assert server_jobs().find(f"index {folder.path}").wait(10)
    assert known_studies()[folder.path].study is old
