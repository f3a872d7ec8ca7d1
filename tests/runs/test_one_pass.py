"""Mean, SD, tSNR, global signal and DVARS in one pass, against numpy on the whole array."""

import numpy as np
import pytest

from lib.runs.one_pass import OnePass


def sum_up(rows, batch=3, slope=1.0, inter=0.0):
    rows = np.asarray(rows)
    sums = OnePass(rows.shape[1], len(rows), rows.dtype, slope, inter)
    for start in range(0, len(rows), batch):
        sums.add(rows[start : start + batch])
    return sums.finish()


def test_maps_of_three_volumes_by_hand():
    summary = sum_up(np.array([[1, 10], [2, 10], [3, 10]], np.int16))
    np.testing.assert_allclose(summary.mean, [2, 10])
    np.testing.assert_allclose(summary.sd, [np.sqrt(2 / 3), 0], rtol=1e-6)
    np.testing.assert_allclose(summary.tsnr, [2 / np.sqrt(2 / 3), np.nan], rtol=1e-6)


def test_curves_of_three_volumes_by_hand():
    """Voxel 0 is background and counts in no curve; voxels 1 and 2 change by (3, 4), then by (0, 1)."""
    summary = sum_up(np.array([[0, 10, 20], [0, 13, 24], [0, 13, 25]], np.int16))
    np.testing.assert_array_equal(summary.mask, [False, True, True])
    np.testing.assert_allclose(summary.global_signal, [15, 18.5, 19])
    np.testing.assert_allclose(summary.dvars, [np.nan, np.sqrt(12.5), np.sqrt(0.5)])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.int64, np.float32, np.float64])
@pytest.mark.parametrize("batch", [1, 4, 23])
def test_every_type_and_batch_size_agrees_with_numpy(rng, dtype, batch):
    rows = (rng.standard_normal((23, 40)) * 9 + np.linspace(20, 90, 40)).clip(0, 120).astype(dtype)
    summary, values = sum_up(rows, batch, slope=2.5, inter=-7.0), rows * 2.5 - 7.0
    np.testing.assert_allclose(summary.mean, values.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(summary.sd, values.std(axis=0), rtol=1e-5)
    inside = values[:, summary.mask]
    np.testing.assert_allclose(summary.global_signal, inside.mean(axis=1), rtol=1e-6)
    expected = np.sqrt(np.square(np.diff(inside, axis=0)).mean(axis=1))
    np.testing.assert_allclose(summary.dvars[1:], expected, rtol=1e-5)


def test_slabs_join_without_a_seam(rng):
    rows = rng.integers(500, 900, (6, 40_000), dtype=np.int16)
    summary = sum_up(rows, 4)
    np.testing.assert_allclose(summary.sd, rows.std(axis=0), rtol=1e-5)
    assert summary.mask.sum() > 30_000


def test_a_large_offset_costs_no_digits(rng):
    """The sum-of-squares formula gives an SD of 0 or NaN here: 1e8 squared leaves float64 no room for 1."""
    rows = rng.standard_normal((50, 30)) + 1e8
    np.testing.assert_allclose(sum_up(rows, 7).sd, rows.std(axis=0), rtol=1e-5)


def test_a_bright_first_volume_does_not_spoil_the_sd(rng):
    rows = (rng.standard_normal((60, 30)) * 3 + 1000).astype(np.int16)
    rows[0] = 30_000
    np.testing.assert_allclose(sum_up(rows, 8).sd, rows.std(axis=0), rtol=1e-5)


def test_a_spike_volume_stands_out_in_dvars_twice():
    rows = np.full((10, 50), 100, np.int16)
    rows[:, :20] = 0
    rows[6, 20:] = 150
    np.testing.assert_allclose(sum_up(rows, 4).dvars[1:], [0, 0, 0, 0, 0, 50, 50, 0, 0])


def test_a_constant_run_has_no_tsnr():
    summary = sum_up(np.full((5, 4), 3, np.int16))
    assert np.isnan(summary.tsnr).all()
    assert summary.mask.all()


def test_nan_voxels_stay_nan_and_out_of_the_curves():
    rows = np.array([[np.nan, 5, 9], [np.nan, 6, 9], [np.nan, 7, 9]], np.float32)
    summary = sum_up(rows)
    assert np.isnan(summary.mean[0])
    np.testing.assert_allclose(summary.global_signal, [9, 9, 9])


@pytest.mark.parametrize("batch", [1, 4, 23])
@pytest.mark.parametrize("missing", [np.nan, np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_missing_values_take_no_part(rng, batch, missing, dtype):
    """One volume of NaN left no mean, no SD and no tSNR anywhere, and a map that was black."""
    rows = (rng.standard_normal((23, 40)) * 9 + np.linspace(200, 900, 40)).astype(dtype)
    rows[[0, 7], 3] = rows[:, 5] = rows[11] = rows[22] = missing
    summary, known = sum_up(rows, batch, slope=2.5, inter=-7.0), np.where(np.isfinite(rows), rows, np.nan) * 2.5 - 7.0
    has_value = np.arange(40) != 5
    np.testing.assert_allclose(summary.mean[has_value], np.nanmean(known[:, has_value], axis=0), rtol=1e-6)
    np.testing.assert_allclose(summary.sd[has_value], np.nanstd(known[:, has_value], axis=0), rtol=1e-5)
    assert np.isnan([summary.mean[5], summary.sd[5], summary.tsnr[5]]).all()
    inside = known[:, summary.mask]
    is_kept = ~np.isin(np.arange(23), [11, 22])
    np.testing.assert_allclose(summary.global_signal[is_kept], np.nanmean(inside[is_kept], axis=1), rtol=1e-6)
    assert np.isnan(summary.global_signal[~is_kept]).all()
    squares = np.square(np.diff(inside, axis=0))
    has_change = ~np.isin(np.arange(1, 23), [11, 12, 22])
    np.testing.assert_allclose(
        summary.dvars[1:][has_change], np.sqrt(np.nanmean(squares[has_change], axis=1)), rtol=1e-5
    )
    assert np.isnan(summary.dvars[1:][~has_change]).all()


def test_a_run_that_begins_without_values_has_a_head_all_the_same():
    rows = np.array([[np.nan] * 3, [0, 50, 60], [0, 52, 60]], np.float32)
    np.testing.assert_array_equal(sum_up(rows).mask, [False, True, True])


def test_a_run_without_a_dark_background_counts_all_voxels_that_are_not_zero():
    rows = np.array([[-4, 0, 4, -2], [-5, 0, 4, -2]], np.float32)
    np.testing.assert_array_equal(sum_up(rows).mask, [True, False, True, True])
    np.testing.assert_allclose(sum_up(rows).dvars[1], np.sqrt(1 / 3), rtol=1e-6)


def test_negative_slope_leaves_spread_positive():
    summary = sum_up(np.array([[1, 5], [3, 9]], np.int16), slope=-2.0)
    np.testing.assert_allclose(summary.sd, [2, 4])
    np.testing.assert_allclose(summary.mean, [-4, -14])


def test_values_beyond_single_precision_are_infinite():
    """A damaged slope made values that no float32 holds, and a warning as the maps were written down."""
    summary = sum_up(np.array([[1, 0], [3, 0]], np.int16), slope=1e39)
    np.testing.assert_array_equal(summary.mean, [np.inf, 0])
    np.testing.assert_array_equal(summary.sd, [np.inf, 0])
