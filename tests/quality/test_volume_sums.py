"""Mean and SD over volumes that come one after the other, of the values that there are."""

import numpy as np
import pytest

from lib.quality.volume_sums import VolumeSums


@pytest.fixture
def data(rng):
    """(7, 8, 9, 12) values on a level of 20,000, so that sums of squares would lose their digits."""
    return rng.normal(20_000, 3, (7, 8, 9, 12))


def sum_up(data):
    sums = VolumeSums(data.shape[:3])
    return sums, [sums.add(data[..., t]) for t in range(data.shape[3])]


def test_mean_and_sd_are_numpys(data):
    sums, means = sum_up(data)
    np.testing.assert_allclose(sums.mean(), data.mean(axis=3), rtol=1e-6)
    np.testing.assert_allclose(sums.sd(), data.std(axis=3), rtol=1e-5)
    np.testing.assert_allclose(means, data.mean(axis=(0, 1, 2)))


@pytest.mark.parametrize("missing", [np.nan, np.inf])
def test_missing_values_take_no_part_wherever_they_stand(data, missing):
    data[1, 2, 3, [0, 5]] = data[..., 8] = data[4, 4, 4] = missing
    known = np.where(np.isfinite(data), data, np.nan)
    known[4, 4, 4] = 0
    sums, means = sum_up(data)
    expected_mean, expected_sd = np.nanmean(known, axis=3), np.nanstd(known, axis=3)
    expected_mean[4, 4, 4] = expected_sd[4, 4, 4] = np.nan
    np.testing.assert_allclose(sums.mean(), expected_mean, rtol=1e-6)
    np.testing.assert_allclose(sums.sd(), expected_sd, rtol=1e-5)
    assert np.flatnonzero(np.isnan(means)).tolist() == [8]
