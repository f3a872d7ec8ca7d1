"""Mean over SD, and where there is none."""

import numpy as np

from lib.runs.one_pass import OnePass
from lib.runs.signal_to_noise import signal_to_noise


def test_it_is_the_mean_over_the_sd():
    np.testing.assert_array_equal(signal_to_noise(np.array([100.0, -6.0]), np.array([4.0, 2.0])), [25, -3])


def test_rounding_is_no_noise_and_no_value_stays_none():
    mean = np.array([1000.0, 1000.0, 0.0, np.nan, 1.0])
    sd = np.array([0.0, 1e-4, 0.0, np.nan, np.nan])
    assert np.isnan(signal_to_noise(mean, sd)).all()


def test_the_map_of_a_run_says_so_too():
    """It had a guard of its own, against an SD of exactly 0 alone."""
    volumes = np.full((20, 2), 1000.0)
    volumes[::2] += [1e-6, 10.0]
    one_pass = OnePass(2, 20, np.float64)
    one_pass.add(volumes)
    constant, varied = one_pass.finish().tsnr
    assert np.isnan(constant)
    assert varied == np.float32(1005 / 5)
