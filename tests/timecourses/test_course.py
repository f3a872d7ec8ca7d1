"""One voxel's time course: which voxel it is, where it is read, and what the steps make of it."""

import numpy as np
import pytest
from nibabel.affines import apply_affine

from lib.denoising.steps import Steps
from lib.runs import prepare_run
from lib.timecourses.course import SteppedRun, can_read, can_take, level_steps, read_course, voxel_at
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


def place_of(image, ijk=IJK):
    return apply_affine(image.affine, ijk)


# --- one voxel ----------------------------------------------------------------------------------------------------


def test_course_is_that_of_the_voxel_that_contains_the_point(image, store, values):
    # A third of a voxel from its centre.
    assert voxel_at(image, place_of(image, np.array(IJK) + 0.33)) == IJK
    course = read_course(SteppedRun(image, store, Steps(), 2.0), IJK)
    assert course.ijk == IJK
    np.testing.assert_array_equal(course.raw, values[IJK])
    np.testing.assert_array_equal(course.times, 2.0 * np.arange(N_VOLUMES))


def test_there_is_no_voxel_outside_the_grid(image):
    assert voxel_at(image, place_of(image, (-1, 0, 0))) is None


def test_a_compressed_run_cannot_be_read_before_its_store(image, store):
    assert not can_read(image, None)
    assert can_read(image, store)


def test_an_uncompressed_run_is_read_at_once(tmp_path, values, oblique_affine):
    plain = save_run(tmp_path / "run.nii", values, oblique_affine, slope=(0.5, 10.0))
    assert can_read(plain, None)
    course = read_course(SteppedRun(plain, None, Steps(), None), IJK)
    np.testing.assert_array_equal(course.raw, 0.5 * values[IJK] + 10)


# --- steps --------------------------------------------------------------------------------------------------------


def test_before_the_steps_means_dropped_and_in_the_same_units():
    steps = Steps(drop=2, detrend="linear", high_pass=0.01, confounds=("csf",), units="z")
    assert level_steps(steps) == Steps(drop=2, units="z")


def test_a_filter_needs_a_tr():
    assert can_take(Steps(high_pass=0.01), 100, 2.0)
    assert not can_take(Steps(high_pass=0.01), 100, None)


# --- what has no value --------------------------------------------------------------------------------------------


def course_of(tmp_path, series, **steps):
    """Return the course of a voxel with this series, among others that rise."""
    values = np.tile(np.arange(len(series), dtype=np.float32), (3, 4, 5, 1))
    values[1, 2, 3] = series
    image = save_run(tmp_path / "run.nii.gz", values, np.eye(4))
    run = SteppedRun(image, prepare_run(image, tmp_path / "stores"), Steps(**steps), 2.0)
    return read_course(run, (1, 2, 3))


def test_a_gap_is_counted_and_takes_nothing_else(tmp_path):
    """One NaN volume blanked the whole course, and the page said: the mean of this series is 0."""
    course = course_of(tmp_path, [np.nan, 90, np.nan, 110, 100, np.inf], drop=1, units="percent")
    np.testing.assert_allclose(course.processed, [-10, np.nan, 10, 0, np.nan])
    assert (course.n_missing, course.problem) == (2, "")


def test_a_mean_of_rounding_is_refused_with_both_numbers(tmp_path):
    course = course_of(tmp_path, [-12.0, 12, -12, 12.02], units="percent")
    assert np.isnan(course.processed).all()
    assert course.problem.startswith("Percent signal change has no meaning here: the mean of this voxel is 0.005")


def test_what_is_left_of_a_line_without_its_trend_has_no_z(tmp_path):
    course = course_of(tmp_path, [1.0, 2, 3, 4], detrend="linear", units="z")
    assert course.problem == "This series does not change, so it has no z values. Choose raw values or another voxel."
