import math

import numpy as np
import pytest

from lib.confounds.framewise_displacement import MEASURES
from lib.quality.verdict import (
    Number,
    describe_displacement,
    describe_ghost,
    describe_missing,
    describe_non_steady,
    describe_outliers,
    describe_smoothness,
    describe_spikes,
    describe_tsnr,
)


def test_tsnr_is_the_median_of_voxels_that_have_one():
    number = describe_tsnr(np.array([10.0, np.nan, 30.0, 80.0]))
    assert number.value == 30
    assert number.text == "30.0"
    assert number.direction == "higher is better"


def test_displacement_says_mean_maximum_and_share():
    mean, highest, share = describe_displacement(np.array([np.nan, 0.2, 0.7, 0.3]))
    assert (mean.value, highest.value, share.value) == (pytest.approx(0.4), 0.7, 25.0)
    assert (mean.text, highest.text, share.text) == ("0.40 mm", "0.70 mm", "25.0 %")


def test_the_share_names_its_limit_and_who_sets_it():
    *_, share = describe_displacement(np.array([np.nan, 0.2, 0.7]), "power")
    assert share.name == "FD (Power) above 0.5"
    assert "above 0.5 mm (1 of 3). This limit: fMRIPrep's --fd-spike-threshold" in share.definition
    *_, share = describe_displacement(np.array([np.nan, 0.2, 0.7]), "power", 0.1)
    assert "(2 of 3). This limit: chosen on this page." in share.definition


@pytest.mark.parametrize("measure", list(MEASURES))
def test_every_measure_of_displacement_has_a_verdict_of_its_own(measure):
    for number in describe_displacement(np.array([np.nan, 0.2]), measure):
        assert number.key.startswith(measure)
        assert number.reference == MEASURES[measure].reference


def test_without_motion_parameters_there_is_no_value_and_no_invention():
    for number in describe_displacement(None):
        assert math.isnan(number.value)
        assert number.text == "no value"
        assert "none are estimated from the image" in number.nan_meaning


def test_counts_are_whole_volumes():
    assert describe_spikes(3, "above something", 156).text == "3 volumes"
    assert describe_spikes(None, "above something", 1).text == "no value"
    assert describe_non_steady(2).text == "2 volumes"
    assert describe_non_steady(1).text == "1 volume"


def test_outlier_fraction_is_the_mean_over_volumes():
    assert describe_outliers(np.array([0.0, 0.1, 0.2])).value == pytest.approx(0.1)
    assert describe_outliers(np.array([0.0, np.nan, 0.2])).value == pytest.approx(0.1)
    assert math.isnan(describe_outliers(None).value)


def test_smoothness_says_its_three_axes():
    number = describe_smoothness(6.0, np.array([5.0, 6.0, 7.25]), 5)
    assert "along i 5.00, j 6.00, k 7.25 mm" in number.definition
    assert number.direction.startswith("neither")


def test_voxels_without_values_are_counted_and_one_is_too_many():
    number = describe_missing(12, 500, 3)
    assert number.text == "12 voxels"
    assert number.is_beyond is True
    assert "of 500, that hold NaN or infinity" in number.definition
    assert describe_missing(0, 500, 0).is_beyond is False


def test_a_run_without_a_level_has_its_reason_in_place_of_a_number():
    for number in (describe_tsnr(np.full(3, np.nan), "No level."), describe_ghost(math.nan, "along j", "No level.")):
        assert (number.text, number.nan_meaning) == ("no value", "No level.")


def test_only_a_number_with_a_stated_limit_can_be_beyond_it():
    assert describe_non_steady(1).is_beyond is True
    assert describe_non_steady(0).is_beyond is False
    assert describe_ghost(0.5, "along j").is_beyond is None


def test_beyond_means_below_where_higher_is_better():
    common = dict.fromkeys(("key", "name", "unit", "definition", "reference", "nan_meaning"), "x")
    number = Number(value=30, direction="higher is better", threshold=50, threshold_source="a study", **common)
    assert number.is_beyond is True
    missing = Number(value=math.nan, direction="higher is better", threshold=50, threshold_source="a study", **common)
    assert missing.is_beyond is None


def test_every_number_says_what_it_is_and_whose_definition_that_is():
    numbers = [
        describe_tsnr(np.ones(3)),
        *describe_displacement(None),
        describe_spikes(0, "above something", 9),
        describe_outliers(None),
        describe_ghost(0.1, "along j"),
        describe_smoothness(1.0, np.ones(3), 1),
        describe_non_steady(0),
        describe_missing(0, 9, 0),
    ]
    for number in numbers:
        assert number.name
        assert number.definition.endswith(".")
        assert number.reference
        assert number.direction
        assert (number.threshold is None) == (number.threshold_source == "")
    assert len({number.key for number in numbers}) == len(numbers)
