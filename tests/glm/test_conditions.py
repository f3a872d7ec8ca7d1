"""Trials of each condition, counted by hand."""

import math

import pandas as pd

from lib.glm.conditions import count_trials
from lib.glm.events import Events


def make_events(rows) -> Events:
    return Events(pd.DataFrame(rows, columns=["onset", "duration", "trial_type"]))


def test_conditions_are_counted_with_their_durations():
    face, house = count_trials(
        make_events([(2.0, 1.0, "house"), (5.0, 2.0, "face"), (12.0, 4.0, "face"), (25.0, 3.0, "face")])
    )
    assert (face.condition, face.n, face.n_timed) == ("face", 3, 3)
    assert (face.shortest, face.median, face.longest, face.total) == (2.0, 3.0, 4.0, 9.0)
    assert (face.first, face.median_gap) == (5.0, 10.0)
    assert (house.n, house.first) == (1, 2.0)


def test_single_trial_has_no_gap():
    (trials,) = count_trials(make_events([(2.0, 1.0, "only")]))
    assert math.isnan(trials.median_gap)


def test_trials_without_durations_are_counted_all_the_same():
    (trials,) = count_trials(make_events([(2.0, math.nan, "press"), (6.0, 1.5, "press")]))
    assert (trials.n, trials.n_timed, trials.total) == (2, 1, 1.5)


def test_condition_without_any_duration_has_no_length():
    (trials,) = count_trials(make_events([(2.0, math.nan, "press")]))
    assert trials.n_timed == 0
    assert math.isnan(trials.total)
