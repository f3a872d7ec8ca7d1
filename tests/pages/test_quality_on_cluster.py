"""The quality page of an app that was started with a Dask cluster's address: where it measures, and what it says."""

import numpy as np
import pytest

from lib.cache.jobs import server_jobs
from lib.cohort import fitting_cluster
from lib.cohort.all_runs import SCHEDULER_VARIABLE
from tests.builders import app_pages
from tests.builders.app_pages import one_server, run, settle
from tests.builders.dask_cluster import address_of, run_cluster, run_scheduler
from tests.builders.quality_runs import write_study

FIRST = "made/sub-01/func/sub-01_task-rest_bold.nii.gz"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("start") / "made", np.diag([-2.0, 2.5, 3.0, 1.0]))


@pytest.fixture(autouse=True)
def fresh_server(tmp_path, study):
    with one_server(study, cache_folder=tmp_path / "cache"):
        yield


def test_the_study_is_measured_on_the_cluster_and_the_page_says_where(tmp_path, monkeypatch):
    with run_cluster(tmp_path) as client:
        address = address_of(client)
        monkeypatch.setenv(SCHEDULER_VARIABLE, address)
        at = settle(app_pages.open_page("quality", image=FIRST, panel="All runs of the study"))
        button = at.button(key="measure-study")
        assert f"3 runs of made, on the Dask cluster at {address}, in the background" in app_pages.shown(button.help)
        at = settle(run(button.click()))
    told = [job.note for job in server_jobs()._jobs.values()]
    assert any(
        f"3 of 3 runs, on the Dask cluster at {address}: 2 workers, 2 threads, last sub-" in note for note in told
    )
    frame = at.dataframe[-1].value
    assert frame["Run"].tolist()[0] == FIRST.removeprefix("made/")
    assert frame["Failed because"].str.len().gt(0).tolist() == [False, True, False]


def test_a_cluster_that_is_gone_is_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(fitting_cluster, "CONNECT_SECONDS", 0.5)
    with run_scheduler(tmp_path) as client:
        address = address_of(client)
        monkeypatch.setenv(SCHEDULER_VARIABLE, address)
    at = settle(app_pages.open_page("quality", image=FIRST, panel="All runs of the study"))
    at = settle(run(at.button(key="measure-study").click()))
    assert f"No Dask scheduler answers at {address} within 0.5 s" in app_pages.shown(at.error[0].value)
