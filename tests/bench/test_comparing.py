"""What the benchmarks compute from what they measured."""

import pytest

from bench.comparing import Row, describe_bound, is_reached, p95, ratios, summarise, tabulate, take_turns


def a_row(**other) -> Row:
    return Row(**{"what": "a move", "unit": "ms", "ours": (10.0, 12.0, 20.0), "theirs": (50.0, 60.0, 80.0), **other})


def test_ratio_is_median_to_median_and_p95_to_p95():
    at_p50, at_p95 = ratios(a_row(ours=(1.0, 2.0, 3.0), theirs=(4.0, 8.0, 12.0)))
    assert at_p50 == pytest.approx(1 / 4)
    assert at_p95 == pytest.approx(2.9 / 11.6)


def test_a_row_without_reference_has_no_ratio():
    assert ratios(a_row(theirs=())) is None


def test_p95_lies_between_the_last_two_of_twenty_one_values():
    assert p95(range(21)) == 19


def test_both_bounds_of_a_ratio_must_be_kept():
    slow_tail = (10.0, 12.0, 60.0)
    assert is_reached(a_row(ratio=1 / 5, ratio_p95=1 / 2))
    assert not is_reached(a_row(ratio=1 / 5, ratio_p95=1 / 2, ours=slow_tail))
    assert is_reached(a_row(ratio=1 / 5, ours=slow_tail))


def test_an_absolute_bound_is_on_the_p95_from_above_and_on_the_median_from_below():
    assert is_reached(a_row(theirs=(), most=20))
    assert not is_reached(a_row(theirs=(), most=19))
    assert is_reached(a_row(theirs=(), least=12))
    assert not is_reached(a_row(theirs=(), least=13))


def test_a_row_without_bounds_is_neither_reached_nor_missed():
    assert is_reached(a_row()) is None


def test_turns_alternate_in_order_and_leave_the_warm_ones_out():
    calls = []
    actions = [lambda name=name: calls.append(name) or len(calls) for name in "ab"]
    ours, theirs = take_turns(2, *actions, n_warm=1)
    assert "".join(calls) == "abbaab"
    assert (ours, theirs) == ((4.0, 5.0), (3.0, 6.0))


def test_the_table_says_ratios_as_people_compare():
    lines = tabulate([a_row(ratio=1 / 5, ratio_p95=1 / 5, note="with care")]).splitlines()
    assert len(lines) == 3
    assert lines[2].startswith("| a move (with care) |")
    assert "| 12 / 19.2 ms | 60 / 78 ms | 1/5 / 1/4.06 | <= 1/5 at p50 and p95 | **no** | 3 |" in lines[2]
    assert "| 3x / 3x | <= 4x | yes |" in tabulate([a_row(ours=(30.0,), theirs=(10.0,), ratio=4)])


def test_a_bound_names_its_unit():
    assert describe_bound(a_row(most=150)) == "<= 150 ms"
    assert describe_bound(a_row(least=25, unit="fps")) == ">= 25 fps"


def test_the_summary_keeps_every_repetition():
    found = summarise(a_row(ratio=1 / 2))
    assert found["ours"] == [10.0, 12.0, 20.0]
    assert (found["p50"], found["reference_p50"], found["ratio_p50"]) == (12.0, 60.0, pytest.approx(0.2))
    assert found["is_reached"] is True
