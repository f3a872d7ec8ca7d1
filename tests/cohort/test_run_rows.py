"""One run of a study as a row: its numbers are kept, and what is missing is said."""

import math
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest

from lib.cohort.run_rows import find_outliers, measure_row, number_titles, tabulate_rows
from lib.cohort.runs_to_measure import list_runs
from lib.jobs import JobCancelled
from tests.builders.levelless_runs import write_kind


def test_numbers_are_kept_until_the_file_changes(study, folder):
    run = list_runs(study, "made")[0]
    row = measure_row(run, folder)
    kept = list(folder.iterdir())
    assert len(kept) == 1
    before = kept[0].stat().st_mtime_ns
    assert measure_row(run, folder) == row
    assert [file.stat().st_mtime_ns for file in folder.iterdir()] == [before]
    run.path.path.touch()
    measure_row(run, folder)
    assert len(list(folder.iterdir())) == 2


def test_another_threshold_needs_no_new_measurement(study, folder):
    strict, loose = (list_runs(study, "made", threshold=threshold)[0] for threshold in (0.01, 0.5))
    assert measure_row(loose, folder).value("power_percent_above") == pytest.approx(100 / 40)
    assert measure_row(strict, folder).value("power_percent_above") == pytest.approx(100 * 39 / 40)
    assert len(list(folder.iterdir())) == 1


def test_a_torn_record_is_measured_anew(study, folder):
    run = list_runs(study, "made")[0]
    row = measure_row(run, folder)
    next(folder.iterdir()).write_text("{", encoding="utf-8")
    assert measure_row(run, folder) == row


def test_a_folder_that_cannot_be_written_loses_nothing_but_the_record(study, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert measure_row(list_runs(study, "made")[0], tmp_path / "file").error == ""


def test_motion_of_another_length_is_a_remark_and_no_number(study, folder, tmp_path):
    run = list_runs(study, "made")[0]
    short = tmp_path / "short.tsv"
    short.write_text("".join(run.motion_path.read_text("utf-8").splitlines(keepends=True)[:21]), encoding="utf-8")
    row = measure_row(replace(run, motion_path=short), folder)
    assert math.isnan(row.value("power_mean"))
    assert any("20 rows" in remark for remark in row.remarks)


def test_a_mask_that_cannot_be_opened_is_a_remark_and_one_is_computed(study, folder, tmp_path):
    (tmp_path / "mask.nii.gz").write_bytes(b"no image")
    row = measure_row(replace(list_runs(study, "made")[0], mask_path=tmp_path / "mask.nii.gz"), folder)
    assert row.error == ""
    assert row.remarks[0].startswith("The study's brain mask was not used. mask.nii.gz")
    assert "compute_epi_mask" in row.mask_words


def test_a_run_without_a_level_has_a_reason_instead_of_numbers_that_mislead(study, folder, tmp_path):
    run = list_runs(study, "made")[0]
    data = np.asarray(nib.load(run.path.path).dataobj, np.float32)
    odd = write_kind(tmp_path / "odd.nii.gz", data, np.diag([2.0, 2.5, 3.0, 1.0]), "demeaned")
    for mask_path in (run.mask_path, None):
        row = measure_row(replace(run, path=odd, mask_path=mask_path), folder)
        assert row.error == ""
        assert math.isnan(row.value("tsnr_median"))
        assert math.isnan(row.value("gsr"))
        assert row.value("non_steady_volumes") == 2
        assert row.remarks[0].startswith("This run has no level: over its brain the mean is")
        assert "This run has no level" in tabulate_rows([row])["Remarks"][0]
    assert "this is what varies" in row.mask_words


def test_table_has_one_row_a_run_with_units_and_reasons(study, folder):
    rows = [measure_row(run, folder) for run in list_runs(study, "made")]
    frame = tabulate_rows(rows)
    assert list(frame["Run"]) == [row.name for row in rows]
    assert "FD (Power), mean (mm)" in frame.columns
    assert frame["Failed because"].str.len().gt(0).tolist() == [False, True, False]
    assert list(number_titles(rows))[:2] == ["tsnr_median", "power_mean"]


def test_measuring_a_run_can_be_left_at_any_volume(study, folder):
    """It could be left only between runs: who cancelled an hour's run on a cluster left it running there."""

    def leave(done, total, note):
        if note == "reading volume 7":
            raise JobCancelled

    with pytest.raises(JobCancelled):
        measure_row(list_runs(study, "made")[0], folder, leave)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 4, 100], [False, False, False, False, True]),
        ([1, 2, 3, 4, math.nan], [False] * 5),
        ([1, 2, 100], [False] * 3),
    ],
)
def test_outliers_lie_beyond_the_whiskers_of_four_runs_or_more(values, expected):
    assert find_outliers(values) == expected
