"""Numbers as they are written: one way for each quantity."""

import math

import pytest

from lib.number_text import (
    NO_VALUE,
    SHARE,
    column_format,
    exact_text,
    hover_format,
    quantity_text,
    scale_texts,
    short_text,
    slider_format,
    value_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (16_777_217, "16777217"), (16_777_217.0, "16777217"), (2**63 + 5, "9223372036854775813"),
        (-(2**63), "-9223372036854775808"),
        (2.0**53, "9007199254740992"), (0, "0"), (-0.0, "0"), (3451.0, "3451"), (0.1 + 0.2, "0.3"),
        (1234.5678, "1234.57"),
        (1234567.89, "1234567.9"), (123456.78, "123456.8"), (1.25e-9, "1.25e-09"), (3e38, "3e+38"), (math.nan, "nan"),
        (math.inf, "inf"), (-math.inf, "-inf"),
    ],
)  # fmt: skip
def test_a_value_is_read_out_whole_where_it_is_whole(value, text):
    assert value_text(value) == text


def test_a_file_has_a_float32_exactly_and_whole_numbers_whole():
    assert [exact_text(value) for value in (2**63, 12345678901.0, 0.1, math.nan, math.inf)] == [
        "9223372036854775808", "12345678901", "0.1", "n/a", "n/a",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (111.2, "", "111.2"), (40.0, "", "40.0"), (7.04, "mean / SD", "7.0"), (1.956, "mm", "1.96 mm"),
        (0.0, "mm", "0.00 mm"),
        (-0.001, "mm", "0.00 mm"), (2, "mm (1 degree = 1 mm)", "2.00 mm (1 degree = 1 mm)"),
        (1.0, "volumes", "1 volume"),
        (3.0, "volumes", "3 volumes"), (0.00159, SHARE, "0.16 %"), (-0.0178, SHARE, "-1.78 %"), (2.56, "%", "2.6 %"),
        (3451.0, "image units", "3451 image units"), (math.nan, "mm", NO_VALUE),
    ],
)  # fmt: skip
def test_a_quantity_has_the_same_number_of_decimals_wherever_it_stands(value, unit, text):
    assert quantity_text(value, unit) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((0.0, 39_660.0), ["0", "39,660"]),
        ((-4.5, 0.0, 4.5), ["-4.5", "0", "4.5"]),
        ((0.0, 16_777_217.0), ["0", "16.78 M"]),
        ((16_777_217.0, 16_777_219.0), ["16.777217 M", "16.777219 M"]),
        ((16_777_000.0, 16_800_000.0), ["16.78 M", "16.80 M"]),
        ((3_626.0, 39_659.0), ["3,626", "39,659"]),
        ((0.5, 20.0), ["0.5", "20.0"]),
        ((1000.001, 1000.002), ["1,000.001", "1,000.002"]),
        ((0.0, 0.0000125), ["0", "0.0000125"]),
        ((5.0, 5.0), ["5", "5"]),
        ((0.0, 3e30), ["0", "3e+30"]),
    ],
)
def test_a_scale_has_no_exponents_and_tells_its_numbers_apart(values, texts):
    assert scale_texts(values) == texts


def test_any_unit_has_four_digits_and_no_exponent():
    """DVARS and global signal are in image units, of whatever size."""
    assert [short_text(value) for value in (2256.4, 39_660.0, 0.123456, -2.8e-17, math.nan)] == [
        "2256", "39660", "0.1235", "0", NO_VALUE,
    ]  # fmt: skip


def test_charts_tables_and_sliders_write_quantities_as_sentences_do():
    assert [hover_format(unit) for unit in ("mm", SHARE, "")] == [".2f} mm", ".2%}", ".4~g}"]
    assert [column_format(unit) for unit in ("mm", "", "volumes", SHARE)] == ["%.2f", "%.1f", "%.0f", "percent"]
    assert [slider_format(step, 100) for step in (10.0, 1.0, 0.1, 0.001)] == ["%.0f", "%.0f", "%.1f", "%.3f"]
    assert slider_format(1e297, 1e300) == "%.5g"
