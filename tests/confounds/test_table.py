"""One row a volume of what else went on in a run."""

import numpy as np
import pytest

from lib.confounds.motion_files import MOTION_COLUMNS
from lib.confounds.table import new_column_name, read_confounds, row_mismatch
from lib.errors import InputError

OLD = "derivatives/fmriprep/sub-01/func/sub-01_task-mixedgamblestask_run-01_bold_confounds.tsv"


def write(tmp_path, text, name="sub-1_desc-confounds_timeseries.tsv"):
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FramewiseDisplacement", "framewise_displacement"),
        ("non-stdDVARS", "dvars"),
        ("stdDVARS", "std_dvars"),
        ("X", "trans_x"),
        ("RotZ", "rot_z"),
        ("aCompCor05", "a_comp_cor_05"),
        ("NonSteadyStateOutlier00", "non_steady_state_outlier00"),
        ("Cosine03", "cosine03"),
        ("AROMAAggrComp01", "aroma_motion_01"),
        ("trans_x_derivative1", "trans_x_derivative1"),
        ("t_comp_cor_00", "t_comp_cor_00"),
        ("my_regressor7", "my_regressor7"),
    ],
)
def test_old_names_become_the_present_ones(old, new):
    assert new_column_name(old) == new


def test_real_fmriprep_1_0_table_has_present_names(shared_data):
    confounds = read_confounds(shared_data / "ds005-fmriprep" / OLD, n_volumes=16)
    assert confounds.frame.shape == (16, 26)
    assert not [column for column in confounds.frame if column != column.lower()]
    assert set(MOTION_COLUMNS) <= set(confounds.frame.columns)
    assert confounds.renamed["X"] == "trans_x"
    assert np.isnan(confounds.frame["framewise_displacement"][0])
    assert confounds.frame["framewise_displacement"][1] == pytest.approx(0.0721193)
    assert confounds.problems == ()


def test_framewise_displacement_of_the_renamed_columns_is_the_tables_own(shared_data):
    """An oracle for order and units: fMRIPrep's own FD, recomputed from the columns after renaming."""
    frame = read_confounds(shared_data / "ds005-fmriprep" / OLD).frame
    steps = frame[list(MOTION_COLUMNS)].diff().abs()
    expected = steps.iloc[:, :3].sum(axis=1) + 50 * steps.iloc[:, 3:].sum(axis=1)
    np.testing.assert_allclose(frame["framewise_displacement"][1:], expected[1:], atol=1e-6)


def test_not_available_is_nan_and_a_column_of_it_is_kept(tmp_path):
    confounds = read_confounds(write(tmp_path, "a\tb\nn/a\tn/a\n1\tn/a\n"))
    np.testing.assert_array_equal(confounds.frame["a"], [np.nan, 1])
    assert confounds.frame["b"].isna().all()
    assert confounds.motion is None


def test_text_columns_are_left_out_and_said(tmp_path):
    confounds = read_confounds(write(tmp_path, "a\tnote\n1\tmoved\n"))
    assert list(confounds.frame.columns) == ["a"]
    assert confounds.problems == ("Columns that hold text were left out: note.",)


def test_infinite_values_become_nan(tmp_path):
    assert read_confounds(write(tmp_path, "a\n1\ninf\n")).frame["a"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("n_volumes", "words"), [(2, None), (5, "2 rows, 3 fewer than the run's 5"), (1, "2 rows, 1 more")]
)
def test_number_of_rows_is_compared_with_the_run(tmp_path, n_volumes, words):
    problems = read_confounds(write(tmp_path, "a\n1\n2\n"), n_volumes=n_volumes).problems
    assert (problems == ()) if words is None else (words in problems[0])


def test_row_mismatch_is_nothing_when_rows_match():
    assert row_mismatch(3, 3, "a.tsv") is None


def test_motion_files_become_the_same_columns(tmp_path):
    path = write(tmp_path, "0.01 0 0 1 2 3\n0.02 0 0 2 3 4\n0.01 0 0 3 4 5\n", "a_mcf.par")
    confounds = read_confounds(path, n_volumes=4)
    assert tuple(confounds.frame.columns) == MOTION_COLUMNS
    assert confounds.frame.iloc[0].tolist() == [1, 2, 3, 0.01, 0, 0]
    assert confounds.motion.kind == "FSL"
    assert "3 rows, 1 fewer than the run's 4 volumes" in confounds.problems[-1]


def test_doubts_about_named_columns_are_among_the_problems(tmp_path):
    rows = "".join(f"{n / 1000}\t0\t0\t{n / 10}\t0\t0\n" for n in range(5))
    confounds = read_confounds(write(tmp_path, "\t".join(MOTION_COLUMNS) + "\n" + rows))
    assert confounds.problems
    assert confounds.motion.doubts == confounds.problems


def test_named_rotations_in_degrees_can_be_said_to_be(tmp_path):
    text = "\t".join(MOTION_COLUMNS) + "\n0\t0\t0\t0\t0\t0\n1\t0\t0\t180\t0\t0\n"
    confounds = read_confounds(write(tmp_path, text), rotation_unit="deg")
    assert confounds.frame["rot_x"][1] == pytest.approx(np.pi)
    assert confounds.motion.rotation_unit == "deg"


def test_old_and_new_name_of_one_column_are_refused(tmp_path):
    with pytest.raises(InputError, match="old and new names for the same column"):
        read_confounds(write(tmp_path, "CSF\tcsf\n1\t2\n"))


def test_table_of_words_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no column of numbers"):
        read_confounds(write(tmp_path, "a\tb\nx\ty\n"))


def test_kind_can_be_given_when_the_name_says_otherwise(tmp_path):
    confounds = read_confounds(write(tmp_path, "a b\n1 2\n", "confounds.txt"), kind="fMRIPrep")
    assert list(confounds.frame.columns) == ["a", "b"]
