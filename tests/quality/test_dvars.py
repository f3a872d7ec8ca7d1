import nibabel as nib
import numpy as np
import pytest

from lib.errors import InputError
from lib.quality.dvars import compute_dvars

MINI_RUN = "studyforrest-mini/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz"


def slow_dvars(signals, intensity_normalization=1000, variance_tolerance=1e-7):
    """The definition that Nipype documents, in float64, one voxel at a time: non-standardised, standardised, voxelwise.

    The voxel's SD is IQR / 1.349 by the lower quartile rule, its lag-1 coefficient solves the first Yule-Walker
    equation of the centred signal, and the SD of its difference is predicted as SD sqrt(2 (1 - coefficient)).
    """
    scaled = signals.T.astype(np.float64)
    if intensity_normalization:
        scaled = scaled / np.median(scaled) * intensity_normalization
    differences, predictions = [], []
    for series in scaled:
        ordered = sorted(series)
        low, high = (ordered[int(np.floor(share * (len(series) - 1)))] for share in (0.25, 0.75))
        deviation = (high - low) / 1.349
        if deviation <= variance_tolerance:
            continue
        centred = series - series.mean()
        lag1 = sum(a * b for a, b in zip(centred[1:], centred[:-1], strict=True)) / sum(a * a for a in centred)
        differences.append(np.diff(series))
        predictions.append(deviation * np.sqrt(2 * (1 - lag1)))
    differences, predictions = np.array(differences), np.array(predictions)
    plain = np.sqrt(np.mean(differences**2, axis=0))
    return plain, plain / predictions.mean(), np.sqrt(np.mean((differences / predictions[:, None]) ** 2, axis=0))


@pytest.fixture
def noise(rng):
    """Autocorrelated voxels at different levels, 40 volumes."""
    steps = rng.normal(size=(40, 500))
    for t in range(1, 40):
        steps[t] += 0.4 * steps[t - 1]
    return (rng.uniform(500, 1500, 500) + steps * rng.uniform(2, 20, 500)).astype(np.float32)


def test_raw_dvars_is_the_root_mean_square_change():
    """Changes 3 and 4, then 0 and 1: sqrt(25 / 2) and sqrt(1 / 2)."""
    signals = np.array([[100.0, 200], [103, 204], [103, 205]])
    np.testing.assert_allclose(
        compute_dvars(signals, remove_zero_variance=False).raw, [np.nan, 12.5**0.5, 0.5**0.5], rtol=1e-6
    )


def test_percent_is_relative_to_the_median_of_the_mask():
    signals = np.array([[200.0, 200], [203, 204], [200, 200]])
    found = compute_dvars(signals, remove_zero_variance=False)
    assert found.median == 200
    np.testing.assert_allclose(found.percent, found.raw / 2)


def test_dvars_equals_the_documented_definition_of_nipype(noise):
    plain, standardised, voxelwise = slow_dvars(noise)
    found = compute_dvars(noise)
    np.testing.assert_allclose(found.percent[1:] * 10, plain, rtol=1e-5)
    np.testing.assert_allclose(found.standardised[1:], standardised, rtol=1e-5)
    np.testing.assert_allclose(found.voxelwise[1:], voxelwise, rtol=1e-5)


def test_dvars_equals_the_definition_on_a_real_run(shared_data):
    data = np.asarray(nib.load(shared_data / MINI_RUN).dataobj, dtype=np.float32)
    signals = data[data.mean(axis=3) > 2500].T
    plain, standardised, voxelwise = slow_dvars(signals)
    found = compute_dvars(signals)
    np.testing.assert_allclose(found.percent[1:] * 10, plain, rtol=1e-5)
    np.testing.assert_allclose(found.standardised[1:], standardised, rtol=1e-5)
    np.testing.assert_allclose(found.voxelwise[1:], voxelwise, rtol=1e-5)


def test_standardised_dvars_of_clean_noise_is_about_one(noise):
    found = compute_dvars(noise)
    assert np.nanmean(found.standardised) == pytest.approx(1.0, abs=0.15)
    assert np.nanmean(found.voxelwise) == pytest.approx(1.0, abs=0.15)


def test_a_spike_is_seen_going_in_and_coming_out(noise):
    signals = noise.copy()
    signals[20] *= 1.1
    found = compute_dvars(signals)
    assert set(np.argsort(np.nan_to_num(found.raw))[-2:]) == {20, 21}
    assert found.standardised[20] > 3


def test_standardised_dvars_does_not_depend_on_the_unit_of_the_image(noise):
    np.testing.assert_allclose(
        compute_dvars(noise * 75.5).standardised, compute_dvars(noise).standardised, rtol=1e-5, equal_nan=True
    )


def test_voxels_that_do_not_vary_are_left_out_and_counted(noise):
    still = np.full((40, 25), 700, dtype=np.float32)
    found = compute_dvars(np.hstack([noise, still]))
    assert (found.n_voxels, found.n_constant) == (500, 25)
    np.testing.assert_allclose(found.raw, compute_dvars(noise).raw, rtol=1e-6)


def test_voxels_that_do_not_vary_can_be_counted_as_zeros(noise):
    still = np.full((40, 500), 700, dtype=np.float32)
    found = compute_dvars(np.hstack([noise, still]), remove_zero_variance=False)
    np.testing.assert_allclose(found.raw, compute_dvars(noise).raw / np.sqrt(2), rtol=1e-6)
    assert np.isnan(found.voxelwise).all()


def test_the_tolerance_is_in_units_of_a_median_of_1000(noise):
    """A tenth of the level, 100 at a median of 1000, is more than any of these voxels varies."""
    with pytest.raises(InputError, match="None of the 500 voxels in the mask varies"):
        compute_dvars(noise, variance_tolerance=100)


def test_the_tolerance_is_in_image_units_without_normalisation(noise):
    assert compute_dvars(noise * 1e-8, variance_tolerance=1e-7, intensity_normalization=0).n_constant > 0
    assert compute_dvars(noise * 1e-8, variance_tolerance=1e-7).n_constant == 0


def test_blocks_do_not_change_the_result(noise, monkeypatch):
    whole = compute_dvars(noise)
    monkeypatch.setattr("lib.denoising.blocks.BLOCK_VALUES", 40 * 7)
    parts = compute_dvars(noise)
    np.testing.assert_allclose(parts.standardised, whole.standardised, rtol=1e-9)


def test_dvars_of_centred_data_has_no_percent(rng):
    found = compute_dvars(rng.normal(-0.5, 1, (20, 30)).astype(np.float32))
    assert found.median < 0
    assert np.isnan(found.percent).all()
    assert np.isfinite(found.raw[1:]).all()


def test_one_volume_has_no_dvars():
    with pytest.raises(InputError, match="compares volumes, but this run has 1"):
        compute_dvars(np.ones((1, 5)))


def test_an_empty_mask_has_no_dvars():
    with pytest.raises(InputError, match="no voxel"):
        compute_dvars(np.ones((10, 0)))


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_input_is_left_as_it_was(noise, order):
    signals = np.array(noise, order=order)
    compute_dvars(signals)
    np.testing.assert_array_equal(signals, noise)
