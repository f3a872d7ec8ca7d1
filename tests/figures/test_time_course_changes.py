"""What the browser is told of a place: exact numbers for the traces it has to change."""

import numpy as np
import pytest

from lib.denoising.steps import Steps
from lib.figures.changes import numbers
from lib.figures.time_course import PROCESSED, RAW, Axes, draw_series
from lib.figures.time_course_changes import axes_without_value, series_changes
from lib.figures.time_course_panels import (
    AFTER,
    BEFORE,
    COURSES,
    LABELS,
    VOLUMES,
    neighbour_changes,
    runs_changes,
    spectrum_changes,
)
from lib.runs import prepare_run
from lib.timecourses.course import Course, SteppedRun, read_course
from lib.timecourses.neighbours import Neighbours, read_neighbours
from lib.timecourses.spectra import compute_spectrum
from tests.builders.run_files import save_run

SHAPE, N_VOLUMES = (7, 8, 9), 20
IJK = (2, 5, 7)


@pytest.fixture
def values(rng) -> np.ndarray:
    return rng.integers(100, 1000, (*SHAPE, N_VOLUMES)).astype(np.int16)


@pytest.fixture
def image(tmp_path, values, oblique_affine):
    return save_run(tmp_path / "run.nii.gz", values, oblique_affine)


@pytest.fixture
def store(image, tmp_path):
    return prepare_run(image, tmp_path / "stores")


# --- one voxel ----------------------------------------------------------------------------------------------------


def test_series_comes_with_its_volumes_and_its_voxel(image, store, values):
    course = read_course(SteppedRun(image, store, Steps(drop=3), 2.0), IJK)
    series, raw = series_changes(course, drop=3, tr=2.0, has_raw=True)["traces"].values()
    assert series["name"] == "voxel 2 5 7"
    assert series["customdata"] == list(range(3, 20))
    assert series["x"][:2] == [6.0, 8.0]
    assert series["y"] == values[IJK][3:].tolist()
    assert (raw["x"][0], raw["y"]) == (0.0, values[IJK].tolist())


def test_raw_values_stay_away_until_they_are_wanted(image, store):
    course = read_course(SteppedRun(image, store, Steps(), 2.0), IJK)
    assert series_changes(course, drop=0, tr=2.0, has_raw=False)["traces"][RAW] == {"x": [None], "y": [None]}


def test_outside_the_run_says_so():
    assert series_changes(None, drop=0, tr=2.0, has_raw=True)["traces"][PROCESSED]["name"] == "outside the run"


REASON = " ".join(["Percent has no meaning here."] * 3)
REFUSED = Course(IJK, np.arange(3.0), np.arange(3) * 2.0, np.full(3, np.nan), 0, REASON)


def test_a_course_without_value_says_why_over_its_raw_values():
    """It was an empty chart; or a curve in millions of percent."""
    changes = series_changes(REFUSED, drop=0, tr=2.0, has_raw=False, all_run="All is so.")
    assert changes["traces"][PROCESSED] == {"x": [None], "y": [None], "name": "voxel 2 5 7"}
    assert changes["traces"][RAW] == {"x": [0, 2, 4], "y": [0, 1, 2], "visible": True}
    for layout, longest in (("layout", 118), ("narrow_layout", 42)):
        lines = changes[layout]["annotations"][0]["text"].split("<br>")
        assert " ".join(lines) == f"{REASON} All is so."
        assert max(map(len, lines)) <= longest


def test_raw_values_lie_below_the_reason():
    axes = axes_without_value(draw_series(np.arange(3.0), Axes("Time (s)", "Signal change (%)")), has_others=False)
    changes = series_changes(REFUSED, drop=0, tr=2.0, has_raw=False, axes=axes)
    wide, narrow = (changes[name]["yaxis2"]["range"] for name in ("layout", "narrow_layout"))
    assert wide[0] < 0
    # Of the raw values 0 to 2: two lines take a quarter of the height, three more than a third.
    assert narrow[1] > wide[1] > 2 / 0.85


@pytest.mark.parametrize("has_others", [True, False])
def test_an_axis_without_values_has_numbers_where_others_are_drawn_on_it(has_others):
    figure = draw_series(np.arange(3.0), Axes("Time (s)", "Signal change (%)"))
    axis = axes_without_value(figure, has_others=has_others)["yaxis"]
    assert axis.pop("showticklabels", True) is has_others
    assert axis == figure.layout.yaxis.to_plotly_json()


def test_a_gap_is_sent_as_a_gap(tmp_path, values, oblique_affine):
    holed = values.astype(np.float32)
    holed[..., 7] = np.nan
    image = save_run(tmp_path / "holed.nii.gz", holed, oblique_affine)
    run = SteppedRun(image, prepare_run(image, tmp_path / "stores"), Steps(units="z"), 2.0)
    sent = series_changes(read_course(run, IJK), drop=0, tr=2.0, has_raw=True)["traces"]
    for trace in (sent[PROCESSED], sent[RAW]):
        assert [t for t, value in enumerate(trace["y"]) if value is None] == [7]
        assert "mode" not in trace


def test_a_value_between_two_gaps_is_a_dot(tmp_path, values, oblique_affine):
    """Lines lead from value to value, so nothing was seen of it."""
    holed = values.astype(np.float32)
    holed[..., [6, 8]] = np.nan
    image = save_run(tmp_path / "holed.nii.gz", holed, oblique_affine)
    run = SteppedRun(image, prepare_run(image, tmp_path / "stores"), Steps(units="z"), 2.0)
    sent = series_changes(read_course(run, IJK), drop=0, tr=2.0, has_raw=True)["traces"]
    for trace in (sent[PROCESSED], sent[RAW]):
        assert trace["mode"] == "lines+markers"
        assert [t for t, size in enumerate(trace["marker"]["size"]) if size] == [7]


def test_numbers_have_six_digits_and_gaps_and_whole_ones_are_whole():
    assert numbers(np.array([1 / 3, np.nan, 123456789.0])) == [0.333333, None, 123456789.0]


# --- spectrum -----------------------------------------------------------------------------------------------------


def test_spectra_fill_after_and_before():
    one = compute_spectrum(np.arange(16.0) % 4, 2.0, "periodogram")
    changes = spectrum_changes(one, None)["traces"]
    assert changes[AFTER]["x"] == numbers(one.frequencies)
    assert changes[BEFORE] == {"x": [None], "y": [None]}


def test_a_spectrum_that_cannot_be_says_why():
    changes = spectrum_changes(None, None, "A spectrum needs a value in every volume, and 1 of 20 has none.")
    assert changes["traces"][AFTER] == {"x": [None], "y": [None]}
    assert "1 of 20 has none" in changes["layout"]["annotations"][0]["text"].replace("<br>", " ")


# --- neighbours ---------------------------------------------------------------------------------------------------

# Down the picture j falls, to the right i grows.
DOWN, RIGHT = (1, -1), (0, 1)


def square(store, ijk=IJK, **options):
    cells = read_neighbours(store, ijk, DOWN, RIGHT, 3)
    options = {"is_common_scale": True, "unit": " %", "volume": 4, **options}
    return cells, neighbour_changes(cells, cells.signals, **options)


def test_cells_are_labelled_with_their_voxels_row_by_row(store):
    _, changes = square(store)
    assert changes["traces"][LABELS]["text"] == [f"{i} {j} 7" for j in (6, 5, 4) for i in (1, 2, 3)]


def test_each_course_stays_in_its_cell(store):
    _, changes = square(store)
    x, y = (np.array(changes["traces"][COURSES][axis], float).reshape(3, 3, N_VOLUMES + 1)[..., :-1] for axis in "xy")
    for row in range(3):
        for column in range(3):
            assert column < x[row, column].min() < x[row, column].max() < column + 1
            assert 2 - row < y[row, column].min() <= y[row, column].max() < 3 - row


def test_one_scale_for_all_says_its_ends(store):
    cells, changes = square(store)
    low, high = cells.signals.min(), cells.signals.max()
    assert changes["layout"]["title"]["text"] == f"Common scale: {low:.5g} to {high:.5g} %"
    y = np.array([value for value in changes["traces"][COURSES]["y"] if value is not None]) % 1
    assert (y.min().round(3), y.max().round(3)) == (0.05, 0.79)


def test_own_scales_fill_each_cell_and_label_its_ends(store):
    cells, changes = square(store, is_common_scale=False)
    y = np.array(changes["traces"][COURSES]["y"], float).reshape(9, N_VOLUMES + 1)[:, :-1] % 1
    np.testing.assert_allclose(y.min(axis=1), 0.05)
    np.testing.assert_allclose(y.max(axis=1), 0.79)
    own = cells.signals[:, 0, 0]
    assert changes["traces"][LABELS]["text"][0] == f"1 6 7: {own.min():.4g} to {own.max():.4g}"


def test_cells_beyond_the_grid_say_so_and_stay_empty(store):
    _, changes = square(store, ijk=(0, 0, 0))
    labels = changes["traces"][LABELS]["text"]
    assert labels[4] == "0 0 0"
    assert labels[0] == "-1 1 0 outside"
    y = np.array(changes["traces"][COURSES]["y"], float).reshape(3, 3, N_VOLUMES + 1)
    assert np.isnan(y[2]).all()
    assert np.isnan(y[:, 0]).all()


def test_a_cell_without_value_says_so(store):
    cells, _ = square(store)
    signals = cells.signals.copy()
    signals[:, 0, 2] = np.nan
    changes = neighbour_changes(cells, signals, is_common_scale=False, unit=" %", volume=0)
    assert changes["traces"][LABELS]["text"][2] == "3 6 7 no value"


def test_each_cell_marks_the_volume(store):
    _, changes = square(store)
    marks, courses = changes["traces"][VOLUMES]["x"], changes["traces"][COURSES]["x"]
    assert marks[:2] == [courses[4]] * 2
    assert len(marks) == 9 * 3


def test_a_dropped_volume_is_not_marked(store):
    _, changes = square(store, volume=None)
    assert changes["traces"][VOLUMES] == {"x": [None], "y": [None]}


def test_constant_cells_are_flat_lines():
    signals = np.full((5, 3, 3), 7.0)
    cells = Neighbours(np.zeros((3, 3, 3), int), np.ones((3, 3), bool), signals)
    changes = neighbour_changes(cells, signals, is_common_scale=False, unit="", volume=0)
    assert set(changes["traces"][COURSES]["y"]) == {0.05, 1.05, 2.05, None}


# --- runs side by side --------------------------------------------------------------------------------------------


def test_each_run_gets_its_trace_and_names_its_voxel(image, store):
    course = read_course(SteppedRun(image, store, Steps(drop=2), 2.0), IJK)
    titles = [{"text": "one", "x": 0}, {"text": "two", "x": 0}]
    changes = runs_changes([course, None], titles)
    assert changes["traces"]["run-0"]["customdata"] == list(range(2, 20))
    assert changes["traces"]["run-1"] == {"x": [None], "y": [None]}
    assert [note["text"] for note in changes["layout"]["annotations"]] == [
        "one, voxel 2 5 7",
        "two, this place lies outside the run",
    ]


def test_a_run_without_value_at_this_place_says_why_below_its_name():
    changes = runs_changes([REFUSED], [{"text": "one", "x": 0}])
    text = changes["layout"]["annotations"][0]["text"]
    assert text.startswith("one, voxel 2 5 7<br>Percent has no meaning here.")
