"""CSV files of series: they read back, and say what they hold."""

import io

import numpy as np
import pandas as pd
import pytest

from lib.timecourses.csv_file import format_series_csv

COLUMNS = {"volume": np.arange(3), "time_s": np.array([0.0, 2.0, 4.0]), "raw, 1": np.float32([231.1, np.nan, 1e7])}


def test_text_by_hand():
    text = format_series_csv(COLUMNS, {"file": "sub-01_bold.nii.gz", "ijk": (1, 2, 3)})
    assert text == (
        '# file: sub-01_bold.nii.gz\n# ijk: (1, 2, 3)\nvolume,time_s,"raw, 1"\n0,0,231.100006\n1,2,n/a\n2,4,10000000\n'
    )


def test_pandas_reads_back_the_same_float32():
    frame = pd.read_csv(io.StringIO(format_series_csv(COLUMNS, {"file": "a"})), comment="#")
    np.testing.assert_array_equal(frame["raw, 1"].to_numpy(np.float32), COLUMNS["raw, 1"])


def test_whole_numbers_are_whole_in_whatever_type_they_come():
    text = format_series_csv({"a": np.array([4_294_967_295.0]), "b": np.array([2**63 + 5], np.uint64)}, {})
    assert text.splitlines()[-1] == "4294967295,9223372036854775813"


def test_a_line_break_in_a_name_does_not_become_a_line():
    text = format_series_csv({"a\nb": np.arange(1)}, {"file": "x\n0,1,2"})
    assert text.splitlines() == ["# file: x 0,1,2", "a b", "0"]


def test_a_hash_in_a_column_name_is_no_comment():
    assert "voxel no. 2" in format_series_csv({"voxel #2": np.arange(1)}, {})


def test_no_name_of_a_column_or_a_file_is_a_formula_to_a_spreadsheet():
    """A trial type `=HYPERLINK(...)` was a cell of the file, and a file's name another one behind its comma."""
    text = format_series_csv({"=1+1 x spm HRF": np.array([-1.5])}, {"file": "a,=1+1.nii", "unit": "-"})
    assert text.splitlines() == ["# file: a,'=1+1.nii", "# unit: -", "'=1+1 x spm HRF", "-1.5"]


def test_columns_of_other_lengths_are_a_mistake():
    with pytest.raises(ValueError, match="zip"):
        format_series_csv({"a": np.arange(2), "b": np.arange(3)}, {})
