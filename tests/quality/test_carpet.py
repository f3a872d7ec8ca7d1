import nibabel as nib
import numpy as np
import pytest

from lib.errors import InputError
from lib.quality.carpet import CarpetStyle, correlation_with, make_carpet, to_bytes

MINI_RUN = "studyforrest-mini/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz"


@pytest.fixture
def brain(rng):
    """Signals (30, 504) of a whole (7, 8, 9) grid, and where they are."""
    return rng.normal(1000, 10, (30, 504)).astype(np.float32), np.argwhere(np.ones((7, 8, 9), dtype=bool))


def test_a_small_run_is_shown_whole_and_in_storage_order(brain):
    carpet = make_carpet(*brain)
    assert carpet.values.shape == (504, 30)
    np.testing.assert_array_equal(carpet.row_voxels, brain[1])
    assert carpet.column_volumes.tolist() == list(range(30))
    assert [(s.name, s.start, s.stop, s.n_voxels) for s in carpet.segments] == [("Brain", 0, 504, 504)]
    assert "all 504 voxels; all 30 volumes" in carpet.rule


def test_every_row_is_the_z_of_the_voxel_it_names(brain):
    signals, ijk = brain
    carpet = make_carpet(signals, ijk, max_rows=50, style=CarpetStyle(order="global correlation", is_detrended=False))
    for row in (0, 17, 49):
        series = signals[:, np.ravel_multi_index(carpet.row_voxels[row], (7, 8, 9))].astype(float)
        np.testing.assert_allclose(carpet.values[row], (series - series.mean()) / series.std(), atol=1e-4)


def test_percent_is_change_from_the_voxels_own_mean():
    signals = np.array([[90.0, 400], [100, 400], [110, 400]])
    carpet = make_carpet(signals, np.zeros((2, 3), dtype=int), style=CarpetStyle(units="percent", is_detrended=False))
    np.testing.assert_allclose(carpet.values, [[-10, 0, 10], [0, 0, 0]], atol=1e-5)
    assert carpet.unit == "% change"


def test_percent_of_a_negative_voxel_keeps_its_sign_and_that_of_a_demeaned_one_has_none():
    """A carpet in percent of a demeaned run was a picture of rounding; of a negative one it was upside down."""
    signals = np.array([[-110.0, -10], [-100, 0], [-90, 10.001]])
    carpet = make_carpet(signals, np.zeros((2, 3), dtype=int), style=CarpetStyle(units="percent", is_detrended=False))
    np.testing.assert_allclose(carpet.values, [[-10, 0, 10], [np.nan] * 3], atol=1e-5)


@pytest.mark.parametrize("order", ["segments", "global correlation", "cluster"])
def test_a_volume_without_values_is_an_empty_column_and_changes_no_order(brain, order):
    """One NaN volume emptied the whole carpet."""
    signals, ijk = brain
    holed = signals.copy()
    holed[12] = np.nan
    style = CarpetStyle(order=order, is_detrended=False)
    carpet, whole = make_carpet(holed, ijk, style=style), make_carpet(np.delete(signals, 12, axis=0), ijk, style=style)
    assert np.isnan(carpet.values[:, 12]).all()
    found = np.delete(carpet.values, 12, axis=1)
    if order == "cluster":
        assert np.isfinite(found).all()
    else:
        np.testing.assert_array_equal(carpet.row_voxels, whole.row_voxels)
        np.testing.assert_allclose(found, whole.values, atol=1e-4)


def test_detrending_takes_a_drift_out_and_keeps_the_percentage(brain):
    signals, ijk = brain
    drift = np.linspace(-200, 200, 30, dtype=np.float32)[:, None]
    plain, drifted = (make_carpet(data, ijk, style=CarpetStyle(units="percent")) for data in (signals, signals + drift))
    np.testing.assert_allclose(drifted.values, plain.values, atol=1e-3)


def test_z_equals_nilearns_cleaning(brain):
    from nilearn.signal import clean

    signals, ijk = brain
    expected = clean(signals.astype(float), detrend=True, standardize="zscore_sample")
    found = make_carpet(signals, ijk).values.T
    # nilearn divides by the sample SD.
    np.testing.assert_allclose(found, expected * np.sqrt(30 / 29), atol=1e-3)


def test_labels_become_segments_in_rising_order(brain):
    signals, ijk = brain
    labels = np.where(ijk[:, 0] < 2, 3, np.where(ijk[:, 0] < 6, 1, 2))
    carpet = make_carpet(signals, ijk, labels, {1: "Grey matter", 3: "CSF"})
    assert [(s.name, s.n_voxels) for s in carpet.segments] == [("Grey matter", 288), ("Label 2", 72), ("CSF", 144)]
    assert [(s.start, s.stop) for s in carpet.segments] == [(0, 288), (288, 360), (360, 504)]
    assert np.all(carpet.row_voxels[360:, 0] < 2)


def test_fewer_rows_keep_the_proportions_and_every_segment(brain):
    signals, ijk = brain
    labels = np.where(np.arange(504) < 3, 7, np.where(np.arange(504) < 171, 8, 9))
    carpet = make_carpet(signals, ijk, labels, max_rows=60)
    assert [s.stop - s.start for s in carpet.segments] == [1, 20, 40]
    assert carpet.values.shape[0] == 61
    assert "61 of 504 voxels, taken at even steps" in carpet.rule


def test_rows_are_taken_at_even_steps(brain):
    carpet = make_carpet(*brain, max_rows=63)
    shown = np.ravel_multi_index(carpet.row_voxels.T, (7, 8, 9))
    assert shown.tolist() == list(range(4, 504, 8))


def test_ordering_by_global_signal_puts_its_followers_on_top(rng, brain):
    wave = np.sin(np.arange(30) / 2)
    follows = rng.uniform(-1, 2, 504)
    signals = (1000 + 20 * np.outer(wave, follows) + rng.normal(0, 1, (30, 504))).astype(np.float32)
    carpet = make_carpet(signals, brain[1], style=CarpetStyle(order="global correlation"))
    shown = follows[np.ravel_multi_index(carpet.row_voxels.T, (7, 8, 9))]
    assert shown[:100].min() > 0 > shown[-100:].max()


def test_ordering_by_global_signal_stays_within_segments(brain):
    signals, ijk = brain
    carpet = make_carpet(signals, ijk, ijk[:, 2] % 2, style=CarpetStyle(order="global correlation"))
    assert np.all(carpet.row_voxels[: carpet.segments[0].stop, 2] % 2 == 0)


def test_correlation_equals_numpy(brain, rng):
    reference = rng.normal(size=30)
    expected = [np.corrcoef(series, reference)[0, 1] for series in brain[0].T.astype(float)]
    np.testing.assert_allclose(correlation_with(brain[0], reference), expected, atol=1e-5)


def test_clusters_are_the_groups_that_were_put_in(rng, brain):
    """Three groups of 252, 168 and 84 voxels with waves of their own: no cluster mixes them."""
    group = np.repeat([0, 1, 2], [252, 168, 84])
    rng.shuffle(group)
    waves = np.stack([np.sin(np.arange(30) / 2), np.cos(np.arange(30) / 5), np.sign(np.sin(np.arange(30)))])
    signals = (1000 + 50 * waves[group].T + rng.normal(0, 1, (30, 504))).astype(np.float32)
    carpet = make_carpet(signals, brain[1], max_rows=504, style=CarpetStyle(order="cluster"))
    shown = group[np.ravel_multi_index(carpet.row_voxels.T, (7, 8, 9))]
    assert all(len(set(shown[s.start : s.stop])) == 1 for s in carpet.segments)
    assert sum(s.n_voxels for s in carpet.segments) == 504
    sizes = [s.n_voxels for s in carpet.segments]
    assert sizes == sorted(sizes, reverse=True)


def test_cluster_rows_still_name_their_voxels(brain):
    signals, ijk = brain
    carpet = make_carpet(signals, ijk, max_rows=90, style=CarpetStyle(order="cluster", is_detrended=False))
    series = signals[:, np.ravel_multi_index(carpet.row_voxels[33], (7, 8, 9))].astype(float)
    np.testing.assert_allclose(carpet.values[33], (series - series.mean()) / series.std(), atol=1e-4)


def test_one_voxel_makes_a_carpet_in_every_order():
    signals = np.array([[1.0], [2.0], [4.0]])
    for order in ("segments", "global correlation", "cluster"):
        assert make_carpet(signals, np.zeros((1, 3), dtype=int), style=CarpetStyle(order=order)).values.shape == (1, 3)


def test_columns_keep_a_spike_that_even_steps_would_skip(brain):
    signals, ijk = brain[0].copy(), brain[1]
    signals[17] += 200
    carpet = make_carpet(signals, ijk, max_columns=6)
    assert carpet.values.shape == (504, 6)
    assert 17 in carpet.column_volumes
    assert [volume // 5 for volume in carpet.column_volumes] == [0, 1, 2, 3, 4, 5]
    assert "6 of 30 volumes, each column the one of its consecutive volumes that departs most" in carpet.rule


def test_a_voxel_that_does_not_vary_is_a_row_without_values(brain):
    signals, ijk = brain[0].copy(), brain[1]
    signals[:, 100] = 1234.5
    carpet = make_carpet(signals, ijk)
    assert np.isnan(carpet.values[100]).all()
    assert np.isfinite(np.delete(carpet.values, 100, axis=0)).all()


def test_a_voxel_finds_its_row_or_the_nearest_one(brain):
    carpet = make_carpet(*brain, max_rows=63)
    assert carpet.row_of(carpet.row_voxels[20]) == 20
    assert carpet.row_of(carpet.row_voxels[20] + [0, 0, 1]) in range(63)


def test_bytes_keep_zero_for_no_value():
    values = np.array([[-9.0, -3.0, 0.0, 3.0, 9.0, np.nan]])
    assert to_bytes(values, -3, 3).tolist() == [[1, 1, 128, 255, 255, 0]]


def test_an_empty_mask_has_no_carpet():
    with pytest.raises(InputError, match="no voxel, so there is no carpet"):
        make_carpet(np.ones((5, 0)), np.ones((0, 3)))


def test_the_signals_are_left_as_they_were(brain):
    before = brain[0].copy()
    for order in ("segments", "global correlation", "cluster"):
        make_carpet(*brain, style=CarpetStyle(order=order))
    np.testing.assert_array_equal(brain[0], before)


def test_a_real_run_is_drawn_in_few_rows(shared_data):
    data = np.asarray(nib.load(shared_data / MINI_RUN).dataobj, dtype=np.float32)
    mask = data.mean(axis=3) > 1000
    carpet = make_carpet(data[mask].T, np.argwhere(mask), style=CarpetStyle(order="cluster"))
    assert carpet.values.shape == (800, 156)
    assert np.isfinite(carpet.values).all()
    assert repr(carpet) == "<Carpet 800x156 (z), 7 segments>"
