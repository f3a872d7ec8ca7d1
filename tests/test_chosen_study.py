"""Which study an image belongs to, and which files go with it."""

import sys

import pytest
import streamlit as st

from lib import chosen_study


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "argv", ["app.py"])
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def mini(shared_data, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", str(shared_data / "studyforrest-mini")])
    return "studyforrest-mini/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz"


def test_run_of_a_start_folder_is_found_in_its_study(mini):
    study, file = chosen_study.study_of(mini)
    assert (study.layout, file.task, file.kind) == ("BIDS", "oneback", "run")


def test_run_comes_with_its_events_confounds_and_anatomy(mini, shared_data):
    pairs = chosen_study.pairs_of(mini)
    assert [file.id for file in pairs.anatomies] == ["studyforrest-mini/sub-02/anat/sub-02_T1w.nii.gz"]
    assert pairs.events[0].path.is_file()
    assert pairs.confounds[0].name.startswith("derivatives/moco-not-fmriprep/")


def test_sample_is_a_study_before_any_image_is_built():
    pairs = chosen_study.pairs_of("sample/sub-01/func/sub-01_task-game_bold.nii.gz")
    mask = "derivatives/simulated/sub-01/func/sub-01_task-game_desc-brain_mask.nii.gz"
    assert [file.id for file in pairs.masks] == [f"sample/{mask}"]
    assert not pairs.masks[0].path.exists()
    assert pairs.anatomies[0].id == "sample/sub-01/anat/sub-01_T1w.nii.gz"
    assert pairs.events[0].path.is_file()


@pytest.mark.parametrize("image_id", ["mni152-t1", "upload/brain.nii", "elsewhere/brain.nii", None])
def test_images_of_no_study_have_no_pairs(image_id):
    assert chosen_study.study_of(image_id) is None
    assert chosen_study.pairs_of(image_id) == chosen_study.PairedFiles()
