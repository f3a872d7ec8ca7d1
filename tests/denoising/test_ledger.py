"""Degrees of freedom: the sum is exact, and without a filter it is the rank of the matrix."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lib.denoising.ledger import make_ledger
from lib.denoising.operator import make_operator
from lib.denoising.steps import Steps, require_steps
from lib.errors import InputError

TR = 2.0
GROUPS = (("motion", ("x", "y", "x_twice")), ("tissue", ("csf", "wm", "x_and_csf")), ("flat", ("one", "line")))
NAMES = tuple(name for _, names in GROUPS for name in names)


def frame_of(n_volumes: int, rng) -> pd.DataFrame:
    frame = pd.DataFrame(rng.standard_normal((n_volumes, 4)), columns=["x", "y", "csf", "wm"])
    return frame.assign(
        x_twice=2 * frame["x"], x_and_csf=frame["x"] - frame["csf"], one=3.7, line=np.arange(n_volumes) * 0.1
    )


def taken(ledger) -> dict[str, int]:
    return {entry.name: entry.taken for entry in ledger.entries}


@settings(max_examples=80, deadline=None)
@given(
    n_volumes=st.integers(12, 120), drop=st.integers(0, 4), order=st.integers(1, 5),
    detrend=st.sampled_from(["none", "linear", "polynomial", "cosine"]),
    censored=st.sets(st.integers(0, 119), max_size=12),
    groups=st.lists(st.sampled_from(GROUPS), unique=True), seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_what_is_left_is_the_rank_of_the_centred_matrix(n_volumes, drop, order, detrend, censored, groups, seed):
    names = tuple(name for _, columns in groups for name in columns)
    censored = tuple(sorted(volume for volume in censored if volume < n_volumes))
    steps = Steps(drop, detrend, order, 0.02 if detrend == "cosine" else None, confounds=names, censored=censored)
    try:
        require_steps(steps, n_volumes, TR)
    except InputError:
        assume(False)
    frame = frame_of(n_volumes, np.random.default_rng(seed))
    operator = make_operator(steps, n_volumes, TR, frame)
    ledger = make_ledger(operator, TR, frame, groups)
    centred = operator.matrix - operator.matrix.mean(axis=0)
    assert ledger.left == (np.linalg.matrix_rank(centred, tol=1e-6) if centred.any() else 0)
    assert ledger.effective == pytest.approx(ledger.left, abs=1e-6)
    confounds = [entry.taken for entry in ledger.entries if entry.kind == "confounds"]
    assert sum(confounds) == operator.basis.shape[1]


def test_each_group_is_charged_what_it_adds_to_those_before_it(rng):
    frame = frame_of(100, rng)
    operator = make_operator(Steps(2, "polynomial", 1, confounds=NAMES, censored=(1, 50, 51)), 100, TR, frame)
    first = make_ledger(operator, TR, frame, GROUPS)
    assert taken(first) == {
        "dropped volumes": 2, "censored volumes": 2, "mean": 1, "polynomial trend": 1, "motion": 2, "tissue": 2,
        "flat": 0,
    }  # fmt: skip
    assert [entry.n_columns for entry in first.entries[-3:]] == [3, 3, 2]
    turned = make_ledger(operator, TR, frame, (("sum", ("x_and_csf", "csf")), ("x", ("x", "x_twice")), GROUPS[2],
                                               ("rest", ("y", "wm"))))  # fmt: skip
    assert taken(turned)["x"] == 0
    assert first.left == turned.left == 90


def test_a_band_takes_what_lies_outside_it_and_the_sum_is_exact(rng):
    """Of 0.25 Hz, 0.09 pass: 36 % of 156 volumes."""
    frame = frame_of(156, rng)
    steps = Steps(0, "linear", high_pass=0.01, low_pass=0.1, confounds=("x", "y", "csf"))
    operator = make_operator(steps, 156, TR, frame)
    ledger = make_ledger(operator, TR, frame)
    passed = 156 - 2 - taken(ledger)["filter"]
    assert passed == pytest.approx(0.36 * 156, abs=1.5)
    assert taken(ledger)["confounds"] == 3
    assert ledger.left == passed - 3
    assert ledger.warnings == ()


def test_more_confounds_than_a_filter_leaves_room_for_are_said(rng):
    names = tuple(f"c{i}" for i in range(45))
    frame = pd.DataFrame(rng.standard_normal((100, 45)), columns=names)
    steps = Steps(0, "linear", high_pass=0.01, low_pass=0.1, confounds=names)
    ledger = make_ledger(make_operator(steps, 100, TR, frame), TR, frame)
    assert ledger.left < 1
    assert "what they let through is no signal" in ledger.warnings[0]


def test_warnings_name_their_source():
    steps = Steps(0, "linear", high_pass=0.01, low_pass=0.05, censored=tuple(range(40, 60)))
    ledger = make_ledger(make_operator(steps, 100, TR), TR)
    own, time = ledger.warnings
    assert own.startswith(f"About {ledger.effective:.0f} effective degrees of freedom are left")
    assert own.endswith("(limit of 20: our own).")
    assert time.startswith("2.7 minutes are left after censoring; XCP-D by default")


def test_a_short_run_that_nobody_censored_is_not_warned_about():
    assert make_ledger(make_operator(Steps(detrend="linear"), 100, TR), TR).warnings == ()


def test_groups_hold_each_confound_once(rng):
    frame = frame_of(50, rng)
    operator = make_operator(Steps(confounds=("x", "y")), 50, TR, frame)
    with pytest.raises(ValueError, match="do not hold each"):
        make_ledger(operator, TR, frame, (("motion", ("x",)),))
