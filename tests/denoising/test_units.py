"""Percent and z: nilearn's definitions, and where a percentage has nothing to refer to."""

import nibabel as nib
import numpy as np
import pytest

from lib.denoising.units import SMALLEST_MEAN, to_units, why_no_units

MINI_RUN = "studyforrest-mini/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz"


def standardise(signals, name):
    from nilearn.signal import clean

    return clean(signals, t_r=2.0, detrend=False, standardize=name)


def test_a_rise_is_positive_whatever_the_sign_of_the_mean():
    """Percent was divided by the signed mean: a fall of 4.66 % of a voxel with negative values was drawn as a rise."""
    np.testing.assert_allclose(to_units(np.array([90.0, 100.0, 110.0]), "percent"), [-10, 0, 10])
    np.testing.assert_allclose(to_units(np.array([-110.0, -100.0, -90.0]), "percent"), [-10, 0, 10])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("units", "name"), [("percent", "psc"), ("z", "zscore_sample")])
def test_units_of_a_real_run_and_of_its_negative_are_nilearns(shared_data, sign, units, name):
    data = np.asarray(nib.load(shared_data / MINI_RUN).dataobj, np.float64)
    signals = sign * data[data.mean(axis=3) > 1000].T
    np.testing.assert_allclose(to_units(signals, units), standardise(signals, name), atol=1e-9)


def test_z_of_one_to_three_is_minus_one_to_one():
    np.testing.assert_allclose(to_units(np.array([1, 2, 3]), "z"), [-1, 0, 1])


def test_the_limit_is_a_tenth_of_the_sd():
    """-1, 0, 1 has a SD of 1: a mean of 0.1 is enough, one of 0.09 is not."""
    just, below = np.array([-1.0, 0, 1]) + SMALLEST_MEAN, np.array([-1.0, 0, 1]) + 0.09
    np.testing.assert_allclose(to_units(just, "percent"), [-1000, 0, 1000], atol=1e-9)
    assert np.isnan(to_units(below, "percent")).all()
    assert why_no_units(below, "percent") == (
        "Percent signal change has no meaning here: the mean of this voxel is 0.09, less than a tenth of its SD, 1. "
        "Choose z or raw."
    )


def test_a_demeaned_run_has_no_percentage_where_it_had_a_hundred_million(shared_data):
    """The rounding that demeaning leaves was divided by: an axis of +-100 million %."""
    data = np.asarray(nib.load(shared_data / MINI_RUN).dataobj, np.float32)
    signals = data[data.mean(axis=3) > 1000].T
    demeaned = signals - signals.mean(axis=0)
    assert np.isnan(to_units(demeaned, "percent")).all()
    assert np.isfinite(to_units(demeaned, "z")).all()


def test_a_voxel_of_zeros_is_told_apart():
    assert np.isnan(to_units(np.zeros(5), "percent")).all()
    assert why_no_units(np.zeros(5), "percent").startswith("This voxel is 0 in every volume")


def test_z_of_a_constant_has_no_value():
    assert np.isnan(to_units(np.full(5, 7.0), "z")).all()
    assert "does not change" in why_no_units(np.full(5, 7.0), "z")


def test_units_are_taken_voxel_by_voxel():
    np.testing.assert_allclose(to_units(np.array([[1.0, 0.0], [3.0, 0.0]]), "percent"), [[-50, np.nan], [50, np.nan]])


@pytest.mark.parametrize("units", ["percent", "z"])
@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_a_volume_without_a_value_is_a_gap_and_changes_no_other(units, missing):
    """One NaN volume blanked the voxel's whole course, and the page said that its mean was 0."""
    found = to_units(np.array([90.0, missing, 100.0, 110.0]), units)
    np.testing.assert_allclose(found[[0, 2, 3]], to_units(np.array([90.0, 100.0, 110.0]), units))
    assert np.isnan(found[1])
