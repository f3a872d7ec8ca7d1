import numpy as np
import pytest

from lib.denoising.detrend import detrend, legendre_basis


def test_basis_is_legendre():
    """P2 = (3 x² - 1) / 2 at -1, -1/2, 0, 1/2, 1."""
    np.testing.assert_allclose(legendre_basis(5, 2)[:, 2], [1, -0.125, -0.5, -0.125, 1])


def test_a_line_is_taken_out_and_what_rides_on_it_stays():
    """Alternating +1, -1 over 8 volumes has its own slope, -1/10.5 a volume; 3 t + 1000 on top changes nothing."""
    wiggle = np.tile([1.0, -1.0], 4)
    line = 3 * np.arange(8) + 1000
    both = detrend(np.stack([wiggle, wiggle + line], axis=1), 1)
    np.testing.assert_allclose(both[:, 0], both[:, 1], atol=1e-4)
    expected = wiggle - (np.arange(8) - 3.5) * -1 / 10.5
    np.testing.assert_allclose(both[:, 0], expected, atol=1e-6)


@pytest.mark.parametrize("degree", [0, 1, 2, 5])
def test_residuals_equal_a_float64_least_squares_fit(rng, degree):
    signals = rng.normal(20_000, 30, (60, 40)) + np.outer(np.arange(60) ** 2, rng.normal(0, 0.1, 40))
    basis = np.vander(np.linspace(-1, 1, 60), degree + 1)
    expected = signals - basis @ np.linalg.lstsq(basis, signals, rcond=None)[0]
    np.testing.assert_allclose(detrend(signals, degree), expected, atol=0.01)


def test_a_straight_line_equals_scipy(rng):
    from scipy.signal import detrend as scipy_detrend

    signals = rng.normal(500, 5, (31, 17))
    np.testing.assert_allclose(detrend(signals, 1), scipy_detrend(signals, axis=0), atol=1e-3)


def test_the_mean_can_stay(rng):
    signals = rng.normal(500, 5, (31, 17)).astype(np.float32)
    kept = detrend(signals, 2, keep_mean=True)
    np.testing.assert_allclose(kept.mean(axis=0), signals.mean(axis=0), rtol=1e-6)


def test_a_degree_beyond_the_run_leaves_nothing():
    np.testing.assert_allclose(detrend(np.array([[1.0], [5.0], [2.0]]), 9), np.zeros((3, 1)), atol=1e-5)


def test_the_input_is_left_as_it_was(rng):
    signals = rng.normal(size=(10, 4)).astype(np.float32)
    before = signals.copy()
    detrend(signals, 2)
    np.testing.assert_array_equal(signals, before)
