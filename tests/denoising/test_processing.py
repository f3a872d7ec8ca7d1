"""Processing of time courses: each step alone against nilearn, known answers, and the sentences of refusal."""

import numpy as np
import pandas as pd
import pytest

from lib.denoising.drifts import cosine_basis
from lib.denoising.processing import apply_steps, why_no_value
from lib.denoising.steps import Steps
from lib.errors import InputError

TR = 2.0


@pytest.fixture
def signals(rng) -> np.ndarray:
    """(150, 4): level 1000, a drift of 45, noise of SD 10."""
    return rng.standard_normal((150, 4)) * 10 + 1000 + 0.3 * np.arange(150)[:, np.newaxis]


@pytest.fixture
def confounds(rng) -> pd.DataFrame:
    return pd.DataFrame(rng.standard_normal((150, 3)), columns=["trans_x", "rot_y", "csf"])


def clean(signals, **options):
    from nilearn.signal import clean

    return clean(signals, **{"t_r": TR, "detrend": False, "standardize": None, **options})


def process(signals, frame=None, /, **steps):
    return apply_steps(signals, Steps(**steps), TR, frame)[0]


def test_no_steps_give_the_values_back(signals):
    np.testing.assert_allclose(process(signals), signals, rtol=1e-14)


def test_a_mean_that_a_filter_leaves_alone_is_judged_against_the_spread_before_it():
    """A band-pass took the spread of a demeaned voxel from 10 to 0.1, and a mean of 0.1 then looked like a level."""
    signal = 10 * (-1.0) ** np.arange(150) + 0.1
    steps = Steps(low_pass=0.05, units="percent")
    assert np.isnan(apply_steps(signal, steps, TR)[0]).all()
    assert "the mean of this voxel is 0.1, less than a tenth of its SD, 10. Choose" in why_no_value(signal, steps, TR)


def test_dropped_volumes_leave_the_time_axis_where_it_was():
    values, times = apply_steps(np.arange(6.0), Steps(drop=2), 1.5)
    np.testing.assert_array_equal(values, [2, 3, 4, 5])
    np.testing.assert_array_equal(times, [3.0, 4.5, 6.0, 7.5])


def test_without_a_tr_times_are_volumes():
    np.testing.assert_array_equal(apply_steps(np.arange(4.0), Steps(drop=1), None)[1], [1, 2, 3])


def test_a_single_signal_keeps_one_dimension(signals):
    assert process(signals[:, 0], detrend="linear", low_pass=0.1).shape == (150,)


def test_argument_is_not_written_to(signals):
    before = signals.copy()
    process(signals, detrend="linear", low_pass=0.1, units="z")
    np.testing.assert_array_equal(signals, before)


def test_linear_detrending_leaves_a_line_at_its_mean():
    np.testing.assert_allclose(process(np.arange(10.0), detrend="linear"), np.full(10, 4.5))


def test_polynomial_of_order_three_takes_out_a_cubic():
    times = np.arange(40.0)
    cubic = 5 + times - 0.1 * times**2 + 0.01 * times**3
    np.testing.assert_allclose(process(cubic, detrend="polynomial", order=3), np.full(40, cubic.mean()), atol=1e-9)


def test_linear_detrending_is_nilearns(signals):
    expected = clean(signals, detrend=True) + signals.mean(axis=0)
    np.testing.assert_allclose(process(signals, detrend="linear"), expected, atol=1e-8)


@pytest.mark.parametrize("band", [{"high_pass": 0.01}, {"high_pass": 0.008, "low_pass": 0.09}])
def test_filters_that_remove_the_mean_are_nilearns_plus_the_mean(signals, band):
    expected = clean(signals, **band) + signals.mean(axis=0)
    np.testing.assert_allclose(process(signals, **band), expected, atol=1e-8)


def test_low_pass_is_nilearns(signals):
    np.testing.assert_allclose(process(signals, low_pass=0.1), clean(signals, low_pass=0.1), atol=1e-8)


def test_cosine_detrending_is_nilearns(signals):
    expected = clean(signals, filter="cosine", high_pass=0.01)
    np.testing.assert_allclose(process(signals, detrend="cosine", high_pass=0.01), expected, atol=1e-8)


def test_cosine_basis_is_the_one_of_nilearns_design_matrices():
    from nilearn.glm.first_level import make_first_level_design_matrix

    design = make_first_level_design_matrix(np.arange(120) * TR, drift_model="cosine", high_pass=0.02)
    np.testing.assert_allclose(cosine_basis(120, 0.02, TR), design.iloc[:, :-1], atol=1e-12)


@pytest.mark.parametrize(
    ("steps", "options"),
    [
        ({"detrend": "linear"}, {"detrend": True}),
        (
            {"detrend": "linear", "high_pass": 0.01, "low_pass": 0.1},
            {"detrend": True, "high_pass": 0.01, "low_pass": 0.1},
        ),
        ({"detrend": "cosine", "high_pass": 0.01}, {"filter": "cosine", "high_pass": 0.01}),
    ],
)
def test_confounds_are_regressed_out_as_nilearn_does(signals, confounds, steps, options):
    level = 0 if "filter" in options else signals.mean(axis=0)
    expected = clean(signals, confounds=confounds.to_numpy(), **options) + level
    np.testing.assert_allclose(process(signals, confounds, confounds=tuple(confounds), **steps), expected, atol=1e-8)


@pytest.mark.parametrize(("units", "name"), [("percent", "psc"), ("z", "zscore_sample")])
def test_units_after_a_band_pass_are_nilearns(signals, units, name):
    band = {"high_pass": 0.01, "low_pass": 0.1}
    expected = clean(signals, detrend=True, standardize=name, **band)
    np.testing.assert_allclose(process(signals, detrend="linear", units=units, **band), expected, atol=1e-8)


def test_a_confound_that_is_the_signal_leaves_its_mean():
    signal = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    values = process(signal, pd.DataFrame({"x": signal}), confounds=("x",))
    np.testing.assert_allclose(values, np.full(5, 2.8))


def test_a_missing_first_confound_value_counts_as_the_columns_mean(signals):
    column = np.sin(np.arange(150))
    column[0] = np.nan
    filled = np.where(np.isnan(column), np.nanmean(column), column)
    frames = [pd.DataFrame({"framewise_displacement": values}) for values in (column, filled)]
    first, second = (process(signals, frame, confounds=("framewise_displacement",)) for frame in frames)
    np.testing.assert_allclose(first, second)


def test_drift_is_removed_and_a_block_response_stays():
    times = np.arange(200) * TR
    blocks = 20.0 * ((times // 20) % 2)
    values = process(1000 + blocks + 0.5 * times, detrend="cosine", high_pass=0.008, units="percent")
    is_on = blocks > 0
    assert values[is_on][20:-20].mean() - values[~is_on][20:-20].mean() == pytest.approx(20 / 1110 * 100, rel=0.1)


def test_band_pass_keeps_what_is_inside_and_not_what_is_outside():
    times = np.arange(300) * TR
    slow, kept, fast = (np.sin(2 * np.pi * f * times) for f in (0.005, 0.05, 0.2))
    values = process(100 + slow + kept + fast, high_pass=0.02, low_pass=0.1)
    np.testing.assert_allclose(values[60:-60], 100 + kept[60:-60], atol=0.05)


@pytest.mark.parametrize(("n_volumes", "band"), [(34, {"high_pass": 0.01, "low_pass": 0.1}), (19, {"low_pass": 0.1})])
def test_the_shortest_run_that_is_allowed_can_be_filtered(signals, n_volumes, band):
    assert np.isfinite(process(signals[:n_volumes], **band)).all()


def test_confounds_of_another_run_are_refused(signals, confounds):
    with pytest.raises(InputError, match="149 rows, but the run has 150 volumes"):
        process(signals, confounds[:149], confounds=("csf",))
    with pytest.raises(InputError, match="no column called csf2"):
        process(signals, confounds, confounds=("csf2",))
