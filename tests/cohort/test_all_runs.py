"""All runs of a study measured at a time: right, with progress, and with a reason where a run fails."""

import math
import subprocess
import sys
import threading

import nibabel as nib
import numpy as np
import pytest

from lib.cohort.all_runs import measure_study
from lib.cohort.ending import FEEDER
from lib.cohort.runs_to_measure import RunToMeasure, list_runs
from lib.images.image import open_image
from lib.quality.measures import list_numbers
from lib.quality.run_measuring import measure_run
from lib.studies import read_study
from tests.builders.child_processes import have_ended, wait_for_busy_child
from tests.builders.quality_runs import JUMP_MM, write_endless_run
from tests.conftest import ROOT


class Stop(Exception):
    """What a caller raises to leave."""


def test_study_is_measured_like_its_runs_and_failures_say_why(study, folder):
    told = []
    runs = list_runs(study, "made")
    rows = measure_study(runs, lambda done, total, note: told.append((done, total)), folder)
    assert [row.id for row in rows] == [run.id for run in runs]
    assert list(dict.fromkeys(told)) == [(0, 3), (1, 3), (2, 3), (3, 3)]
    first, broken, last = rows
    alone = measure_run(open_image(runs[0].path), mask_image=open_image(runs[0].mask_path)).quality
    expected = {number.key: number.value for number in list_numbers(alone) if not number.key.startswith("power")}
    assert {key: first.value(key) for key in expected} == expected
    assert first.value("power_max") == pytest.approx(JUMP_MM + 0.02 + 50 * 0.0005)
    assert first.value("power_percent_above") == pytest.approx(100 / 40)
    assert math.isnan(last.value("power_mean"))
    assert "sub-02_task-broken_bold.nii.gz" in broken.error
    assert broken.numbers == ()


def test_leaving_stops_the_work(study, folder):
    def leave(done, total, note):
        if done:
            raise Stop

    with pytest.raises(Stop):
        measure_study(list_runs(study, "made"), leave, folder)


def test_leaving_with_many_runs_before_one_gives_everything_back(tmp_path, folder):
    """Where more were submitted than it hands out, loky fell over the first, wrote a traceback, and kept its thread."""
    endless = write_endless_run(tmp_path / "endless.nii")
    told = []

    def leave(done, total, note):
        told.append(done)
        if len(told) > 1:
            raise Stop

    with pytest.raises(Stop):
        measure_study([RunToMeasure(f"made/{n}", "endless", endless) for n in range(40)], leave, folder)
    for thread in threading.enumerate():
        if thread.name in (FEEDER, "ExecutorManagerThread"):
            thread.join(5)
            assert not thread.is_alive()


def test_leaving_waits_for_no_run_to_end(tmp_path, folder, rng):
    """It was noticed when the next run had been measured, which can take a minute."""
    run = tmp_path / "long" / "sub-01" / "func" / "sub-01_task-rest_bold.nii"
    run.parent.mkdir(parents=True)
    # Takes some seconds, on any computer more than starting the processes that measure.
    data = rng.integers(100, 1000, (64, 64, 36, 240)).astype(np.int16)
    nib.save(nib.Nifti1Image(data, np.diag([3.0, 3.0, 3.0, 1.0])), run)
    told = []

    def leave(done, total, note):
        told.append(done)
        if len(told) > 1:
            raise Stop

    with pytest.raises(Stop):
        measure_study(list_runs(read_study(tmp_path / "long"), "long"), leave, folder)
    assert told == [0, 0]
    assert not any(folder.rglob("*.json"))


MEASURE = """
import sys
from pathlib import Path
from lib.cohort.all_runs import measure_study
from lib.cohort.runs_to_measure import RunToMeasure
measure_study([RunToMeasure("made/endless", "endless", Path(sys.argv[1]))], folder=Path(sys.argv[2]))
"""


def test_the_processes_that_measure_end_with_a_server_that_is_killed(tmp_path, folder):
    """They went on to the end of their run, which takes minutes, for nobody."""
    run = write_endless_run(tmp_path / "endless.nii")
    server = subprocess.Popen([sys.executable, "-c", MEASURE, run, folder], cwd=ROOT)
    try:
        measures = wait_for_busy_child(server.pid, 4, 60)
    finally:
        server.kill()
        server.wait()
    assert have_ended([measures], 10)
