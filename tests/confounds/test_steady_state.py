import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from lib.confounds.steady_state import count_non_steady


@pytest.fixture
def steady(rng):
    return rng.normal(1000, 1, 80)


@pytest.mark.parametrize("n_dummies", [0, 1, 4])
def test_bright_volumes_at_the_start_are_counted(steady, n_dummies):
    steady[:n_dummies] += 300 / (1 + np.arange(n_dummies))
    assert count_non_steady(steady) == n_dummies


def test_only_an_unbroken_row_from_the_first_volume_counts(steady):
    steady[[1, 30]] += 500
    assert count_non_steady(steady) == 0


def test_a_drift_after_volume_50_plays_no_part(steady):
    steady[0] += 100
    steady[50:] += 1000
    assert count_non_steady(steady) == 1


def test_the_limit_is_a_modified_z_of_three_and_a_half():
    """Around the median 0 the MAD is 1: z = 0.6745 x is above 3.5 from 5.19 on."""
    rest = [-1.0, 1, -1, 1, -1, 1, 0, 0]
    assert count_non_steady([5.0, *rest]) == 0
    assert count_non_steady([5.4, *rest]) == 1


def test_a_run_of_equal_volumes_is_steady():
    assert count_non_steady(np.full(20, 7.0)) == 0


def test_one_other_value_in_a_run_of_equal_volumes_stands_out():
    assert count_non_steady([9.0] + [7.0] * 20) == 1


def test_the_volume_that_fmriprep_found_is_found(shared_data):
    """fMRIPrep 1.0 wrote one NonSteadyStateOutlier column for this run, with its 1 in the first volume."""
    root = shared_data / "ds005-fmriprep"
    name = "sub-01_task-mixedgamblestask_run-01_bold"
    confounds = pd.read_csv(root / "derivatives/fmriprep/sub-01/func" / f"{name}_confounds.tsv", sep="\t")
    assert confounds["NonSteadyStateOutlier00"].tolist() == [1] + [0] * 15
    data = nib.load(root / "sub-01/func" / f"{name}.nii.gz").dataobj
    assert count_non_steady(np.asarray(data, dtype=np.float32).mean(axis=(0, 1, 2), dtype=np.float64)) == 1


def test_a_volume_without_a_mean_is_none_that_stands_out_and_hides_no_other(rng):
    means = rng.normal(1000, 1, 40)
    means[:2] = 1500, 1300
    means[20] = np.nan
    assert count_non_steady(means) == 2
    assert count_non_steady(np.full(9, np.nan)) == 0
