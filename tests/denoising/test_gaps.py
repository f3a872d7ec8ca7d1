"""Volumes without a value: every step works on the others, and says so."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.polynomial import Polynomial

from lib.denoising.detrend import detrend
from lib.denoising.drifts import cosine_basis
from lib.denoising.gaps import bridge, describe_gaps, groups_of_gaps, mean_and_sd
from lib.denoising.processing import apply_steps, why_no_value
from lib.denoising.steps import Steps

TR, GAPS = 2.0, [0, 40, 41, 149]
BAND = {"high_pass": 0.01, "low_pass": 0.1}


@pytest.fixture
def signals(rng) -> np.ndarray:
    """(150, 4): level 1000, a drift of 45, noise of SD 10."""
    return rng.standard_normal((150, 4)) * 10 + 1000 + 0.3 * np.arange(150)[:, np.newaxis]


@pytest.fixture
def holed(signals) -> np.ndarray:
    """The signals with four volumes missing in the first two voxels, and one of them in the third."""
    holed = signals.copy()
    holed[np.ix_(GAPS, [0, 1])] = np.nan
    holed[40, 2] = np.inf
    return holed


@pytest.fixture
def is_kept() -> np.ndarray:
    return ~np.isin(np.arange(150), GAPS)


def process(signals, frame=None, /, **steps):
    return apply_steps(signals, Steps(**steps), TR, frame)[0]


@pytest.mark.parametrize(
    "steps",
    [
        {}, {"units": "z"}, {"units": "percent"}, {"detrend": "linear"}, {"detrend": "polynomial", "order": 3},
        {"detrend": "cosine", "high_pass": 0.01}, BAND, {"detrend": "linear", "units": "percent", **BAND},
    ],
)  # fmt: skip
def test_gaps_stay_gaps_and_voxels_without_any_come_out_as_alone(signals, holed, steps):
    found = process(holed, **steps)
    np.testing.assert_array_equal(np.isnan(found), ~np.isfinite(holed))
    np.testing.assert_allclose(found[:, 3], process(signals[:, 3], **steps), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("name", "order"), [("linear", 1), ("polynomial", 3)])
def test_a_trend_is_fitted_to_what_is_finite(holed, is_kept, name, order):
    times, known = np.arange(150.0)[is_kept], holed[is_kept, 0]
    expected = known - Polynomial.fit(times, known, order)(times) + known.mean()
    found = process(holed[:, 0], detrend=name, order=order)
    np.testing.assert_allclose(found[is_kept], expected, atol=1e-8)


def test_a_cosine_basis_is_fitted_to_what_is_finite(holed, is_kept):
    basis = np.column_stack([np.ones(150), cosine_basis(150, 0.01, TR)])[is_kept]
    known = holed[is_kept, 0]
    expected = known - basis @ np.linalg.lstsq(basis, known, rcond=None)[0] + known.mean()
    found = process(holed[:, 0], detrend="cosine", high_pass=0.01)
    np.testing.assert_allclose(found[is_kept], expected, atol=1e-8)


def test_confounds_are_regressed_out_over_what_is_finite(holed, is_kept, rng):
    frame = pd.DataFrame(rng.standard_normal((150, 2)), columns=["csf", "rot_x"])
    known = holed[is_kept, 0]
    design = np.column_stack([np.ones(is_kept.sum()), frame.to_numpy()[is_kept]])
    expected = known - design @ np.linalg.lstsq(design, known, rcond=None)[0] + known.mean()
    found = process(holed[:, 0], frame, confounds=("csf", "rot_x"))
    np.testing.assert_allclose(found[is_kept], expected, atol=1e-8)


def test_a_filter_is_nilearns_of_the_signal_with_straight_lines_over_its_gaps(holed, is_kept):
    from nilearn.signal import clean

    level = holed[is_kept, 0].mean()
    whole = np.interp(np.arange(150), np.flatnonzero(is_kept), holed[is_kept, 0] - level)
    expected = clean(whole[:, np.newaxis], t_r=TR, detrend=False, standardize=None, **BAND)[is_kept, 0] + level
    np.testing.assert_allclose(process(holed[:, 0], **BAND)[is_kept], expected, atol=1e-8)


def test_a_bridge_is_a_straight_line_and_the_ends_are_held():
    is_kept = np.array([False, True, False, False, True, False])
    np.testing.assert_allclose(bridge(np.array([[1.0], [7.0]]), is_kept)[:, 0], [1, 1, 3, 5, 7, 7])


def test_a_quick_detrending_leaves_gaps_as_gaps_too(holed):
    found = detrend(holed, 1, keep_mean=True)
    np.testing.assert_allclose(found, process(holed, detrend="linear"), atol=1e-3)


def test_a_voxel_that_was_never_measured_stays_without_value():
    assert np.isnan(detrend(np.full((9, 2), np.nan), 1)).all()
    assert np.isnan(process(np.full(9, np.nan), detrend="linear")).all()


def test_mean_and_sd_are_those_of_the_finite_values():
    mean, sd = mean_and_sd(np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, 5.0]]))
    np.testing.assert_allclose(mean, [2, 5])
    np.testing.assert_allclose(sd, [np.sqrt(2), np.nan])


def test_voxels_with_the_same_gaps_are_one_group(holed):
    groups = [(150 - is_kept.sum(), group.tolist()) for is_kept, group in groups_of_gaps(holed)]
    assert sorted(groups) == [(0, [3]), (1, [2]), (4, [0, 1])]


@pytest.mark.parametrize(
    ("n_kept", "steps", "words"),
    [
        (0, {}, "None of the 40 volumes of this voxel has a finite value"),
        (
            1,
            {"units": "z"},
            "39 of 40 volumes have no finite value in this voxel, and these steps need 2 that have one",
        ),
        (4, {"detrend": "polynomial", "order": 3}, "36 of 40 volumes have no finite .* these steps need 5"),
        (29, {"low_pass": 0.1}, "11 of 40 volumes have no finite .* a filter bridges a quarter of the volumes at most"),
    ],
)
def test_too_few_values_are_refused_with_the_numbers(n_kept, steps, words):
    signal = np.where(np.arange(40) < n_kept, 100.0 + np.arange(40) % 3, np.nan)
    assert np.isnan(process(signal, **steps)).all()
    assert re.match(words, why_no_value(signal, Steps(**steps), TR))


def test_one_value_less_missing_is_not_refused():
    assert np.isfinite(process(np.r_[100.0 + np.arange(30) % 3, np.full(10, np.nan)], low_pass=0.1)).sum() == 30


def test_every_step_says_what_it_does_about_gaps():
    steps = Steps(detrend="linear", low_pass=0.1, confounds=("csf",), units="z")
    assert describe_gaps(3, 156, steps) == (
        "3 of 156 volumes have no finite value: drawn as gaps; the trend is fitted to the others; straight lines "
        "bridge the gaps for the filter alone; confounds are regressed out over the others; mean and SD are those of "
        "the others."
    )
    assert describe_gaps(1, 156, Steps()) == "1 of 156 volumes has no finite value: drawn as a gap."
    assert describe_gaps(0, 156, steps) == ""
