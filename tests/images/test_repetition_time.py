"""How long a repetition time is, and what is strange about it."""

import math

import nibabel
import pytest

from lib.images.repetition_time import decide_tr
from lib.studies import ImageFacts, read_image_facts

TR_FILES = {
    "ffd_original_TR3_sec": (3.0, None),
    "ffd_TR3000_msec": (3.0, None),
    "ffd_TR3e6_usec": (3.0, None),
    "ffd_TR3000_says_sec": (3.0, "surely 3000 ms and read as 3 s"),
    "ffd_TR3_units_unknown": (3.0, "has no unit; it is read as seconds"),
    "ffd_TR0": (None, "is zero"),
    "ffd_TR-3": (None, "is negative (-3)"),
    "ffd_TRnan": (None, "is not a number"),
    "ffd_timeunit_hz": (None, "in the unit hz, which is not a time"),
}


@pytest.mark.parametrize("name", TR_FILES)
def test_every_unit_of_the_same_run_gives_its_documented_tr(shared_data, name):
    seconds, words = TR_FILES[name]
    facts = read_image_facts(shared_data / "tr-units" / f"{name}.nii.gz")
    tr = decide_tr(facts.tr, facts.units)
    assert tr.seconds == seconds
    assert (tr.flag is None) if words is None else (words in tr.flag)
    assert tr.source == ("header" if seconds else "")


def test_two_thousand_seconds_are_never_33_minutes():
    """nibabel's example4d.nii.gz says 2000 s: it is 2000 ms, and 2 s is what a person should see."""
    path = f"{nibabel.__path__[0]}/tests/data/example4d.nii.gz"
    facts = read_image_facts(path)
    assert (facts.tr, facts.units) == (2000.0, "sec")
    tr = decide_tr(facts.tr, facts.units)
    assert tr.seconds == 2.0
    assert "2000 s, which no scanner does" in tr.flag


def test_sidecar_comes_before_the_header():
    tr = decide_tr(2.0, "sec", 2.0, "task-game_bold.json")
    assert (tr.seconds, tr.source, tr.flags) == (2.0, "task-game_bold.json", ())


@pytest.mark.parametrize(("header", "is_said"), [(2.01, False), (2.019, False), (2.021, True), (1.0, True)])
def test_conflict_over_one_percent_is_said_with_both_values(header, is_said):
    tr = decide_tr(header, "sec", 2.0, "a.json")
    assert tr.seconds == 2.0
    assert (tr.flag is not None) == is_said
    if is_said:
        assert tr.flag == f"a.json says 2 s, the header {header:g} s; the sidecar's is used."


def test_milliseconds_in_a_sidecar_are_said_and_read_as_such():
    tr = decide_tr(2.0, "sec", 2000, "a.json")
    assert tr.seconds == 2.0
    assert tr.flag.startswith("RepetitionTime in a.json is 2000 s, which no scanner does")


@pytest.mark.parametrize("value", [0, -2.0, math.nan, math.inf, True, [2.0], "two", None])
def test_useless_sidecar_value_falls_back_to_the_header(value):
    tr = decide_tr(1.5, "sec", value, "a.json")
    assert (tr.seconds, tr.source) == (1.5, "header")
    assert (tr.flag is None) == (value is None)


def test_number_written_as_text_in_a_sidecar_is_used_and_said():
    tr = decide_tr(None, "unknown", "2.5", "a.json")
    assert tr.seconds == 2.5
    assert "is text, not a number" in tr.flag


def test_zero_in_the_header_is_said_even_when_the_sidecar_is_right():
    tr = decide_tr(0.0, "sec", 2.0, "a.json")
    assert (tr.seconds, tr.source) == (2.0, "a.json")
    assert "The header's TR is zero" in tr.flag


def test_no_tr_anywhere_asks_for_it():
    tr = decide_tr(None)
    assert tr.seconds is None
    assert tr.flag == "Neither a sidecar nor the header gives a TR. Type it."


def test_one_without_a_unit_is_said_to_be_doubtful():
    assert "programs write that lost the TR" in decide_tr(1.0, "unknown").flag


@pytest.mark.parametrize(("value", "unit", "seconds"), [(2.0, "msec", 2.0), (3e6, "sec", 3.0), (720, "unknown", 0.72)])
def test_impossible_length_is_read_in_the_unit_that_makes_it_possible(value, unit, seconds):
    tr = decide_tr(value, unit)
    assert tr.seconds == seconds
    assert "which no scanner does" in tr.flag


@pytest.mark.parametrize("seconds", [0.05, 0.1, 99.0, 100.0])
def test_fast_and_slow_but_possible_tr_is_believed(seconds):
    assert decide_tr(seconds, "sec").flags == ()


def test_float32_digits_do_not_reach_the_person():
    assert decide_tr(0.7200000286102295, "sec").seconds == 0.72


def test_three_dimensional_image_has_no_tr():
    assert ImageFacts(shape=(7, 8, 9)).tr is None
