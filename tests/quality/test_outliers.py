import nibabel as nib
import numpy as np
import pytest

from lib.errors import InputError
from lib.quality.outliers import find_spikes, outlier_fraction

MINI_RUN = "studyforrest-mini/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz"


def slow_outlier_fraction(signals, trend, q=0.001):
    """AFNI's documented rule, one voxel at a time; `trend(series)` gives what is taken out."""
    from scipy.stats import norm

    n_volumes, n_voxels = signals.shape
    count = np.zeros(n_volumes)
    for series in signals.T.astype(np.float64):
        rest = series - trend(series)
        mad = np.median(np.abs(rest))
        if mad > 0:
            count += np.abs(rest) > norm.isf(q / n_volumes) * np.sqrt(np.pi / 2) * mad
    return count / n_voxels


def least_absolute_trend(degree):
    """Fit a polynomial by least absolute deviations as a linear programme, as AFNI's polort does."""
    from scipy.optimize import linprog

    def trend(series):
        n = len(series)
        basis = np.vander(np.linspace(-1, 1, n), degree + 1)
        centre = np.median(series)
        equal = np.hstack([basis, np.eye(n), -np.eye(n)])
        cost = np.concatenate([np.zeros(degree + 1), np.ones(2 * n)])
        bounds = [(None, None)] * (degree + 1) + [(0, None)] * (2 * n)
        solution = linprog(cost, A_eq=equal, b_eq=series - centre, bounds=bounds, method="highs")
        return basis @ solution.x[: degree + 1] + centre

    return trend


@pytest.fixture
def noise(rng):
    return rng.normal(1000, 10, (50, 200)).astype(np.float32)


def test_one_far_value_is_one_outlier():
    """MAD is 1 around the median 10; the reach at T = 7 is 3.63 x 1.2533 = 4.55, so 14 is within and 15 beyond."""
    series = np.array([9.0, 11, 9, 11, 10, 12, 10])
    near, far = series.copy(), series.copy()
    near[5], far[5] = 14, 15
    found = outlier_fraction(np.stack([near, far], axis=1))
    assert found.tolist() == [0, 0, 0, 0, 0, 0.5, 0]


def test_fraction_equals_the_rule_of_3dtoutcount(noise):
    noise[17, :60] += 100
    expected = slow_outlier_fraction(noise, np.median)
    np.testing.assert_allclose(outlier_fraction(noise), expected, atol=1e-12)
    assert expected[17] >= 0.3


def test_fraction_equals_the_rule_on_a_real_run(shared_data):
    data = np.asarray(nib.load(shared_data / MINI_RUN).dataobj, dtype=np.float32)
    signals = data[data.mean(axis=3) > 2500].T
    np.testing.assert_allclose(outlier_fraction(signals), slow_outlier_fraction(signals, np.median), atol=1e-3)


@pytest.mark.parametrize("polort", [1, 2, 3])
def test_detrended_fraction_is_close_to_afnis_least_absolute_fit(rng, polort):
    time = np.linspace(-1, 1, 60)
    signals = 1000 + rng.normal(0, 5, (60, 100)) + np.outer(time, rng.normal(0, 30, 100))
    signals[20, :40] += 80
    signals[45] += rng.normal(0, 40, 100)
    expected = slow_outlier_fraction(signals, least_absolute_trend(polort))
    found = outlier_fraction(signals, polort)
    assert expected[20] > 0.3
    np.testing.assert_allclose(found, expected, atol=0.05)
    assert found.mean() == pytest.approx(expected.mean(), abs=0.002)


def test_drift_hides_outliers_until_it_is_taken_out(noise):
    signals = noise + 20 * np.arange(50, dtype=np.float32)[:, None]
    signals[25] += 150
    assert outlier_fraction(signals)[25] == 0
    assert outlier_fraction(signals, polort=1)[25] == 1


def test_voxels_that_do_not_vary_count_but_are_never_outliers(noise):
    still = np.full((50, 200), 3, dtype=np.float32)
    still[4] = 99
    noise[17] += 1000
    found = outlier_fraction(np.hstack([noise, still]))
    assert found[17] == 0.5
    assert found[4] < 0.01


def test_four_volumes_are_too_few():
    with pytest.raises(InputError, match="5 volumes or more, but this run has 4"):
        outlier_fraction(np.ones((4, 3)))


def test_spikes_lie_above_the_upper_whisker():
    """Quartiles 2 and 4 of 1 to 5 put the whisker at 4 + 1.5 x 2 = 7."""
    spikes = find_spikes([1, 2, 3, 4, 5])
    assert spikes.threshold == 7.0
    assert spikes.volumes.tolist() == []


def test_a_spike_is_found_at_its_volume_and_the_missing_first_takes_no_part():
    trace = np.array([np.nan, 1, 2, 3, 4, 5, 90, 1, 2, 3, 4, 5])
    spikes = find_spikes(trace)
    assert spikes.volumes.tolist() == [6]
    assert "1.5 interquartile ranges" in spikes.rule


def test_a_trace_without_values_has_no_spikes_and_no_threshold():
    spikes = find_spikes([np.nan, np.nan])
    assert len(spikes.volumes) == 0
    assert np.isnan(spikes.threshold)


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_input_is_left_as_it_was(noise, order):
    """Voxel-major signals, as boolean indexing of a 4-D array gives them, were once centred in place."""
    signals = np.array(noise, order=order)
    outlier_fraction(signals)
    np.testing.assert_array_equal(signals, noise)
