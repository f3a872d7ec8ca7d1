import numpy as np
import pytest

from lib.quality.mean_sd_tsnr import derivative_sd, global_signal, tsnr


def test_global_signal_is_the_mean_of_each_volume():
    assert global_signal(np.array([[1.0, 3.0], [10.0, 30.0], [0.0, 1.0]])).tolist() == [2, 20, 0.5]


def test_global_signal_of_large_float32_values_is_exact():
    signals = np.full((2, 1_000_003), 30_001.0, dtype=np.float32)
    assert global_signal(signals).tolist() == [30_001, 30_001]


def test_tsnr_is_mean_over_population_sd():
    """8 and 12 around 10: SD 2."""
    np.testing.assert_allclose(tsnr(np.array([[8.0], [12], [8], [12]])), [5])


def test_tsnr_equals_numpy_in_float64(rng):
    signals = rng.normal(1000, 7, (60, 300)).astype(np.float32)
    expected = signals.astype(float).mean(axis=0) / signals.astype(float).std(axis=0)
    np.testing.assert_allclose(tsnr(signals), expected, rtol=1e-6)


@pytest.mark.parametrize("degree", [None, 0, 2])
def test_a_voxel_that_does_not_vary_has_no_tsnr(rng, degree):
    signals = np.hstack([rng.normal(1000, 7, (60, 1)), np.full((60, 1), 1000.1), np.zeros((60, 1))])
    assert np.isnan(tsnr(signals.astype(np.float32), degree)).tolist() == [False, True, True]


def test_tsnr_after_detrending_does_not_see_a_drift(rng):
    signals = rng.normal(1000, 7, (60, 30))
    drift = 3.0 * np.arange(60)[:, None]
    with_drift = tsnr(signals + drift - drift.mean(), degree=1)
    np.testing.assert_allclose(with_drift, tsnr(signals, degree=1), rtol=1e-4)
    assert np.all(tsnr(signals + drift) < 0.5 * with_drift)


def test_derivative_sd_is_the_sd_of_the_changes():
    """Changes +3, -1, +3, -1 have the SD 2."""
    np.testing.assert_allclose(derivative_sd(np.array([[0.0], [3], [2], [5], [4]])), [2])


def test_one_volume_has_no_derivative():
    assert np.isnan(derivative_sd(np.ones((1, 3)))).all()


def test_blocks_do_not_change_the_maps(rng, monkeypatch):
    signals = rng.normal(1000, 7, (20, 50)).astype(np.float32)
    whole = tsnr(signals), derivative_sd(signals)
    monkeypatch.setattr("lib.denoising.blocks.BLOCK_VALUES", 20 * 3)
    np.testing.assert_array_equal(tsnr(signals), whole[0])
    np.testing.assert_array_equal(derivative_sd(signals), whole[1])
