"""Events along a run, and the distribution of a column."""

import math

import pandas as pd
import pytest

from lib.figures.study_tables import draw_distribution, draw_timeline, timeline_height

EVENTS = [("face", 4.0, 2.0), ("house", 10.0, 2.0), ("face", 20.0, math.nan)]


def test_bars_begin_at_the_onset_and_last_as_long_as_the_event():
    bars, marks = draw_timeline(("face", "house"), EVENTS, 30.0).data
    assert (bars.base, bars.x, bars.y) == ((4.0, 10.0), (2.0, 2.0), ("face", "house"))
    assert (marks.x, marks.y) == ((20.0,), ("face",))


def test_timeline_covers_the_run_and_marks_its_end():
    figure = draw_timeline(("face", "house"), EVENTS, 30.0)
    assert figure.layout.xaxis.range == pytest.approx((0.0, 30.15))
    assert figure.layout.shapes[0].x0 == 30.0


def test_timeline_covers_events_outside_the_run():
    """Events before the first volume or after the last are the ones that somebody must see."""
    figure = draw_timeline(("face",), [("face", -3.0, 1.0), ("face", 50.0, 4.0)], 30.0)
    first, last = figure.layout.xaxis.range
    assert first == -3.0
    assert last >= 54.0


def test_timeline_without_a_tr_has_no_end_of_the_run():
    assert not draw_timeline(("face",), [("face", 1.0, 1.0)], None).layout.shapes


def test_first_condition_is_on_top():
    """Plotly's first category is at the bottom."""
    assert draw_timeline(("face", "house"), EVENTS, None).layout.yaxis.categoryarray == ("house", "face")


def test_timeline_grows_with_its_conditions():
    assert timeline_height(10) - timeline_height(4) == 6 * 26


def test_many_numbers_are_binned_and_none_is_lost():
    ages = pd.Series([20 + 0.5 * n for n in range(60)] + [math.nan])
    (bars,) = draw_distribution(ages, "age").data
    assert sum(bars.y) == 60
    assert bars.customdata[0][0] == 20.0


def test_few_different_numbers_get_a_bar_each_in_their_order():
    (bars,) = draw_distribution(pd.Series([10, 2, 2, 10, 2]), "group").data
    assert (bars.x, bars.y) == (("2", "10"), (3, 2))


def test_text_is_counted_most_frequent_first():
    (bars,) = draw_distribution(pd.Series(["F", "M", "F", None], dtype=object), "sex").data
    assert (bars.x, bars.y) == (("F", "M"), (2, 1))


def test_names_of_everybody_end_in_one_bar_of_others():
    (bars,) = draw_distribution(pd.Series([f"site {n:02d}" for n in range(40)]), "site").data
    assert len(bars.x) == 31
    assert (bars.x[-1], bars.y[-1]) == ("10 others", 10)
