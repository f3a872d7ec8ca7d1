"""The quality page as Streamlit runs it: what is shown when, what each choice does, and what is said of gaps."""

import math

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.quality.traces import Displacement
from lib.views.quality.motion import scrub_csv
from tests.builders import app_pages
from tests.builders.app_pages import one_server, settle
from tests.builders.quality_runs import JUMP, SPIKE, motion_table, write_study

FIRST = "made/sub-01/func/sub-01_task-rest_bold.nii.gz"
LAST = "made/sub-02/func/sub-02_task-rest_bold.nii.gz"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("start") / "made", np.diag([-2.0, 2.5, 3.0, 1.0]))


@pytest.fixture(autouse=True, scope="module")
def fresh_server(tmp_path_factory, study):
    """Begin with empty caches; the tests are visitors of one server, so that a run is measured once."""
    with one_server(study, cache_folder=tmp_path_factory.mktemp("cache")):
        yield


def open_page(image: str, **parameters) -> AppTest:
    """Open the page with an image and wait until it was measured."""
    return settle(app_pages.open_page("quality", image=image, **parameters))


def texts(at: AppTest) -> str:
    """Return all that is written on the page."""
    parts = (*at.text, *at.caption, *at.markdown, *at.warning, *at.info, *at.error)
    return app_pages.shown("\n".join(str(part.value) for part in parts))


def test_a_run_is_measured_and_its_numbers_shown():
    at = open_page(FIRST)
    shown = texts(at)
    assert "Brain mask: sub-01_task-rest_desc-brain_mask.nii.gz, on this run's grid, 216 voxels" in shown
    assert f"FD (Power) above 0.5 mm: 1 of 40 volumes (2.5 %), at {JUMP}" in shown
    assert "Nipype NonSteadyStateDetector" in "".join(one.value for one in at.markdown)
    assert "Each row is one voxel and each column one volume, nothing is averaged" in shown
    assert at.session_state["image"] == FIRST


def test_a_run_without_motion_says_so_and_invents_none():
    at = open_page(LAST)
    assert "No motion file was found for this run" in texts(at)
    assert "none is estimated from the image" in texts(at)
    assert "FD (Power) above" not in "\n".join(text.value for text in at.text if text.value.startswith("FD"))


def test_the_page_s_four_words_are_explained_without_a_click():
    said = "\n".join(caption.value for caption in open_page(FIRST).caption)
    assert [f"{word}: " in said for word in ("FD", "DVARS", "tSNR", "**Carpet**")] == [True] * 4


def verdict_line(at: AppTest) -> str:
    """Return the line of verdict as one text."""
    line = at.get_by_key("verdict-line")
    parts = [*(part.value for part in line.markdown[:1]), *(fact_of(button) for button in line.button)]
    return " ".join([*parts, *(caption.value for caption in line.caption)])


def fact_of(button) -> str:
    return button.label.removeprefix(":primary[").replace("]", "")


def test_the_verdict_says_what_stands_out_and_a_fact_leads_to_its_volume():
    at = open_page(FIRST)
    assert verdict_line(at) == (
        ":orange[:material/error:] **Usable with care:** 1 jump of 1.54 mm at 60 s, "
        f"1 sudden change of the whole image at {2 * SPIKE} s, 2 volumes before steady state."
    )
    at.button(key="fact-0").click().run()
    assert at.session_state["cursor"]["t"] == JUMP


def test_what_cannot_be_judged_without_motion_is_said():
    assert "Not judged: head movement, as there is no motion file that fits." in app_pages.shown(
        verdict_line(open_page(LAST))
    )


def test_each_limit_has_this_run_s_value_and_its_source():
    limits = next(table.value for table in open_page(FIRST).table if "Source" in table.value)
    assert limits.loc["FD (Power) of a volume", "Limit"] == "at most 0.50 mm"
    assert limits.loc["FD (Power) of a volume", "Is"] == "beyond"
    assert "Parkes et al. 2018" in limits.loc["FD (Jenkinson), maximum", "Source"]
    assert limits.loc["tSNR, median", "Limit"] == "none"


def test_an_anatomy_is_refused_with_a_way_out():
    """It was a red "This cannot be shown", where the time series offered a run to open."""
    at = app_pages.open_page("quality", image="mni152-t1")
    assert not at.error
    assert "mni152-t1 has one volume, but the Quality page needs a 4-D run" in texts(at)
    assert app_pages.shown(at.button(key="open-sample-0").label) == "sub-01, game"


def test_another_measure_has_its_own_threshold_and_radius():
    at = open_page(FIRST)
    at.selectbox(key="fd").set_value("enorm").run()
    assert "Motion enorm (AFNI) above 0.3 mm (1 degree = 1 mm): 1 of 40 volumes" in texts(at)
    assert [box.key for box in at.number_input if box.key.startswith("fd_radius")] == []
    at.selectbox(key="fd").set_value("jenkinson").run()
    assert at.number_input(key="fd_radius_jenkinson").value == 80


def test_a_lower_threshold_counts_more_volumes():
    at = open_page(FIRST)
    at.number_input(key="fd_threshold_power").set_value(0.01).run()
    assert "39 of 40 volumes (97.5 %)" in texts(at)


def test_left_out_volumes_include_their_neighbours():
    at = open_page(FIRST)
    at.number_input(key="scrub_before").set_value(1)
    at.number_input(key="scrub_after").set_value(2).run()
    assert "4 of 40 volumes left out, 36 kept" in texts(at)


def upload_motion(at: AppTest, name: str, rows: np.ndarray) -> AppTest:
    """Upload motion parameters, six numbers a line."""
    text = "\n".join(" ".join(f"{value:.6g}" for value in row) for row in rows)
    at.file_uploader(key="motion-upload-0").set_value((name, text.encode(), "text/plain"))
    return at.run()


def test_a_motion_file_in_the_wrong_order_raises_a_doubt_until_it_is_put_right():
    name = "moved.par"
    at = upload_motion(open_page(LAST), name, motion_table())
    assert at.selectbox(key="motion_file").value == "moved.par"
    assert at.selectbox(key=f"motion_order {name}").value == "rotations first"
    assert "A rotation reaches 1.5 rad (86 degrees), more than a head coil allows" in texts(at)
    at.selectbox(key=f"motion_order {name}").set_value("translations first").run()
    assert not at.warning
    assert f"1 of 40 volumes (2.5 %), at {JUMP}" in texts(at)


def test_rotations_in_degrees_are_read_as_such():
    name = "motion.1D"
    at = upload_motion(open_page(LAST), name, motion_table())
    assert at.selectbox(key=f"motion_order {name}").value == "roll pitch yaw dS dL dP"
    assert at.segmented_control(key=f"motion_unit {name}").value == "deg"


def test_a_motion_file_of_another_run_is_refused_with_the_numbers():
    at = upload_motion(open_page(LAST), "rp_other.txt", motion_table()[:31])
    assert "rp_other.txt has 31 rows, 9 fewer than the run's 40 volumes" in texts(at)
    assert "The motion parameters have 31 rows, but the run has 40 volumes" in texts(at)


def test_a_file_that_holds_no_motion_is_refused_in_a_sentence():
    at = open_page(LAST)
    at.file_uploader(key="motion-upload-0").set_value(("notes.txt", b"1 2 3\n", "text/plain")).run()
    assert "notes.txt has 3 columns, but motion parameters are six numbers a line" in texts(at)


def test_maps_are_shown_with_their_distribution():
    at = open_page(FIRST)
    for name in ("mean", "SD", "temporal derivative SD", "tSNR"):
        at.selectbox(key="map").set_value(name).run()
        assert not at.exception
        assert at.dataframe[0].value["Voxels"].tolist() == [216]


def test_regions_split_the_distribution_and_the_carpet():
    at = open_page(FIRST, regions="made/derivatives/made/sub-01/func/sub-01_task-rest_desc-brain_mask.nii.gz")
    assert at.dataframe[0].value["Region"].tolist() == ["Label 1"]


def test_the_study_is_measured_when_asked_and_its_failures_say_why():
    at = open_page(FIRST, panel="All runs of the study")
    assert "best of" not in texts(at)
    at.button(key="measure-study").click().run()
    settle(at)
    frame = at.dataframe[-1].value
    assert frame["Run"].tolist() == [
        "sub-01/func/sub-01_task-rest_bold.nii.gz",
        "sub-02/func/sub-02_task-broken_bold.nii.gz",
        "sub-02/func/sub-02_task-rest_bold.nii.gz",
    ]
    assert frame["Failed because"][1]
    assert "1 of 3 runs could not be measured" in texts(at)
    # The tiles say where this run stands, from the next run of the page on.
    assert ":small[joint best of 2]" in texts(at.run())


def test_a_run_of_the_study_that_became_a_link_out_is_a_row_that_says_so(study, tmp_path):
    at = open_page(FIRST, panel="All runs of the study")
    run, kept = study / "sub-02" / "func" / "sub-02_task-rest_bold.nii.gz", tmp_path / "run.nii.gz"
    run.rename(kept)
    run.symlink_to(kept)
    try:
        at.button(key="measure-study").click().run()
        settle(at)
        row = at.dataframe[-1].value.set_index("Run").loc["sub-02/func/sub-02_task-rest_bold.nii.gz"]
    finally:
        run.unlink()
        kept.rename(run)
    assert "is a link out of the folders that may be read" in row["Failed because"]
    assert math.isnan(row["tSNR, median"])


@pytest.mark.parametrize(("key", "value"), [("scrub_before", "inf"), ("scrub_after", "-inf")])
def test_a_link_that_leaves_infinitely_many_volumes_out_leaves_out_none(key, value):
    at = open_page(FIRST, **{key: value})
    assert not at.exception
    assert at.number_input(key=key).value == 0


def test_scrub_mask_has_a_row_a_volume_with_its_time():
    values = np.array([np.nan, 0.1, 0.9])
    rows = scrub_csv(Displacement(values, "power", 0.5, 50.0), values > 0.5, 2.0).decode().splitlines()
    assert rows == ["volume,time,power_mm,left_out", "0,0,n/a,0", "1,2,0.1,0", "2,4,0.9,1"]
