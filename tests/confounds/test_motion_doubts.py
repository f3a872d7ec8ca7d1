import numpy as np
import pandas as pd
import pytest

from lib.confounds.motion_doubts import motion_doubts


@pytest.fixture
def head(rng):
    """A head that wanders by about 1 mm and turns by about 1 degree."""
    return np.cumsum(rng.normal(0, 0.1, (60, 3)), axis=0), np.cumsum(rng.normal(0, 0.0015, (60, 3)), axis=0)


def test_a_plausible_head_raises_no_doubt(head):
    assert motion_doubts(*head) == ()


def test_swapped_columns_raise_a_doubt(head):
    doubts = " ".join(motion_doubts(head[1], head[0]))
    assert "may be swapped" in doubts
    assert "degrees), more than a head coil allows" in doubts


def test_degrees_read_as_radians_raise_a_doubt(head):
    doubts = " ".join(motion_doubts(head[0], np.degrees(head[1])))
    assert "rotations may be in degrees" in doubts


def test_small_motion_in_swapped_columns_raises_a_doubt_too(head):
    """No rotation is impossible by itself here: only the proportion gives the swap away."""
    doubts = motion_doubts(head[1] / 10, head[0] / 10)
    assert len(doubts) == 1
    assert "the two may be swapped" in doubts[0]


def test_a_starting_position_far_from_the_reference_is_not_a_doubt(head):
    assert motion_doubts(head[0] + [3, -8, 12], head[1]) == ()


def test_translations_beyond_a_head_coil_raise_a_doubt(head):
    (doubt,) = motion_doubts(head[0] * 1000, head[1])
    assert "more than a head coil allows" in doubt


def test_constant_columns_raise_a_doubt():
    (doubt,) = motion_doubts(np.zeros((5, 3)), np.zeros((5, 3)))
    assert doubt.startswith("All six motion columns are constant")


def test_missing_rows_are_counted(head):
    translations = head[0].copy()
    translations[[3, 9]] = np.nan
    assert motion_doubts(translations, head[1]) == (
        "2 of 60 volumes have no complete motion parameters; they get no displacement.",
    )


def test_columns_that_are_missing_throughout_are_only_missing():
    assert len(motion_doubts(np.full((4, 3), np.nan), np.zeros((4, 3)))) == 1


@pytest.mark.parametrize("run", ["01", "02"])
def test_real_fmriprep_parameters_raise_doubts_only_when_swapped(shared_data, run):
    folder = shared_data / "ds005-fmriprep/derivatives/fmriprep/sub-01/func"
    path = folder / f"sub-01_task-mixedgamblestask_run-{run}_bold_confounds.tsv"
    confounds = pd.read_csv(path, sep="\t", na_values="n/a")
    translations = confounds[["X", "Y", "Z"]].to_numpy()
    rotations = confounds[["RotX", "RotY", "RotZ"]].to_numpy()
    assert motion_doubts(translations, rotations) == ()
    assert "the two may be swapped" in motion_doubts(rotations, translations)[0]
    assert "rotations may be in degrees" in motion_doubts(translations, np.degrees(rotations))[0]


def test_numbers_of_any_size_are_told_in_a_few_digits(head):
    """A damaged cell of 1e307 overflowed in the spread, and was a larger one was told in 300 digits."""
    head[1][3, 0] = head[0][3, 0] = 1e307
    turned, far = motion_doubts(*head)
    assert "reaches 1e+307 rad (inf degrees)" in turned
    assert "reaches 1e+307 mm" in far
