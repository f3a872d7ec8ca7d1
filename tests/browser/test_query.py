"""What addresses ask, parsed."""

import pytest

from lib.browser.query import asked_place, asked_switch, asked_volume
from lib.errors import InputError


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        (("1", "-2.5", "3"), (1.0, -2.5, 3.0)),
        # As JavaScript writes what is nearly nothing, and as people shorten.
        (("1.5e-7", "-.5", "+2."), (1.5e-7, -0.5, 2.0)),
        (("100000", "-100000", "0"), (100000.0, -100000.0, 0.0)),
    ],
)
def test_place_is_three_numbers(texts, place):
    assert asked_place(dict(zip("xyz", texts, strict=True))) == place


def test_a_place_farther_than_any_scanner_is_refused():
    with pytest.raises(InputError, match=r'asks for z="100001", but z is a number of mm from -100000 to 100000'):
        asked_place({"x": "0", "y": "0", "z": "100001"})


def test_a_question_without_a_place_is_refused():
    with pytest.raises(InputError, match="has no y, but the place of the cursor is x, y and z in mm"):
        asked_place({"x": "1"})


@pytest.mark.parametrize(("query", "t"), [({}, 0), ({"t": ""}, 0), ({"t": "7"}, 7), ({"t": "9"}, 9), ({"t": "10"}, 9)])
def test_volume_is_one_of_the_run(query, t):
    assert asked_volume(query, 10) == t


def test_long_nonsense_is_told_shortened():
    with pytest.raises(InputError, match=rf'asks for volume "{"x" * 40}\.\.\.", but'):
        asked_volume({"t": "x" * 60_000}, 10)


@pytest.mark.parametrize(("query", "is_on"), [({}, False), ({"flat": "0"}, False), ({"flat": "1"}, True)])
def test_a_switch_is_on_where_the_address_says_1(query, is_on):
    assert asked_switch(query, "flat") is is_on
