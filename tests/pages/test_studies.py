"""The first page's wiring, from the entry script: ways in, study, table, details; no browser."""

import sys
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from lib.cache.jobs import server_jobs
from lib.studies.sample_study import FIRST_IMAGE, sample_path
from lib.views.studies import downloads
from tests.builders import app_pages
from tests.builders.study_trees import RUN_SHAPE, write_bids, write_image, write_json, write_text
from tests.conftest import ROOT

GAME = "study/sub-01/func/sub-01_task-game_run-1_bold.nii.gz"

pytestmark = pytest.mark.usefixtures("empty_caches")


@pytest.fixture
def study(tmp_path, monkeypatch) -> Path:
    """Folder `study` of the test's own, which the server was started with."""
    folder = tmp_path / "study"
    folder.mkdir()
    monkeypatch.setattr(sys, "argv", ["app.py", str(folder)])
    return folder


def open_app(query: str = "", **state) -> AppTest:
    """Return the first page as a link opens it, in a fresh session; indexing has ended."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, values in parse_qs(query).items():
        app.query_params[name] = values
    for name, value in state.items():
        app.session_state[name] = value
    return run(app)


def run(app_or_widget) -> AppTest:
    app = app_or_widget.run()
    assert not app.exception
    return app


def table(app: AppTest):
    return app.dataframe[0].value


def words(app: AppTest) -> str:
    """Return all prose of the page."""
    kinds = (app.markdown, app.caption, app.text, app.info, app.warning, app.error)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_first_page_says_what_the_app_is_for_and_offers_three_ways_in():
    app = open_app()
    assert app.header[0].value == "Voxel Explorer"
    assert "time course of every voxel" in words(app)
    assert app.button(key="open-sample").label == "Open the sample"
    assert app.file_uploader[0].label == "Open your own image"
    assert app.selectbox(key="study").options == ["sample"]
    assert "streamlit run app.py -- FOLDER" in words(app)


def test_sample_study_is_browsed_by_one_click_and_said_to_be_simulated():
    app = run(open_app().button(key="browse-sample").click())
    assert app.selectbox(key="image").value == f"sample/{FIRST_IMAGE}"
    assert "Simulated: nobody was scanned" in words(app)
    # What the second click needs is being built meanwhile.
    assert server_jobs().find(f"sample {sample_path(FIRST_IMAGE)}").wait(60)
    assert sample_path(FIRST_IMAGE).is_file()


def test_sample_is_tabulated_though_no_image_is_built():
    app = open_app("study=sample")
    rows = table(app).set_index("File")
    assert rows.loc["sub-01_T1w.nii.gz", "Shape"] == "176 x 240 x 256"
    assert rows.loc["sub-01_T1w.nii.gz", "Voxel size (mm)"] == "1 x 1 x 1"
    game = rows.loc["sub-01_task-game_bold.nii.gz"]
    assert (game["Shape"], game["TR (s)"], game["Length (s)"]) == ("48 x 56 x 40 x 144", 2, 288)
    assert len(rows) == 11
    assert rows.index[0] == "sub-01_T1w.nii.gz"
    assert not sample_path(FIRST_IMAGE).exists()


def test_known_answers_of_the_sample_are_tables_whose_places_lead_there():
    app = open_app("study=sample&details=Known answers")
    responses = app.table[0].value.set_index(["Run", "Condition"])
    # The template's (-38, -22, 56) mm, 20 mm further to the front in this scanner.
    place = responses.loc[("sub-01 game", "play"), "Place, x y z mm"]
    run = "image=sample/sub-01/func/sub-01_task-game_bold.nii.gz"
    assert app_pages.shown(place) == f"[-38.0, -2.0, 56.0](timeseries?{run}&x=-38.00&y=-2.00&z=56.00&drop=2)"
    runs = app.table[3].value.set_index("Run")
    assert "t=90" in runs.loc["sub-01 game", "Head jumps at volume"]
    assert set(runs["tSNR of all volumes"]) == {"open the run once"}


def test_a_tab_that_another_study_lacks_is_left_when_that_is_opened(study):
    write_bids(study)
    app = open_app("study=sample&details=Known answers")
    run(app.selectbox(key="study").select("study"))
    assert "Known answers" not in [tab.label for tab in app.tabs]


def test_study_of_the_linked_image_is_shown(study):
    write_bids(study)
    app = open_app(f"image=sample/{FIRST_IMAGE}")
    assert app.selectbox(key="study").value == "sample"


def test_linked_study_is_shown_whatever_the_image_is(study):
    write_bids(study)
    assert open_app(f"image=sample/{FIRST_IMAGE}&study=study").selectbox(key="study").value == "study"


def test_unknown_study_in_a_link_falls_back_to_the_first(study):
    write_bids(study)
    assert open_app("study=elsewhere").selectbox(key="study").value == "study"


def test_unknown_image_in_a_link_is_said_in_an_alert():
    assert "elsewhere/brain.nii" in open_app("image=elsewhere/brain.nii").error[0].value


def test_choosing_another_image_shows_its_study(study):
    write_bids(study)
    app = open_app()
    assert app.selectbox(key="study").value == "study"
    run(app.selectbox(key="image").select(f"sample/{FIRST_IMAGE}"))
    assert app.selectbox(key="study").value == "sample"


def test_subject_session_kind_and_name_narrow_the_table(study):
    write_bids(study)
    app = open_app()
    n_all = len(table(app))
    run(app.selectbox(key="subject").select("02"))
    assert set(table(app)["Subject"]) == {"02"}
    run(app.selectbox(key="session").select("b"))
    assert set(table(app)["Session"]) == {"b"}
    run(app.selectbox(key="kind").select("run"))
    assert list(table(app)["File"]) == ["sub-02_ses-b_task-rest_bold.nii.gz"]
    run(app.text_input(key="name").set_value("nothing like it"))
    assert "No image passes these filters" in words(app)
    run(app.selectbox(key="study").select("sample"))
    assert app.selectbox(key="subject").value is None
    run(app.selectbox(key="study").select("study"))
    assert len(table(app)) == n_all


def test_filters_come_from_the_link(study):
    write_bids(study)
    assert len(table(open_app("subject=02&kind=anatomy"))) == 2


def test_measured_images_come_before_computed_ones(study):
    write_bids(study)
    folders = list(table(open_app())["Folder"])
    assert folders.index("sub-02/ses-b/func") < folders.index("derivatives/fmriprep-23/sub-01/anat")


def test_events_of_the_chosen_run_are_counted(study):
    write_bids(study)
    app = open_app(f"image={GAME}")
    trials = app.dataframe[1].value.set_index("Condition")
    assert trials.loc["left", "Trials"] == 1
    assert "TR 2 s, from task-game_bold.json" in words(app)


def test_events_after_the_end_of_the_run_are_said(study):
    write_bids(study)
    write_text(study / "sub-01/func/sub-01_task-game_run-01_events.tsv", "onset\tduration\n20\t1\n1\t1\n")
    # Six volumes of 2 s.
    assert "1 of 2 events begin after the run's end at 12 s" in words(open_app(f"image={GAME}"))


def test_events_that_cannot_be_read_are_said_in_a_sentence(study):
    write_bids(study)
    write_text(study / "sub-01/func/sub-01_task-game_run-01_events.tsv", "start\tduration\n1\t1\n")
    assert "events need a column onset" in open_app(f"image={GAME}").error[0].value


def test_run_without_events_says_so(study):
    write_bids(study)
    image = "study/sub-02/ses-b/func/sub-02_ses-b_task-rest_bold.nii.gz"
    assert "no events table" in words(open_app(f"image={image}"))


def test_anatomy_has_no_events(study):
    write_bids(study)
    assert "Events belong to runs" in words(open_app("image=study/sub-01/anat/sub-01_T1w.nii.gz"))


def test_sidecar_shows_each_value_with_the_file_it_came_from(study):
    write_bids(study)
    app = open_app("image=study/sub-01/func/sub-01_task-game_run-2_bold.nii.gz&details=Sidecar")
    keys = app.dataframe[1].value.set_index("Key")
    assert tuple(keys.loc["EchoTime"]) == ("0.05", "sub-01/func/sub-01_task-game_run-2_bold.json")
    assert tuple(keys.loc["RepetitionTime"]) == ("2.0", "task-game_bold.json")


def test_files_that_belong_to_the_chosen_run_are_named(study):
    write_bids(study)
    shown = open_app(f"image={GAME}&details=Paired files").dataframe[1].value
    first = shown.drop_duplicates("What").set_index("What")["File"]
    assert first["Events"] == "sub-01/func/sub-01_task-game_run-01_events.tsv"
    assert first["Anatomy"] == "sub-01/anat/sub-01_T1w.nii.gz"
    assert first["Confounds and motion"].endswith("run-1_desc-confounds_timeseries.tsv")


def test_participants_are_counted_and_one_column_is_drawn(study):
    write_bids(study)
    app = open_app("details=Participants")
    assert "3 participants in the table, 2 of them with images. Without images: 03." in words(app)
    assert app.selectbox(key="column").options == ["age", "group"]
    assert "1 of 3 have no value." in words(app)


def test_conflicting_tr_is_flagged_and_can_be_typed(study):
    write_bids(study)
    write_json(study / "task-game_bold.json", {"RepetitionTime": 3.0})
    app = open_app(f"image={GAME}")
    assert "task-game_bold.json says 3 s, the header 2 s" in words(app).replace("\\", "")
    run(app.number_input[0].set_value(2.5))
    assert "TR 2.5 s, as typed" in words(app)
    row = table(app).set_index("File").loc["sub-01_task-game_run-1_bold.nii.gz"]
    assert (row["TR (s)"], row["Length (s)"]) == (2.5, 15.0)


def test_file_that_cannot_be_opened_has_a_row_with_the_reason(study):
    write_bids(study)
    write_text(study / "sub-01/anat/sub-01_PDw.nii.gz", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    app = open_app("details=Problems")
    rows = table(app).set_index("File")
    assert "Git LFS pointer" in rows.loc["sub-01_PDw.nii.gz", "Problem"]
    (problem,) = app.table[-1].value.itertuples(index=False)
    assert app_pages.shown(problem.File) == "sub-01/anat/sub-01_PDw.nii.gz"
    assert rows.index[-1] == "sub-01_PDw.nii.gz"


def test_reasons_stand_whole_below_the_table(study):
    """A cell cuts a sentence off where its column ends."""
    write_bids(study)
    write_text(study / "sub-01/anat/sub-01_PDw.nii.gz", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    app = open_app()
    assert "1 file has a problem: the reasons in full" in [expander.label for expander in app.expander]
    (told,) = app.table[0].value.itertuples(index=False)
    assert app_pages.shown(told.Problem) == table(app).set_index("File").loc["sub-01_PDw.nii.gz", "Problem"]


def test_kinds_are_called_as_the_field_calls_them():
    kinds = table(open_app("study=sample")).set_index("File")["Kind"]
    assert kinds["sub-01_T1w.nii.gz"] == "T1w"
    assert kinds["sub-01_task-game_bold.nii.gz"] == "BOLD run"
    assert kinds["sub-01_task-game_desc-brain_mask.nii.gz"] == "brain mask"


def test_chosen_image_that_cannot_be_opened_is_said(study):
    write_text(study / "sub-01_T1w.nii.gz", "")
    assert "sub-01_T1w.nii.gz cannot be opened. It is empty" in open_app("image=study/sub-01_T1w.nii.gz").error[
        0
    ].value.replace("\\", "")


def test_name_of_a_study_is_text_not_markdown(study):
    write_bids(study)
    write_json(study / "dataset_description.json", {"Name": "![x](http://127.0.0.1:9/x.png) **loud**"})
    assert r"\!\[x\]\(http" in words(open_app())


def test_empty_folder_says_that_no_image_was_found(study):
    assert "No image was found in this folder" in words(open_app())


def test_large_study_shows_its_first_images_and_reads_their_headers_behind_the_page(study):
    for number in range(505):
        write_text(study / f"sub-{number:03d}" / "anat" / f"sub-{number:03d}_T1w.nii", "no header " * 200)
    app = open_app()
    assert "The first 500 of 505 images" in words(app)
    wait_for_jobs()
    app.run()
    assert table(app)["Problem"].notna().all()


def wait_for_jobs() -> None:
    jobs = server_jobs()
    for key in list(jobs._jobs):
        assert jobs.find(key).wait(60)


def test_link_stored_as_text_is_opened_like_the_image_it_stands_for(study):
    """git writes links as text where the file system has none; the study lists them as images."""
    write_image(study / "sub-01" / "whole.nii.gz", RUN_SHAPE)
    write_text(study / "sub-01" / "sub-01_task-rest_bold.nii.gz", "./whole.nii.gz")
    app = open_app("image=study/sub-01/sub-01_task-rest_bold.nii.gz")
    assert not app.error
    assert "TR 2 s, from the header" in words(app)


def test_image_added_meanwhile_is_found_by_looking_again(study):
    write_image(study / "sub-01_T1w.nii.gz")
    app = open_app()
    assert len(table(app)) == 1
    write_image(study / "sub-01_task-rest_bold.nii.gz", RUN_SHAPE)
    run(app.button(key="look-again").click())
    assert len(table(app)) == 2


def test_public_data_says_size_licence_and_source_before_anything_is_asked(monkeypatch):
    app = open_app(**{downloads.PANEL: True})
    shown = words(app)
    assert "about 30.0 MB" in shown
    assert "free for personal education" in shown
    assert "https://www.fil.ion.ucl.ac.uk/spm/data/auditory/" in shown
    run(app.selectbox(key="dataset").select("Brain development"))
    run(app.number_input(key="subjects-development_fmri").set_value(3))
    assert "about 60.0 MB" in words(app)


def test_download_without_a_network_ends_in_a_sentence(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    app = open_app(**{downloads.PANEL: True})
    run(app.button(key="start-download").click())
    server_jobs().find("download spm_auditory").wait(60)
    app.run()
    assert "SPM auditory could not be downloaded" in app.error[0].value
    run(app.button(key="close-spm_auditory").click())
    assert not app.error


def test_a_server_can_be_kept_from_downloading(monkeypatch):
    """Whoever hosts the app for strangers may not want them to fill its disk."""
    assert "Download public data" in [popover.proto.popover.label for popover in open_app().get("popover")]
    monkeypatch.setenv("VOXEL_EXPLORER_DOWNLOADS", "off")
    assert "Download public data" not in [popover.proto.popover.label for popover in open_app().get("popover")]
