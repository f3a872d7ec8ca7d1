"""Rows of a study's table, read once."""

import json
import os

import nibabel as nb
import numpy as np
import pytest

from lib.jobs import JobCancelled
from lib.studies import read_study, row_reading
from lib.studies.row_reading import find_row, read_rows
from lib.studies.sample_study import read_sample_study, sample_path

BOLD = "sub-01/func/sub-01_task-rest_bold.nii"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Folder of a study with two runs whose header says TR 3 s."""
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "cache"))
    for path in (BOLD, BOLD.replace("rest", "game")):
        target = tmp_path / "study" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        img = nb.Nifti1Image(np.zeros((7, 8, 9, 4), np.int16), np.diag([2.0, 2.0, 3.0, 1.0]))
        img.header["pixdim"][4] = 3.0
        img.header.set_xyzt_units("mm", "sec")
        img.to_filename(target)
    return tmp_path / "study"


def test_row_is_unknown_until_it_is_read(root):
    study, known = read_study(root), {}
    assert find_row(study, study.by_path[BOLD], known) is None
    read_rows(study, study.files, known)
    row = find_row(study, study.by_path[BOLD], known)
    assert (row.facts.shape, row.tr.seconds, row.length) == ((7, 8, 9, 4), 3.0, 12.0)


def test_known_row_is_not_read_again(root, monkeypatch):
    study, known = read_study(root), {}
    read_rows(study, study.files, known)
    monkeypatch.setattr(row_reading, "read_image_facts", None)
    read_rows(study, study.files, known)


def test_new_sidecar_far_above_changes_the_tr_without_reading_the_header(root, monkeypatch):
    known = {}
    read_rows(study := read_study(root), study.files, known)
    (root / "task-rest_bold.json").write_text(json.dumps({"RepetitionTime": 2.0}))
    study = read_study(root)
    assert find_row(study, study.by_path[BOLD], known) is None
    monkeypatch.setattr(row_reading, "read_image_facts", None)
    read_rows(study, study.files, known)
    assert find_row(study, study.by_path[BOLD], known).tr.seconds == 2.0


def test_changed_file_is_read_again(root):
    known = {}
    read_rows(study := read_study(root), study.files, known)
    nb.Nifti1Image(np.zeros((5, 6, 7, 2), np.int16), np.eye(4)).to_filename(root / BOLD)
    read_rows(study := read_study(root), study.files, known)
    assert find_row(study, study.by_path[BOLD], known).facts.shape == (5, 6, 7, 2)


def test_file_that_went_away_gives_a_row_that_says_so(root):
    study, known = read_study(root), {}
    os.remove(root / BOLD)
    read_rows(study, study.files, known)
    assert "does not exist" in find_row(study, study.by_path[BOLD], known).problem


def test_problem_of_the_name_needs_no_reading(tmp_path):
    (tmp_path / "T1w.nii.gz").write_bytes(b"")
    study = read_study(tmp_path)
    assert "empty" in find_row(study, study.files[0], {}).problem


def test_reading_can_be_stopped_and_keeps_what_it_read(root):
    study, known = read_study(root), {}

    def stop_at_second(done, total, name):
        assert total == 2
        if done == 1:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        read_rows(study, study.files, known, stop_at_second)
    assert len(known) == 1


def test_sample_rows_are_read_without_building(root):
    study, known = read_sample_study(), {}
    read_rows(study, study.files, known)
    row = find_row(study, study.by_path["sub-01/func/sub-01_task-game_bold.nii.gz"], known)
    assert (row.tr.seconds, row.tr.source, row.length) == (2.0, "task-game_bold.json", 288.0)
    assert not sample_path("sub-01/func/sub-01_task-game_bold.nii.gz").exists()
