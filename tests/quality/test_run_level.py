"""A run's level: which runs have one, and the sentence for those that have none."""

import numpy as np
import pytest

from lib.quality.run_level import LEAST_LEVEL, judge_level


def test_a_run_as_acquired_has_a_level_and_no_problem():
    level = judge_level(np.array([1000.0, 800, 900]), np.array([10.0, 10, 10]))
    assert (level.mean, level.sd, level.ratio, level.problem) == (900, 10, 90, "")


def test_noise_of_a_magnitude_image_has_a_level(rng):
    """Rayleigh's distribution has a mean of 1.91 SD: no threshold between a head and its background is crossed."""
    noise = np.hypot(*rng.normal(0, 5, (2, 200, 500)))
    assert judge_level(noise.mean(axis=0), noise.std(axis=0)).ratio == pytest.approx(1.91, abs=0.03)
    assert LEAST_LEVEL < 1.8


@pytest.mark.parametrize("n_volumes", [40, 1000])
def test_noise_about_zero_has_none_however_short_the_run(rng, n_volumes):
    """The mean of few volumes is not zero by chance: 0.1 SD at 40 volumes."""
    noise = rng.normal(0, 5, (n_volumes, 500))
    level = judge_level(noise.mean(axis=0), noise.std(axis=0))
    assert level.is_missing
    assert "1 or more is needed), so it was demeaned, standardised or cleaned. tSNR, ghost" in level.problem


def test_a_negative_run_is_told_apart_from_a_demeaned_one():
    level = judge_level(np.full(3, -900.0), np.full(3, 10.0))
    assert (level.is_negative, level.is_missing, level.is_centred) == (True, False, False)
    assert level.problem.startswith("The values of this run are negative: over its brain the mean is -900 (median)")


def test_voxels_that_do_not_vary_or_have_no_value_take_no_part():
    mean, sd = np.array([0.0, 0, 0, np.nan, 500]), np.array([0.0, 0, 0, 4, 5])
    assert judge_level(mean, sd).ratio == 100


def test_a_run_in_which_nothing_varies_is_not_judged():
    level = judge_level(np.full(4, 7.0), np.zeros(4))
    assert np.isnan(level.ratio)
    assert level.problem == ""
