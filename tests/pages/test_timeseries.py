"""The time series page as Streamlit runs it: what each choice does to the series, and what is said; no browser."""

import asyncio
import base64
import gzip
import io
import json
import re
import sys
from pathlib import Path
from threading import Event

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from nibabel.affines import apply_affine
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from lib.browser import tickets
from lib.cache import courses
from lib.cache.images import open_image, store_of
from lib.cache.jobs import server_jobs
from lib.denoising.steps import Steps
from lib.figures.time_course import PROCESSED, RAW
from lib.session import image_choice
from lib.timecourses.course import SteppedRun, read_course
from lib.timecourses.held import parse_held
from lib.timecourses.regions import voxels_of_sphere
from lib.views.timeseries.csv_files import panel_csv
from lib.views.timeseries.neighbours import neighbours_csv, screen_axes
from lib.views.timeseries.side_by_side import RunBeside, runs_csv
from lib.views.timeseries.spectrum import spectrum_csv
from tests.builders import app_pages
from tests.builders.app_pages import one_server, settle
from tests.builders.series_runs import ACTIVE, FLASH, SHAPE, SPIKE, SPIKE_HEIGHT, STORY, TASKS, course, write_study
from tests.e2e import images

REST = "made/sub-01/func/sub-01_task-rest_bold.nii.gz"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("start") / "made", images.oblique())


@pytest.fixture(autouse=True, scope="module")
def fresh_server(tmp_path_factory, study):
    """Begin with empty caches; the tests are visitors of one server, so that a run is read through once."""
    with one_server(study, cache_folder=tmp_path_factory.mktemp("cache")):
        yield


def mm(ijk) -> np.ndarray:
    return apply_affine(images.oblique(), ijk)


def open_page(image: str = FLASH, ijk=ACTIVE, **parameters) -> AppTest:
    """Open the page at a voxel and wait until the run has been read through."""
    place = {axis: f"{value:.2f}" for axis, value in zip("xyz", mm(ijk), strict=True)}
    return settle(app_pages.open_page("timeseries", image=image, **place, **parameters))


def ask(at: AppTest, chart: str, ijk=None, t: int = 0) -> dict:
    """Return what the browser is told for a voxel by the feed of a chart."""
    data = chart_data(at, chart)
    x, y, z = mm(ACTIVE if ijk is None else ijk)
    token = data["feed"].rpartition("/")[2]
    scope = {
        "type": "http", "query_string": f"x={x}&y={y}&z={z}&t={t}".encode(), "path_params": {"token": token},
        "headers": [], "method": "GET", "path": "/",
    }  # fmt: skip
    answer = asyncio.run(tickets.serve_data(Request(scope)))
    assert answer.status_code == 200, answer.body
    return json.loads(answer.body)


def chart_data(at: AppTest, container: str) -> dict:
    """Return what the component in a container was sent."""
    (element,) = [one for one in at.get_by_key(container).children.values() if one.type == "bidi_component"]
    return json.loads(element.proto.json)


def series_of(at: AppTest, ijk=ACTIVE) -> np.ndarray:
    return np.array(ask(at, "series", ijk)["traces"][PROCESSED]["y"], dtype=float)


def caption(at: AppTest) -> str:
    return app_pages.shown("\n".join(one.value for one in at.caption))


def text(at: AppTest, key: str) -> str:
    return at.get_by_key(key).text[0].value.replace("\u2003", " ")


def left_of(at: AppTest) -> str:
    """Return what the bar of degrees of freedom says; empty where there is none."""
    return "".join(bar.proto.text for bar in at.get("progress"))


# --- the series ---------------------------------------------------------------------------------------------------


def test_raw_values_are_the_file_s():
    at = open_page(units="raw")
    np.testing.assert_array_equal(series_of(at), course("flash", ACTIVE))
    assert "value 1106" in text(at, "readout")


def test_percent_change_is_what_the_page_opens_with():
    raw = course("flash", ACTIVE)
    np.testing.assert_allclose(series_of(open_page()), 100 * raw / raw.mean() - 100, rtol=1e-5, atol=1e-5)


def test_z_has_mean_0_and_sd_1():
    found = series_of(open_page(units="z"))
    assert found.mean() == pytest.approx(0, abs=1e-5)
    assert found.std(ddof=1) == pytest.approx(1, abs=1e-5)


def test_the_spike_stands_in_its_volume():
    found = series_of(open_page(units="raw", detrend="linear"), (2, 2, 2))
    assert found.argmax() == SPIKE
    assert found[SPIKE] - np.median(found) == pytest.approx(SPIKE_HEIGHT, rel=0.05)


def test_a_linear_trend_is_taken_out_and_the_mean_kept():
    at = open_page(REST, units="raw", detrend="linear")
    raw = course("rest", (2, 2, 2))
    assert series_of(at, (2, 2, 2)).mean() == pytest.approx(raw.mean())
    at = open_page(units="raw", detrend="linear", drop="21")
    # After the spike there is nothing but drift.
    np.testing.assert_allclose(series_of(at, (2, 2, 2)), course("flash", (2, 2, 2))[21:].mean(), rtol=1e-6)


def test_dropped_volumes_leave_the_others_at_their_times():
    answer = ask(open_page(drop="5", units="raw"), "series")["traces"][PROCESSED]
    assert (answer["x"][0], answer["customdata"][0]) == (10.0, 5)
    assert answer["y"] == course("flash", ACTIVE)[5:].tolist()


def test_a_voxel_answers_its_events_and_its_neighbour_does_not():
    at = open_page(units="raw", detrend="linear", hrf="spm")
    assert re.search(r"Pearson's r over 48 volumes\) with left x spm HRF 0\.\d\d, right x spm HRF 0\.\d\d", caption(at))
    beside = open_page(ijk=(7, 4, 6), units="raw", detrend="linear", hrf="spm")
    strong, weak = ([abs(float(r)) for r in re.findall(r"HRF (-?\d\.\d\d)", caption(one))] for one in (at, beside))
    assert sum(strong) > sum(weak) + 0.2


def test_steps_are_told_in_their_order():
    at = open_page(drop="2", detrend="linear", low_pass="0.1")
    told = caption(at)
    assert (
        told.index("drop the first 2 volumes (4 s)") < told.index("linear trend") < told.index("low-pass below 0.1 Hz")
    )
    assert told.index("low-pass") < told.index("percent signal change")


def test_a_confound_is_regressed_out():
    at = open_page(units="raw", regress="global_signal")
    found = series_of(at, (2, 2, 2))
    # The global signal is the drift, so that the level and the spike are left.
    assert np.ptp(np.delete(found, SPIKE)) < 20
    assert "regress out 1 confound (global_signal)" in caption(at)


def test_the_bar_of_degrees_of_freedom_shrinks_by_what_is_chosen():
    """48 volumes less 2 dropped, the mean and a line; and each independent confound takes one more."""
    assert left_of(open_page()) == ""
    at = open_page(drop="2", detrend="linear")
    assert "44 of 48 degrees of freedom left" in left_of(at)
    assert "2 dropped volumes, 1 mean, 1 linear trend" in caption(at)
    at = open_page(drop="2", detrend="linear", regress="framewise_displacement")
    assert "43 of 48 degrees of freedom left" in left_of(at)


def test_a_narrow_band_warns_of_what_is_left():
    at = open_page(high_pass="0.01", low_pass="0.03")
    assert any("effective degrees of freedom are left" in one.value for one in at.warning)


def test_steps_that_the_run_does_not_allow_are_explained_and_not_taken():
    at = open_page(units="raw", high_pass="0.3")
    assert "between 0 and 0.25 Hz" in at.error[0].value
    np.testing.assert_array_equal(series_of(at), course("flash", ACTIVE))


def test_raw_values_behind_are_sent_only_when_wanted():
    assert ask(open_page(), "series")["traces"][RAW]["y"] == [None]
    behind = ask(open_page(raw="true"), "series")["traces"][RAW]["y"]
    assert behind == course("flash", ACTIVE).tolist()


def test_outside_the_run_the_series_is_empty_and_says_why():
    at = open_page()
    answer = ask(at, "series", (-3, 0, 0))["traces"][PROCESSED]
    assert (answer["name"], answer["y"]) == ("outside the run", [None])


# --- time ---------------------------------------------------------------------------------------------------------


def test_readout_tells_the_volume_and_its_seconds():
    at = open_page(t="12", units="raw")
    assert "t 12 (24.00 s)" in text(at, "readout")
    assert f"value {course('flash', ACTIVE)[12]:g}" in text(at, "readout")


def test_a_volume_beyond_a_shorter_run_is_its_last_one():
    at = open_page(STORY, t="47")
    assert "t 39 (58.50 s)" in text(at, "readout")
    assert f"value {course('story', ACTIVE)[39]:g}" in text(at, "readout")


def test_without_a_tr_the_axis_is_volumes(tmp_path, monkeypatch, study):
    timeless = nib.load(study / "sub-01" / "func" / "sub-01_task-story_bold.nii")
    timeless.header["pixdim"][4] = 0
    (tmp_path / "timeless").mkdir()
    nib.save(timeless, tmp_path / "timeless" / "run.nii")
    monkeypatch.setattr(sys, "argv", ["app.py", str(tmp_path / "timeless")])
    at = open_page("timeless/run.nii", low_pass="0.1")
    figure = json.loads(chart_data(at, "series")["wide"]["figure"])
    assert figure["layout"]["xaxis"]["title"]["text"] == "Volume (the TR is not known)"
    assert ask(at, "series")["traces"][PROCESSED]["x"] == list(range(40))
    assert text(at, "readout").endswith("t 0")
    assert any("needs the time between volumes" in one.value for one in at.info)
    assert not at.error
    box = next(one for one in at.number_input if one.label == "TR in seconds")
    at = settle(box.set_value(2.5).run())
    assert ask(at, "series")["traces"][PROCESSED]["x"][:3] == [0, 2.5, 5]
    assert "t 0 (0.00 s)" in text(at, "readout")


def test_non_steady_volumes_are_suggested_and_one_click_drops_them(tmp_path, monkeypatch, study):
    run = nib.load(study / "sub-01" / "func" / "sub-01_task-story_bold.nii")
    bright = np.asarray(run.dataobj).copy()
    bright[..., :2] += 900
    (tmp_path / "start").mkdir()
    nib.save(nib.Nifti1Image(bright, run.affine, run.header), tmp_path / "start" / "run.nii")
    monkeypatch.setattr(sys, "argv", ["app.py", str(tmp_path / "start")])
    at = open_page("start/run.nii", units="raw")
    assert "The first 2 volumes stand out as non-steady." in caption(at)
    next(button for button in at.button if button.label == "Drop 2").click()
    at = settle(at.run())
    assert at.session_state["drop"] == 2
    assert len(series_of(at)) == 38
    assert "non-steady" not in caption(at)


# --- what is shown ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "expected", "title"),
    [
        ("mean", lambda values: values.mean(), "mean (image units)"),
        ("SD", lambda values: values.std(), "SD (image units)"),
        ("tSNR", lambda values: values.mean() / values.std(), "tSNR (mean / SD)"),
    ],
)
def test_maps_over_time_have_their_values_and_a_bar_with_the_unit(shown, expected, title):
    at = open_page(show=shown)
    value = float(re.search(r"value (\S+)", text(at, "readout")).group(1))
    # tSNR has one decimal, wherever it stands.
    assert value == pytest.approx(expected(course("flash", ACTIVE)), rel=1e-4, abs=0.05 if shown == "tSNR" else 0)
    figure = json.loads(chart_data(at, "slices")["wide"]["figure"])
    assert figure["layout"]["coloraxis"]["colorbar"]["title"]["text"] == title


def test_difference_of_two_volumes_is_windowed_about_zero():
    at = open_page(show="difference", minus=str(SPIKE - 1), t=str(SPIKE))
    values = course("flash", ACTIVE)
    assert f"value {values[SPIKE] - values[SPIKE - 1]:g}" in text(at, "readout")
    low, high = at.get_by_key("window").slider[0].value
    assert low == -high < 0


# --- holding ------------------------------------------------------------------------------------------------------


def legend(at: AppTest) -> dict[str, dict]:
    figure = json.loads(chart_data(at, "series")["wide"]["figure"])
    return {trace["name"]: trace for trace in figure["data"] if "name" in trace}


def press(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click()
    return settle(at.run())


def test_a_link_reproduces_what_is_held():
    x, y, z = mm((2, 3, 4))
    at = open_page(held=f"voxel:{x:.2f},{y:.2f},{z:.2f};sphere:{x:.2f},{y:.2f},{z:.2f},6.5", units="raw")
    assert "held voxel 2 3 4" in legend(at)
    assert any(re.match(r"6\.5 mm sphere at .* mm, mean ± SD of \d+", name) for name in legend(at))
    assert chart_data(at, "slices")["link"]["held"].startswith("voxel:")


def test_a_voxel_is_held_in_the_chart_and_in_the_link_until_it_is_let_go():
    at = press(open_page(), "Hold this voxel")
    assert "held voxel 8 4 6" in legend(at)
    assert parse(chart_data(at, "slices")["link"]["held"]) == [ACTIVE]
    at = press(at, "Stop holding")
    assert "held voxel 8 4 6" not in legend(at)
    assert chart_data(at, "slices")["link"]["held"] is None


def parse(link: str) -> list[tuple[int, int, int]]:
    inverse = np.linalg.inv(images.oblique())
    return [tuple(np.rint(apply_affine(inverse, held.place)).astype(int).tolist()) for held in parse_held(link)]


def test_a_sphere_s_mean_is_that_of_its_voxels():
    # 6.5 mm reach the neighbours along all three axes of 4, 5 and 6 mm, and some diagonal ones.
    at = open_page(units="raw", radius="6.5")
    at = press(at, "Hold the sphere around the cursor")
    name = next(name for name in legend(at) if "sphere" in name)
    voxels = voxels_of_sphere(SHAPE, images.oblique(), mm(ACTIVE), 6.5)
    assert name.endswith(f"mean ± SD of {len(voxels)}")
    mean = np.mean([course("flash", ijk) for ijk in voxels], axis=0)
    assert len(voxels) > 7
    np.testing.assert_allclose(decode(legend(at)[name]["y"]), mean, rtol=1e-5)


def decode(packed) -> np.ndarray:
    if isinstance(packed, list):
        return np.array(packed, float)
    return np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"])


def test_a_held_place_outside_the_run_is_said():
    at = open_page(held="voxel:500,0,0")
    assert at.error[0].value.startswith("The held voxel at 500.0 0.0 0.0 mm lies outside")


def test_a_link_that_holds_nonsense_is_said_and_the_page_goes_on():
    at = open_page(held="brain:1,2,3")
    assert any("names no voxel or region" in one.value for one in at.error)
    assert len(series_of(at)) == TASKS["flash"][0]


# --- events -------------------------------------------------------------------------------------------------------


def test_conditions_can_be_hidden_and_keep_their_colours():
    both, one = (legend(open_page(**hidden)) for hidden in ({}, {"hide": "left"}))
    assert {"left", "right"} <= set(both)
    assert "left" not in one
    assert one["right"]["fillcolor"] == both["right"]["fillcolor"]


def test_what_one_run_has_does_not_stay_chosen_for_another():
    at = open_page(hide="left", regress="global_signal", below="framewise_displacement")
    at.session_state["image"] = REST
    at = settle(at.run())
    assert not at.error
    assert "framewise_displacement" not in legend(at)
    assert len(series_of(at)) == TASKS["rest"][0]


# --- the panels ---------------------------------------------------------------------------------------------------


def test_only_the_open_panel_is_drawn():
    at = open_page(panel="Neighbours")
    assert chart_data(at, "neighbours")["feed"]
    with pytest.raises(KeyError):
        at.get_by_key("spectrum")


def test_spectrum_tells_its_method_and_what_it_compares():
    at = open_page(panel="Spectrum", low_pass="0.1")
    assert "Welch, Hann windows of 24 volumes (48 s), half overlapping" in caption(at)
    traces = ask(at, "spectrum")["traces"]
    after, before = (np.array(traces[uid]["y"]) for uid in ("after", "before"))
    assert after[-1] < 0.001 * before[-1]
    assert traces["after"]["x"] == traces["before"]["x"]


def test_neighbours_are_the_voxels_that_the_slices_show_around_the_cursor():
    at = open_page(panel="Neighbours", units="raw")
    labels = ask(at, "neighbours")["traces"]["labels"]["text"]
    # The first index of this grid grows to the left, the second to the front: the picture's top left is i + 1, j + 1.
    assert labels[0] == "9 5 6"
    assert labels[4] == "8 4 6"
    assert labels[8] == "7 3 6"


def test_radiological_neighbours_are_mirrored_as_the_slices_are():
    image = open_image(Path(sys.argv[1]) / "sub-01" / "func" / "sub-01_task-story_bold.nii", "story.nii")
    assert screen_axes(image, "axial", is_radiological=False) == ((1, -1), (0, -1))
    assert screen_axes(image, "axial", is_radiological=True) == ((1, -1), (0, 1))
    assert screen_axes(image, "sagittal", is_radiological=True) == ((2, -1), (1, 1))


def test_three_tasks_stand_at_one_place_each_with_its_own_time():
    at = open_page(panel="Runs side by side", units="raw")
    answer = ask(at, "tasks")
    for number, task in enumerate(("flash", "rest", "story")):
        n_volumes, tr, _ = TASKS[task]
        trace = answer["traces"][f"run-{number}"]
        assert trace["x"][:2] == [0, tr]
        assert trace["y"] == course(task, ACTIVE).tolist()
        assert len(trace["y"]) == n_volumes
    titles = [note["text"] for note in answer["layout"]["annotations"]]
    assert titles == [f"sub-01_task-{task}_bold{TASKS[task][2]}, voxel 8 4 6" for task in ("flash", "rest", "story")]


def test_runs_that_cannot_take_the_steps_are_named():
    at = open_page(panel="Runs side by side", low_pass="0.2", detrend="linear")
    # The Nyquist frequency of rest is 0.17 Hz, those of the others are higher.
    assert "these steps do not suit them: sub-01_task-rest_bold.nii.gz." in caption(at)
    assert ask(at, "tasks")["traces"]["run-1"]["y"]


def test_t1w_stands_beside_the_slices_and_its_space_is_judged():
    at = open_page(t1w="true")
    assert chart_data(at, "anatomy")["slices"]["shape"] == [24, 28, 20]
    assert "sub-01_T1w.nii.gz. Different grids that fit into one world" in caption(at)


@pytest.mark.parametrize("is_route_first", [True, False])
def test_a_move_costs_one_time_course_whoever_asks_first(monkeypatch, is_route_first):
    """The series' feed, the spectrum's and the page's own words each read and processed the same voxel."""
    at = open_page(panel="Spectrum", detrend="linear", drop="1" if is_route_first else "2")
    ijk, computed = (3, 9, 5), []

    def count(run, ijk):
        computed.append(ijk)
        return read_course(run, ijk)

    def move_and_run():
        at.session_state["cursor"].update(zip("xyz", mm(ijk).tolist(), strict=True))
        app_pages.run(at)

    monkeypatch.setattr(courses, "read_course", count)
    if not is_route_first:
        move_and_run()
    for chart in ("series", "spectrum"):
        ask(at, chart, ijk)
    if is_route_first:
        move_and_run()
    assert text(at, "readout").startswith("i 3 j 9 k 5")
    assert computed == [ijk]


# --- files --------------------------------------------------------------------------------------------------------


def test_files_state_where_they_come_from():
    image = open_image(Path(sys.argv[1]) / "sub-01" / "func" / "sub-01_task-story_bold.nii", "story.nii")
    run = SteppedRun(image, None, Steps(drop=1, units="z"), 1.5)
    written = panel_csv({"volume": np.arange(3)}, run, mm(ACTIVE), {"unit": "z"}).decode()
    x, y, z = mm(ACTIVE)
    for line in (
        "# file: story.nii", "# voxel i j k: 8 4 6", f"# world x y z mm: {x:.2f} {y:.2f} {z:.2f}",
        "# steps: In this order: drop the first 1 volume (1.5 s); z values, divisor T - 1.", "# TR: 1.5 s", "# unit: z",
    ):  # fmt: skip
        assert line in written.splitlines()
    assert pd.read_csv(io.StringIO(written), comment="#")["volume"].tolist() == [0, 1, 2]


@pytest.fixture
def run_at_hand() -> SteppedRun:
    """The flash run as the page prepares it."""
    open_page()
    image = image_choice.open_by_id(FLASH)
    return SteppedRun(image, store_of(image), Steps(drop=8), 2.0)


def read_csv(written: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(written), comment="#")


def test_file_of_the_spectrum_has_both_powers(run_at_hand):
    table = read_csv(spectrum_csv(run_at_hand, "periodogram", mm(ACTIVE)))
    assert table.columns.tolist() == ["Hz", "power after the steps", "power before"]
    assert table["Hz"].iloc[-1] == 0.25
    np.testing.assert_allclose(table["power after the steps"], table["power before"])


def test_file_of_the_neighbours_has_a_column_a_voxel(run_at_hand):
    axes = screen_axes(run_at_hand.image, "axial", is_radiological=False)
    table = read_csv(neighbours_csv(run_at_hand, axes, 3, mm(ACTIVE)))
    assert table.columns.tolist()[:3] == ["volume", "seconds", "voxel 9 5 6"]
    assert len(table.columns) == 2 + 9
    np.testing.assert_array_equal(table["voxel 8 4 6"], course("flash", ACTIVE)[8:])


def test_file_of_the_runs_ends_shorter_ones_with_no_value(run_at_hand):
    others = []
    for image_id, tr in ((FLASH, 2.0), (STORY, 1.5)):
        open_page(image_id)
        image = image_choice.open_by_id(image_id)
        others.append(RunBeside(image.name, image, store_of(image), tr))
    table = read_csv(runs_csv(run_at_hand, others, mm(ACTIVE)))
    story = table["sub-01_task-story_bold.nii value"]
    assert len(table) == 48
    assert story[:8].isna().all()
    assert story[40:].isna().all()
    np.testing.assert_array_equal(story[8:40], course("story", ACTIVE)[8:])
    assert table["sub-01_task-story_bold.nii seconds"][8] == 12


# --- before the run has been read through -------------------------------------------------------------------------


def test_page_is_usable_before_the_run_has_been_read(study, monkeypatch):
    """The reading is held up by a job of its key that never gets anywhere."""
    is_over = Event()
    path = study / "sub-01" / "func" / "sub-01_task-story_bold.nii"
    for name in ("plain.nii", "packed.nii.gz"):
        folder = study.parent / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_bytes(gzip.compress(path.read_bytes(), 1) if name.endswith(".gz") else path.read_bytes())
    monkeypatch.setattr(sys, "argv", ["app.py", str(study.parent / "plain"), str(study.parent / "packed")])
    for image_id in ("plain/plain.nii", "packed/packed.nii.gz"):
        image = open_image(study.parent / image_id, Path(image_id).name)
        server_jobs().start(f"run {image.key}", "Reading", lambda job: is_over.wait(60))
        at = app_pages.open_page("timeseries", image=image_id, show="tSNR", units="raw")
        # Slices and readout are there; the map that the link asks for is promised.
        assert "value 1600" in text(at, "readout")
        assert "Volumes are shown until the run has been read through; then the tSNR." in caption(at)
        assert at.session_state["show"] == "tSNR"
        if image_id.startswith("plain"):
            assert series_of(at).tolist() == course("story", ACTIVE).tolist()
        else:
            assert any("time courses appear here once it has been read through" in one.value for one in at.info)
    is_over.set()
