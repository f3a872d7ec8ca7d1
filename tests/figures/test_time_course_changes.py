"""What the browser is told of a place: exact numbers for the traces it has to change."""

import numpy as np
import pytest

from lib.denoising.steps import Steps
from lib.figures.changes import numbers
from lib.figures.time_course import PROCESSED, RAW, series_changes
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
from lib.timecourses.course import SteppedRun, read_course
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


def test_numbers_have_six_digits_and_gaps():
    assert numbers(np.array([1 / 3, np.nan, 123456789.0])) == [0.333333, None, 123457000.0]


# --- spectrum -----------------------------------------------------------------------------------------------------


def test_spectra_fill_after_and_before():
    one = compute_spectrum(np.arange(16.0) % 4, 2.0, "periodogram")
    changes = spectrum_changes(one, None)["traces"]
    assert changes[AFTER]["x"] == numbers(one.frequencies)
    assert changes[BEFORE] == {"x": [None], "y": [None]}


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
