"""The table with one row a subject."""

import numpy as np

from lib.studies import read_participants, read_study
from tests.builders.study_trees import write_bids, write_fcp, write_image, write_text


def test_not_available_is_nan_and_a_group_called_none_is_a_group(tmp_path):
    table = read_participants(read_study(write_bids(tmp_path)))
    ages = table.frame["age"].to_numpy(float)
    np.testing.assert_array_equal(ages, [31.0, np.nan, 40.0])
    assert table.frame["group"][0] == "None"
    assert table.frame["group"].isna().tolist() == [False, False, True]


def test_counts_compare_the_table_with_the_folders(tmp_path):
    write_bids(tmp_path)
    write_image(tmp_path / "sub-09" / "anat" / "sub-09_T1w.nii.gz")
    table = read_participants(read_study(tmp_path))
    assert (table.n_rows, table.n_with_images) == (3, 2)
    assert (table.without_images, table.not_listed) == (("03",), ("09",))


def test_labels_of_digits_stay_text(tmp_path):
    write_image(tmp_path / "sub-01" / "anat" / "sub-01_T1w.nii.gz")
    write_text(tmp_path / "participants.tsv", "sex\tparticipant_id\nF\t01\n")
    table = read_participants(read_study(tmp_path))
    assert list(table.frame.columns) == ["participant_id", "sex"]
    assert list(table.frame["participant_id"]) == ["01"]
    assert table.n_with_images == 1


def test_table_without_participant_id_is_a_problem(tmp_path):
    write_text(tmp_path / "participants.tsv", "id\tage\na\t1\n")
    table = read_participants(read_study(tmp_path))
    assert "none called participant_id" in table.problems[0]
    assert table.n_rows == 0


def test_study_without_a_table_has_no_rows_and_no_problem(tmp_path):
    table = read_participants(read_study(tmp_path))
    assert (table.n_rows, table.problems, list(table.frame.columns)) == (0, (), ["participant_id"])


def test_demographics_of_several_sites_are_one_table(tmp_path):
    table = read_participants(read_study(write_fcp(tmp_path)))
    assert list(table.frame.columns) == ["participant_id", "age", "sex", "site"]
    assert list(table.frame["site"]) == ["Baltimore", "Leiden"]
    assert table.n_with_images == 2


def test_columns_of_demographics_are_told_apart_by_what_they_hold(tmp_path):
    write_fcp(tmp_path)
    write_text(tmp_path / "Leiden" / "Leiden_demographics.txt", "sub01787 1 n/a f R\nsub01788 2 22.5 m L\n")
    frame = read_participants(read_study(tmp_path / "Leiden")).frame
    assert list(frame.columns) == ["participant_id", "column_2", "age", "sex", "handedness", "site"]
    np.testing.assert_array_equal(frame["age"], [np.nan, 22.5])


def test_demographics_that_name_no_subject_are_a_problem(tmp_path):
    write_fcp(tmp_path)
    write_text(tmp_path / "Leiden" / "Leiden_demographics.txt", "nothing here\n")
    assert "names no subject" in read_participants(read_study(tmp_path / "Leiden")).problems[0]


def test_real_tables_are_read(shared_data):
    fcp = read_participants(read_study(shared_data / "fcp-like", inside=[shared_data]))
    assert list(fcp.frame["age"]) == [25.0, 31.0]
    assert fcp.n_with_images == 2
    assert read_participants(read_study(shared_data / "studyforrest-mini")).n_with_images == 1
