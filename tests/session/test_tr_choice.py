"""The TR of an image, from wherever it can be had."""

import sys

import pytest
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.usefixtures("empty_caches")


@pytest.fixture
def start_with(monkeypatch):
    def start(*folders):
        monkeypatch.setattr(sys, "argv", ["app.py", *(str(folder) for folder in folders)])

    return start


def offer(image_id: str):
    from lib.session import image_choice, tr_choice

    tr_choice.offer_tr(image_choice.open_by_id(image_id), image_id)


def ask(image_id: str):
    """Return the TR and what the page shows of it."""
    at = AppTest.from_function(offer, args=(image_id,), default_timeout=60).run()
    assert not at.exception
    return at


def test_tr_of_a_study_comes_from_its_sidecar(shared_data, start_with):
    start_with(shared_data / "studyforrest-mini")
    image_id = "studyforrest-mini/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz"
    at = ask(image_id)
    assert at.text[0].value == "TR 2 s, from sub-02/func/sub-02_task-oneback_run-1_bold.json"


def test_tr_without_a_sidecar_comes_from_the_header(shared_data, start_with):
    start_with(shared_data / "tr-units")
    assert ask("tr-units/ffd_original_TR3_sec.nii.gz").text[0].value == "TR 3 s, from the header"


def test_missing_tr_is_typed_and_kept_for_its_image(shared_data, start_with):
    start_with(shared_data / "tr-units")
    at = ask("tr-units/ffd_TR0.nii.gz")
    assert at.text[0].value == "No TR is known: type it in seconds."
    assert "zero" in at.warning[0].value
    at.number_input[0].set_value(2.5).run()
    assert at.text[0].value == "TR 2.5 s, as typed"
    assert not at.warning


def test_typed_tr_is_given_up_for_what_the_files_say(shared_data, start_with):
    start_with(shared_data / "tr-units")
    at = ask("tr-units/ffd_original_TR3_sec.nii.gz")
    at.number_input[0].set_value(2.0).run()
    at.button[0].click().run()
    assert at.text[0].value == "TR 3 s, from the header"
