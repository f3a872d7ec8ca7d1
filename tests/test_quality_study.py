"""The numbers of all runs of a study: right, kept, and with a reason where a run fails."""

import math
from dataclasses import replace

import numpy as np
import pytest

from lib.errors import InputError
from lib.images import open_image
from lib.quality import list_numbers
from lib.quality_run import measure_run
from lib.quality_study import (
    SCHEDULER_VARIABLE,
    find_outliers,
    list_tasks,
    measure_study,
    measure_task,
    number_titles,
    tabulate_rows,
)
from lib.sample_images import read_sample_study
from lib.studies import read_study
from tests.quality_runs import JUMP_MM, write_study


class Stop(Exception):
    """What a caller raises to leave."""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    root = write_study(tmp_path_factory.mktemp("study") / "made", np.diag([2.0, 2.5, 3.0, 1.0]))
    return read_study(root)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "numbers"


def test_tasks_pair_each_run_with_its_mask_and_motion(study):
    first, broken, last = list_tasks(study, "made")
    assert first.id == "made/sub-01/func/sub-01_task-rest_bold.nii.gz"
    assert first.mask_path.name == "sub-01_task-rest_desc-brain_mask.nii.gz"
    assert first.motion_path.name == "sub-01_task-rest_desc-confounds_timeseries.tsv"
    assert broken.name == "sub-02/func/sub-02_task-broken_bold.nii.gz"
    assert last.motion_path is None


def test_study_is_measured_like_its_runs_and_failures_say_why(study, folder):
    told = []
    tasks = list_tasks(study, "made")
    rows = measure_study(tasks, lambda done, total, note: told.append((done, total)), folder)
    assert [row.id for row in rows] == [task.id for task in tasks]
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    first, broken, last = rows
    alone = measure_run(open_image(tasks[0].path), mask_image=open_image(tasks[0].mask_path)).quality
    expected = {number.key: number.value for number in list_numbers(alone) if not number.key.startswith("power")}
    assert {key: first.value(key) for key in expected} == expected
    assert first.value("power_max") == pytest.approx(JUMP_MM + 0.02 + 50 * 0.0005)
    assert first.value("power_percent_above") == pytest.approx(100 / 40)
    assert math.isnan(last.value("power_mean"))
    assert "sub-02_task-broken_bold.nii.gz" in broken.error
    assert broken.numbers == ()


def test_numbers_are_kept_until_the_file_changes(study, folder):
    task = list_tasks(study, "made")[0]
    row = measure_task(task, folder)
    kept = list(folder.iterdir())
    assert len(kept) == 1
    before = kept[0].stat().st_mtime_ns
    assert measure_task(task, folder) == row
    assert [file.stat().st_mtime_ns for file in folder.iterdir()] == [before]
    task.path.touch()
    measure_task(task, folder)
    assert len(list(folder.iterdir())) == 2


def test_another_threshold_needs_no_new_measurement(study, folder):
    strict, loose = (list_tasks(study, "made", threshold=threshold)[0] for threshold in (0.01, 0.5))
    assert measure_task(loose, folder).value("power_percent_above") == pytest.approx(100 / 40)
    assert measure_task(strict, folder).value("power_percent_above") == pytest.approx(100 * 39 / 40)
    assert len(list(folder.iterdir())) == 1


def test_a_torn_record_is_measured_anew(study, folder):
    task = list_tasks(study, "made")[0]
    row = measure_task(task, folder)
    next(folder.iterdir()).write_text("{", encoding="utf-8")
    assert measure_task(task, folder) == row


def test_a_folder_that_cannot_be_written_loses_nothing_but_the_record(study, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert measure_task(list_tasks(study, "made")[0], tmp_path / "file").error == ""


def test_motion_of_another_length_is_a_remark_and_no_number(study, folder, tmp_path):
    task = list_tasks(study, "made")[0]
    short = tmp_path / "short.tsv"
    short.write_text("".join(task.motion_path.read_text("utf-8").splitlines(keepends=True)[:21]), encoding="utf-8")
    row = measure_task(replace(task, motion_path=short), folder)
    assert math.isnan(row.value("power_mean"))
    assert any("20 rows" in remark for remark in row.remarks)


def test_a_mask_that_cannot_be_opened_is_a_remark_and_one_is_computed(study, folder, tmp_path):
    (tmp_path / "mask.nii.gz").write_bytes(b"no image")
    row = measure_task(replace(list_tasks(study, "made")[0], mask_path=tmp_path / "mask.nii.gz"), folder)
    assert row.error == ""
    assert row.remarks[0].startswith("The study's brain mask was not used. mask.nii.gz")
    assert "compute_epi_mask" in row.mask_words


def test_leaving_stops_the_work(study, folder):
    def leave(done, total, note):
        if done:
            raise Stop

    with pytest.raises(Stop):
        measure_study(list_tasks(study, "made"), leave, folder)


def test_table_has_one_row_a_run_with_units_and_reasons(study, folder):
    rows = [measure_task(task, folder) for task in list_tasks(study, "made")]
    frame = tabulate_rows(rows)
    assert list(frame["Run"]) == [row.name for row in rows]
    assert "FD (Power), mean (mm)" in frame.columns
    assert frame["Failed because"].str.len().gt(0).tolist() == [False, True, False]
    assert list(number_titles(rows))[:2] == ["tsnr_median", "power_mean"]


def test_a_cluster_that_cannot_be_reached_is_said(study, folder, monkeypatch):
    monkeypatch.setenv(SCHEDULER_VARIABLE, "tcp://127.0.0.1:1")
    with pytest.raises(InputError, match=r"127\.0\.0\.1:1"):
        measure_study(list_tasks(study, "made"), folder=folder)


def test_tasks_of_the_sample_build_what_they_need(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path))
    task = list_tasks(read_sample_study(), "sample", is_sample=True)[0]
    assert task.sample_paths[0] == task.name
    assert not task.path.exists()
    assert task.motion_path.is_file()


def test_only_runs_that_were_not_computed_are_measured_unless_asked(tmp_path):
    root = write_study(tmp_path / "made", np.eye(4), subjects=("01",))
    raw = root / "sub-01/func/sub-01_task-rest_bold.nii.gz"
    (root / "derivatives/made/sub-01/func/sub-01_task-rest_desc-preproc_bold.nii.gz").write_bytes(raw.read_bytes())
    study = read_study(root)
    assert len(list_tasks(study, "made")) == 2
    assert len(list_tasks(study, "made", with_derivatives=True)) == 3


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
