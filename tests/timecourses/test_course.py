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
