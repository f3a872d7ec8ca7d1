"""What there is to measure in a study."""

import numpy as np

from lib.cohort.runs_to_measure import list_runs
from lib.studies import read_study
from lib.studies.sample_study import read_sample_study
from tests.builders.quality_runs import write_study


def test_runs_pair_each_run_with_its_mask_and_motion(tmp_path):
    study = read_study(write_study(tmp_path / "made", np.eye(4)))
    first, broken, last = list_runs(study, "made")
    assert first.id == "made/sub-01/func/sub-01_task-rest_bold.nii.gz"
    assert first.mask_path.name == "sub-01_task-rest_desc-brain_mask.nii.gz"
    assert first.motion_path.name == "sub-01_task-rest_desc-confounds_timeseries.tsv"
    assert broken.name == "sub-02/func/sub-02_task-broken_bold.nii.gz"
    assert last.motion_path is None


def test_runs_of_the_sample_build_what_they_need(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path))
    run = list_runs(read_sample_study(), "sample", is_sample=True)[0]
    assert run.sample_paths[0] == run.name
    assert not run.path.exists()
    assert run.motion_path.is_file()


def test_only_runs_that_were_not_computed_are_measured_unless_asked(tmp_path):
    root = write_study(tmp_path / "made", np.eye(4), subjects=("01",))
    raw = root / "sub-01/func/sub-01_task-rest_bold.nii.gz"
    (root / "derivatives/made/sub-01/func/sub-01_task-rest_desc-preproc_bold.nii.gz").write_bytes(raw.read_bytes())
    study = read_study(root)
    assert len(list_runs(study, "made")) == 2
    assert len(list_runs(study, "made", with_derivatives=True)) == 3
