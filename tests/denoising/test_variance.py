"""Variance removed, without cleaning: the same as from nilearn's cleaned series."""

import numpy as np
import pandas as pd
import pytest

from lib.denoising.operator import make_operator
from lib.denoising.steps import Steps
from lib.denoising.variance import effective_dof, gram, reduced, variance_removed

TR = 2.0
BAND = {"detrend": "linear", "high_pass": 0.01, "low_pass": 0.1}
OPTIONS = [{}, {"detrend": "linear"}, {"low_pass": 0.1}, BAND, {**BAND, "censored": (0, 1, 40, 41, 99)}]
NAMES = ("a", "b", "c")


@pytest.fixture
def frame(rng) -> pd.DataFrame:
    return pd.DataFrame(rng.standard_normal((150, 3)), columns=NAMES)


@pytest.fixture
def series(rng, frame) -> np.ndarray:
    """(150, 40) float32: a level of 10,000 and changes of SD 20, slow for the most part, with confounds in them."""
    slow = np.cumsum(rng.standard_normal((150, 40)), axis=0)
    return (10_000 + 5 * slow + 10 * frame.to_numpy() @ rng.standard_normal((3, 40))).astype(np.float32)


def share_by_nilearn(series, steps, frame):
    from nilearn.signal import clean

    kept = np.setdiff1d(np.arange(150), steps.censored)
    cleaned = clean(
        series.astype(np.float64), detrend=steps.detrend == "linear", standardize=None, t_r=TR,
        high_pass=steps.high_pass, low_pass=steps.low_pass, confounds=frame.to_numpy(),
        sample_mask=kept if steps.censored else None,
    )  # fmt: skip
    return 1 - cleaned.var(axis=0) / series[kept].astype(np.float64).var(axis=0)


@pytest.mark.parametrize("options", OPTIONS)
def test_share_is_that_of_nilearns_cleaned_series(series, frame, options):
    steps = Steps(**options, confounds=NAMES)
    operator = make_operator(steps, 150, TR, frame)
    blocks = [series[:, :7], series[:, 7:30], series[:, 30:]]
    found = variance_removed(reduced(operator.matrix), blocks, operator.kept)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, share_by_nilearn(series, steps, frame), atol=5e-4)


def test_few_rows_are_kept_of_a_band_and_they_give_its_correlations(series, frame):
    """Half of the volumes are enough."""
    operator = make_operator(Steps(**BAND, confounds=NAMES), 150, TR, frame)
    rows = reduced(operator.matrix)
    assert len(rows) < 75
    unit = rows.astype(np.float64) @ series
    unit /= np.linalg.norm(unit, axis=0)
    np.testing.assert_allclose(unit.T @ unit, np.corrcoef(operator.matrix @ series, rowvar=False), atol=3e-4)


def test_all_rows_give_the_gram_matrix_back(frame):
    matrix = make_operator(Steps(detrend="linear", confounds=NAMES), 150, TR, frame).matrix
    rows = reduced(matrix, 0).astype(np.float64)
    assert len(rows) == 150 - 2 - 3
    np.testing.assert_allclose(rows.T @ rows, gram(matrix), atol=1e-6)


def test_voxels_that_do_not_change_or_have_gaps_have_no_share(series, frame):
    odd = series[:, :4].copy()
    odd[:, 0], odd[:, 1], odd[40, 2], odd[41, 3] = 0, 700, np.nan, np.inf
    operator = make_operator(Steps(**BAND), 150, TR)
    assert np.isnan(variance_removed(reduced(operator.matrix), [odd], operator.kept)).all()
    censored = make_operator(Steps(**BAND, censored=(40, 41)), 150, TR)
    found = variance_removed(reduced(censored.matrix), [odd], censored.kept)
    np.testing.assert_array_equal(np.isfinite(found), [False, False, True, True])


def test_effective_dof_of_a_projection_are_its_rank(frame):
    steps = Steps(detrend="polynomial", order=3, confounds=NAMES, censored=(3, 4))
    assert effective_dof(make_operator(steps, 150, TR, frame).matrix) == pytest.approx(150 - 2 - 1 - 3 - 3)


def test_effective_dof_of_a_band_are_those_of_the_sums_of_squares_of_filtered_noise(rng):
    """Mean and variance of a chi-square with nu degrees of freedom are nu and 2 nu, so nu = 2 mean^2 / variance."""
    matrix = make_operator(Steps(**BAND), 150, TR).matrix
    cleaned = matrix @ rng.standard_normal((150, 40_000))
    sums = 150 * cleaned.var(axis=0)
    assert effective_dof(matrix) == pytest.approx(2 * sums.mean() ** 2 / sums.var(), rel=0.05)


def test_nothing_left_is_no_effective_dof(rng):
    names = tuple(f"c{i}" for i in range(40))
    frame = pd.DataFrame(rng.standard_normal((30, 40)), columns=names)
    assert effective_dof(make_operator(Steps(confounds=names), 30, TR, frame).matrix) == 0
