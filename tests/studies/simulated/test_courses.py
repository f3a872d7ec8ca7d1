"""Time courses of the simulated runs against hand-made numbers and nilearn."""

import warnings

import numpy as np
import pytest

from lib.studies.simulated.courses import (
    block_course,
    brightness_course,
    canonical_hrf,
    frame_times,
    framewise_displacement,
    motion_parameters,
    network_courses,
    response_courses,
    spike_course,
)
from lib.studies.simulated.known import KNOWN, find_run


def test_canonical_response_peaks_at_five_seconds_and_dips_after_it():
    hrf = canonical_hrf(0.1)
    assert hrf.argmax() * 0.1 == pytest.approx(5.0, abs=0.1)
    assert hrf.argmin() * 0.1 == pytest.approx(15.8, abs=0.3)
    assert hrf.sum() == pytest.approx(1.0)


def test_block_course_agrees_with_nilearn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nilearn.glm.first_level import compute_regressor
    times = np.arange(144) * 2.0
    onsets = (10.0, 74.0, 138.0, 202.0)
    ours = block_course(onsets, 16.0, times)
    theirs = compute_regressor(np.array([onsets, (16.0,) * 4, (1.0,) * 4]), "spm", times)[0][:, 0]
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9999


def test_one_block_peaks_at_one_and_is_zero_before_it():
    times = np.arange(400) * 0.1
    course = block_course((10.0,), 12.0, times)
    assert course.max() == pytest.approx(1.0, abs=1e-3)
    assert not course[times < 10].any()


@pytest.mark.parametrize("run", KNOWN.runs, ids=lambda run: run.stem[-12:])
def test_every_block_and_its_undershoot_start_before_the_run_ends(run):
    for _, onsets in run.blocks:
        assert max(onsets) + run.block_duration < run.n_volumes * KNOWN.tr


def test_responses_peak_at_two_percent():
    for course in response_courses(find_run("01", "game")).values():
        assert course.max() == pytest.approx(2.0, abs=0.02)


def test_network_courses_have_exactly_the_documented_correlation_and_size():
    courses = np.array(list(network_courses(find_run("01", "rest")).values()))
    np.testing.assert_allclose(np.corrcoef(courses), np.where(np.eye(4), 1.0, 0.7), atol=1e-9)
    np.testing.assert_allclose(courses.std(axis=1), 1.0, atol=1e-9)


def test_network_is_silent_during_tasks():
    assert network_courses(find_run("01", "game")) == {}


def test_motion_starts_at_zero_and_jumps_once():
    run = find_run("01", "game")
    motion = motion_parameters(run)
    assert not motion[0].any()
    displacement = framewise_displacement(motion)
    assert np.nanargmax(displacement) == run.jump_volume
    # |0.2| + |0.4| + |0.8| + 50 * (|0.008| + |0.003|) = 1.95 mm, and the wander of one volume.
    assert displacement[run.jump_volume] == pytest.approx(1.95, abs=0.2)
    assert np.delete(displacement, [0, run.jump_volume]).max() < 0.3


def test_motion_is_the_same_on_every_call_and_differs_between_runs():
    np.testing.assert_array_equal(motion_parameters(find_run("01", "game")), motion_parameters(find_run("01", "game")))
    assert not np.array_equal(motion_parameters(find_run("01", "game"))[1:9], motion_parameters(KNOWN.runs[3])[1:9])


def test_framewise_displacement_adds_rotations_as_arcs_of_fifty_millimetres():
    motion = np.array([[0, 0, 0, 0, 0, 0], [1, -2, 0, 0.01, 0, -0.02], [1, -2, 0, 0.01, 0, 0.02]])
    np.testing.assert_allclose(framewise_displacement(motion), [np.nan, 3 + 50 * 0.03, 50 * 0.04])


def test_brightness_is_non_steady_twice_then_close_to_one():
    brightness = brightness_course(find_run("01", "rest"))
    np.testing.assert_allclose(brightness[:2], KNOWN.non_steady_factors, rtol=0.02)
    np.testing.assert_allclose(brightness[2:], 1.0, atol=0.011)


def test_spike_is_in_one_volume():
    run = find_run("01", "film")
    assert np.flatnonzero(spike_course(run)).tolist() == [run.spike_volume]


def test_rhythms_fold_to_their_documented_frequencies():
    assert KNOWN.alias(1.17) == pytest.approx(0.17)
    assert KNOWN.alias(0.29) == pytest.approx(0.21)
    assert KNOWN.alias(0.1) == pytest.approx(0.1)


def test_volumes_are_taken_every_two_seconds():
    np.testing.assert_array_equal(frame_times(find_run("01", "game"))[:3], [0.0, 2.0, 4.0])
