"""The steps as one matrix: nilearn's own output over all options, least squares where nilearn has no such step."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline

from lib.denoising.drifts import cosine_basis
from lib.denoising.operator import make_operator, spline_weights
from lib.denoising.processing import apply_steps
from lib.denoising.steps import Steps, require_steps
from lib.errors import InputError

NAMES = tuple("abcdef")
BANDS = [(None, None), (0.05, None), (None, 0.5), (0.1, 0.6), (0.03, 0.4)]  # As shares of the Nyquist frequency.


def clean(signals, steps: Steps, tr, frame=None):
    """Return nilearn's output for the same steps."""
    from nilearn.signal import clean

    kept = np.setdiff1d(np.arange(len(signals)), steps.censored)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return clean(
            signals, detrend=steps.detrend == "linear", standardize=None, t_r=tr,
            filter="cosine" if steps.detrend == "cosine" else "butterworth",
            high_pass=steps.high_pass, low_pass=steps.low_pass,
            confounds=frame[list(steps.confounds)].to_numpy() if steps.confounds else None,
            sample_mask=kept if steps.censored else None,
        )  # fmt: skip


def assert_is_nilearns(signals, steps, tr, frame=None):
    found = make_operator(steps, len(signals), tr, frame).matrix @ signals
    expected = clean(signals, steps, tr, frame)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * np.abs(signals).max())


@st.composite
def choices(draw):
    """Draw steps that nilearn can take, a TR, and the seed of the numbers."""
    n_volumes, tr = draw(st.integers(20, 200)), draw(st.sampled_from([0.5, 0.72, 2.0, 3.1]))
    censored = set()
    if draw(st.booleans()):
        censored |= set(range(draw(st.integers(0, 3))))
        censored |= set(range(n_volumes - draw(st.integers(0, 3)), n_volumes))
        censored |= draw(st.sets(st.integers(4, n_volumes - 5), max_size=n_volumes // 5))
        # What nilearn does not interpolate, see the module: a volume whose mirror image is censored as well.
        censored = {one for one in censored if one < n_volumes - 1 - one or n_volumes - 1 - one not in censored}
    detrend = draw(st.sampled_from(["none", "linear", "cosine"]))
    high, low = (0.1, None) if detrend == "cosine" else draw(st.sampled_from(BANDS))
    nyquist = 0.5 / tr
    names = NAMES[: draw(st.sampled_from([0, 1, 6]))]
    steps = Steps(
        detrend=detrend, high_pass=high and high * nyquist, low_pass=low and low * nyquist, confounds=names,
        censored=tuple(sorted(censored)),
    )  # fmt: skip
    try:
        require_steps(steps, n_volumes, tr)
    except InputError:
        assume(False)
    return n_volumes, tr, steps, draw(st.integers(0, 2**32 - 1))


@settings(max_examples=120, deadline=None)
@given(choices())
def test_matrix_is_nilearns_clean(chosen):
    n_volumes, tr, steps, seed = chosen
    rng = np.random.default_rng(seed)
    signals = 1000 + 10 * rng.standard_normal((n_volumes, 3)) + np.linspace(0, 30, n_volumes)[:, np.newaxis]
    frame = pd.DataFrame(
        rng.standard_normal((n_volumes, 6)) * [1, 5, 1, 1e-3, 100, 1] + [0, 9, 0, 0, 0, 0], columns=NAMES
    )
    if steps.detrend == "cosine":
        # nilearn leaves its cosines out where a confound is like one of them.
        cosines = cosine_basis(n_volumes, steps.high_pass, tr)
        assume(np.corrcoef(cosines.T, frame.T)[: cosines.shape[1], cosines.shape[1] :].max() < 0.85)
    assert_is_nilearns(signals, steps, tr, frame)


@pytest.fixture
def signals(rng) -> np.ndarray:
    return 1000 + 10 * rng.standard_normal((120, 3)) + np.linspace(0, 30, 120)[:, np.newaxis]


@pytest.fixture
def frame(rng) -> pd.DataFrame:
    return pd.DataFrame(rng.standard_normal((120, 6)), columns=NAMES)


OPTIONS = [
    {}, {"detrend": "linear"}, {"detrend": "linear", "high_pass": 0.01, "low_pass": 0.1}, {"low_pass": 0.1},
    {"detrend": "linear", "high_pass": 0.01, "low_pass": 0.1, "censored": (0, 7, 8, 60, 118)},
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS)
def test_columns_that_say_nothing_new_change_nothing(signals, frame, options):
    """A column twice is nilearn's own answer too; for a sum of others and a large constant its answer is rounding's."""
    odd = frame.assign(twice=frame["a"], sum=3 * frame["a"] - frame["b"], level=1e4 + 0.1)
    assert_is_nilearns(signals, Steps(**options, confounds=("a", "b", "twice")), 2.0, odd)
    plain = make_operator(Steps(**options, confounds=("a", "b")), 120, 2.0, odd)
    full = make_operator(Steps(**options, confounds=("a", "b", "twice", "sum", "level")), 120, 2.0, odd)
    np.testing.assert_allclose(full.matrix, plain.matrix, atol=1e-10)
    assert full.basis.shape[1] == 2


def test_a_line_among_the_confounds_adds_nothing_to_a_linear_trend(signals, frame):
    line = frame.assign(line=np.arange(120.0))
    steps = [Steps(detrend="linear", confounds=names) for names in (("a",), ("a", "line"))]
    first, second = (make_operator(one, 120, 2.0, line).matrix for one in steps)
    np.testing.assert_allclose(first, second, atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS)
def test_missing_values_of_a_confound_are_its_mean_over_the_kept_volumes(signals, frame, options):
    """nilearn refuses a confound with a missing value; filled by hand, it agrees."""
    holed = frame.copy()
    holed.loc[[0, 1, 50], "b"] = np.nan
    steps = Steps(**options, confounds=("a", "b"))
    kept = make_operator(steps, 120, 2.0, holed).kept
    filled = holed.assign(
        b=holed["b"].fillna(holed["b"].to_numpy()[kept][~np.isnan(holed["b"].to_numpy()[kept])].mean())
    )
    found = make_operator(steps, 120, 2.0, holed).matrix @ signals
    np.testing.assert_allclose(found, clean(signals, steps, 2.0, filled), rtol=0, atol=1e-7)


def test_censored_volumes_whose_mirror_images_are_censored_are_bridged_like_any_other(signals, frame):
    """nilearn 0.14 filters what was measured in them, and at both ends takes other volumes than it was asked for."""
    from nilearn.signal import butterworth

    censored = (10, 50, 51, 69, 109)
    kept = np.setdiff1d(np.arange(120), censored)
    steps = Steps(high_pass=0.01, low_pass=0.1, confounds=("a", "b"), censored=censored)
    bridged = CubicSpline(kept, np.column_stack([signals, frame[["a", "b"]]])[kept])(np.arange(120))
    filtered = butterworth(bridged, 0.5, low_pass=0.1, high_pass=0.01, copy=True)[kept]
    design = filtered[:, 3:] - filtered[:, 3:].mean(axis=0)
    expected = filtered[:, :3] - design @ np.linalg.lstsq(design, filtered[:, :3], rcond=None)[0]
    wild = signals.copy()
    wild[list(censored)] = np.nan
    operator = make_operator(steps, 120, 2.0, frame)
    np.testing.assert_allclose(operator.clean(wild), expected, atol=1e-7)
    assert np.abs(clean(signals, steps, 2.0, frame) - expected).max() > 0.1


@pytest.mark.parametrize(("detrend", "order"), [("polynomial", 1), ("polynomial", 4), ("cosine", 2)])
def test_trends_with_censored_volumes_are_least_squares_at_the_times_that_are_left(signals, frame, detrend, order):
    censored = (0, 30, 31, 32, 80)
    kept = np.setdiff1d(np.arange(120), censored)
    steps = Steps(detrend=detrend, order=order, high_pass=0.01 if detrend == "cosine" else None, censored=censored)
    times = np.linspace(-1, 1, 120)[kept]
    drifts = cosine_basis(120, 0.01, 2.0)[kept] if detrend == "cosine" else np.vander(times, order + 1)[:, :-1]
    design = np.column_stack([np.ones(len(kept)), drifts, frame[["a", "b"]].to_numpy()[kept]])
    expected = (
        signals[kept] - design @ np.linalg.lstsq(design, signals[kept], rcond=None)[0] + signals[kept].mean(axis=0)
    )
    operator = make_operator(Steps(**{**vars(steps), "confounds": ("a", "b")}), 120, 2.0, frame)
    np.testing.assert_allclose(operator.keep_level(signals), expected, atol=1e-8)


def test_dropped_volumes_are_as_if_the_file_began_later(signals, frame):
    steps = Steps(4, "linear", high_pass=0.01, low_pass=0.1, confounds=("a",), censored=(2, 40))
    later = Steps(0, "linear", high_pass=0.01, low_pass=0.1, confounds=("a",), censored=(36,))
    operator = make_operator(steps, 120, 2.0, frame)
    np.testing.assert_array_equal(operator.matrix[:, [0, 1, 2, 3, 40]], 0)
    expected = make_operator(later, 116, 2.0, frame[4:]).clean(signals[4:])
    np.testing.assert_allclose(operator.clean(signals), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS)
def test_level_is_the_mean_over_the_kept_volumes_and_stays(signals, frame, options):
    operator = make_operator(Steps(**options, confounds=("a", "b")), 120, 2.0, frame)
    values, level = operator.keep_level(signals), signals[operator.kept].mean(axis=0)
    np.testing.assert_allclose(values - level, operator.matrix @ (signals - level), atol=1e-8)
    np.testing.assert_allclose(operator.keep_level(signals + 500), values + 500, atol=1e-8)
    assert np.abs(values.mean(axis=0) - level).max() < 1


@pytest.mark.parametrize("censoring", ["leave out", "interpolate"])
@pytest.mark.parametrize("units", ["raw", "percent", "z"])
def test_censored_volumes_are_gaps_or_filled_and_the_others_are_the_same(signals, censoring, units):
    censored = (0, 1, 30, 31, 119)
    steps = Steps(detrend="linear", low_pass=0.1, units=units, censored=censored, censoring=censoring)
    wild = signals.copy()
    wild[list(censored)] = 1e9
    values = apply_steps(wild, steps, 2.0)[0]
    kept = np.setdiff1d(np.arange(120), censored)
    np.testing.assert_allclose(
        values[kept], apply_steps(signals, Steps(**{**vars(steps), "censoring": "leave out"}), 2.0)[0][kept]
    )
    if censoring == "leave out":
        assert np.isnan(values[list(censored)]).all()
        return
    spline = CubicSpline(kept, values[kept])
    np.testing.assert_allclose(values[[30, 31]], spline([30, 31]), rtol=1e-9)
    np.testing.assert_array_equal(values[[0, 1, 119]], values[[2, 2, 118]])


def test_a_gap_is_left_out_like_a_censored_volume(signals, frame):
    holed = signals.copy()
    holed[[20, 90]] = np.nan
    options = {"detrend": "polynomial", "order": 2, "confounds": ("a", "b")}
    found = apply_steps(holed, Steps(**options), 2.0, frame)[0]
    expected = apply_steps(signals, Steps(**options, censored=(20, 90)), 2.0, frame)[0]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_a_gap_beside_censored_volumes_stays_a_gap(signals):
    holed = signals.copy()
    holed[20, 1] = np.nan
    steps = Steps(detrend="linear", low_pass=0.1, censored=(40, 41), censoring="interpolate")
    values = apply_steps(holed, steps, 2.0)[0]
    np.testing.assert_array_equal(np.argwhere(np.isnan(values)), [[20, 1]])
    np.testing.assert_allclose(values[:, 0], apply_steps(signals, steps, 2.0)[0][:, 0], rtol=1e-12)


def test_weights_of_a_spline_are_scipys_spline():
    known, values = np.array([0, 2, 3, 7, 8, 12]), np.array([3.0, 1, 4, 1, 5, 9])
    np.testing.assert_allclose(spline_weights(known, np.arange(13)) @ values, CubicSpline(known, values)(np.arange(13)))


def test_what_is_kept_for_others_cannot_be_written_to(signals):
    operator = make_operator(Steps(low_pass=0.1), 120, 2.0)
    with pytest.raises(ValueError, match="read-only"):
        operator.drift_and_filter[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        operator.matrix[0, 0] = 1
