"""A sample image on its first opening."""

import pytest
from streamlit.testing.v1 import AppTest

from lib.cache.jobs import server_jobs
from lib.jobs import JobCancelled
from lib.session import sample_building
from lib.studies.sample_study import sample_path

MASK = "derivatives/simulated/sub-01/func/sub-01_task-game_desc-brain_mask.nii.gz"

pytestmark = pytest.mark.usefixtures("empty_caches")


def open_sample(image_id: str):
    import streamlit as st

    from lib.session import frame, image_choice

    with frame.errors_shown():
        st.text(str(image_choice.open_by_id(image_id).shape))


def run_page(path: str) -> AppTest:
    """Run a page that opens a sample image, again when the image was still being built."""
    at = AppTest.from_function(open_sample, args=(f"sample/{path}",), default_timeout=60).run()
    if not at.text:
        server_jobs().find(f"sample {sample_path(path)}").wait(30)
        at.run()
    assert not at.exception
    return at


def test_image_is_built_when_it_is_first_opened():
    assert run_page(MASK).text[0].value == "(48, 56, 40)"
    assert sample_path(MASK).is_file()


def test_cancelled_building_offers_to_start_anew():
    job = server_jobs().start(f"sample {sample_path(MASK)}", "Simulating a mask", cancel_at_once)
    job.wait(5)
    at = AppTest.from_function(open_sample, args=(f"sample/{MASK}",), default_timeout=60).run()
    assert at.info[0].value == "Simulating a mask was cancelled."
    assert not sample_path(MASK).exists()
    at.button[0].click().run()
    assert run_page(MASK).text[0].value == "(48, 56, 40)"


def cancel_at_once(job):
    raise JobCancelled


def test_disk_that_refuses_is_said_in_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "file"))
    at = AppTest.from_function(open_sample, args=(f"sample/{MASK}",), default_timeout=60).run()
    assert "cannot be written to" in at.error[0].value


def test_building_is_shared_by_those_who_ask():
    first = sample_building.start_building(MASK)
    assert sample_building.start_building(MASK) is first
    assert first.result() == sample_path(MASK)


def test_unknown_sample_image_is_refused():
    at = AppTest.from_function(open_sample, args=("sample/sub-09/x.nii",), default_timeout=60).run()
    assert "no image" in at.error[0].value
