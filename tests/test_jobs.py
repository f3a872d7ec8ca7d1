import gc
import traceback
import weakref
from threading import Event

import numpy as np
import pytest

from lib.jobs import Job, JobCancelled, Jobs


def test_result_and_progress_reach_whoever_asks():
    jobs = Jobs()

    def work(job):
        job.report(3, 4, "third of four")
        return "done"

    job = jobs.start("key", "Count", work)
    assert job.result() == "done"
    assert (job.share, job.note, job.is_finished, job.error) == (0.75, "third of four", True, None)


def test_two_askers_share_one_job():
    jobs, go, calls = Jobs(), Event(), []

    def work(job):
        calls.append(job)
        go.wait(10)

    first = jobs.start("key", "Wait", work)
    assert jobs.start("key", "Wait", work) is first
    go.set()
    first.result()
    assert len(calls) == 1


def test_cancelled_work_stops_at_its_next_report():
    jobs, go = Jobs(), Event()

    def work(job):
        go.wait(10)
        job.report(1, 2)
        return "too far"

    job = jobs.start("key", "Wait", work)
    job.cancel()
    go.set()
    with pytest.raises(JobCancelled):
        job.result()
    assert isinstance(job.error, JobCancelled)


def test_error_of_the_work_is_kept_for_the_page():
    jobs = Jobs()

    def work(job):
        raise ValueError("no such run")

    job = jobs.start("key", "Fail", work)
    with pytest.raises(ValueError, match="no such run"):
        job.result()


def test_work_that_failed_holds_nothing_that_it_had_read():
    """A run whose measuring failed stayed mapped, and on the disk, for as long as the page could say why it failed."""
    jobs, read = Jobs(), []

    def measure(values: np.ndarray) -> None:
        try:
            find_brain(values)
        except ValueError as error:
            raise LookupError("no brain") from error

    def find_brain(values: np.ndarray) -> None:
        half = values[::2].copy()
        read.append(weakref.ref(half))
        raise ValueError(f"the mean is {half.mean():.1f}")

    def start() -> Job:
        values = np.arange(5.0)
        read.append(weakref.ref(values))
        return jobs.start("key", "Fail", lambda job: measure(values))

    job = start()
    assert job.wait(10)
    gc.collect()
    assert all(reference() is None for reference in read)
    said = "".join(traceback.format_exception(job.error))
    assert "the mean is 2.0" in said
    assert "in find_brain" in said


def test_jobs_of_a_folder_have_stopped_before_it_goes():
    jobs, is_over = Jobs(), Event()

    def work(job):
        while not is_over.wait(0.01):
            job.report(1, 2)

    keys = ["run /gone/brain.nii", "quality /here/brain.nii | /gone/mask.nii"]
    under_way = [jobs.start(key, "Wait", work) for key in keys]
    other = jobs.start("run /here/brain.nii", "Wait", work)
    jobs.end_all_of("/gone")
    assert [type(job.error) for job in under_way] == [JobCancelled, JobCancelled]
    assert [jobs.find(key) for key in keys] == [None, None]
    assert jobs.find("run /here/brain.nii") is other
    assert not other.is_finished
    is_over.set()
    other.result()


def test_finished_job_can_be_asked_for_anew():
    jobs = Jobs()
    assert jobs.start("key", "Once", lambda job: 1).result() == 1
    jobs.forget("key")
    assert jobs.find("key") is None
    assert jobs.start("key", "Twice", lambda job: 2).result() == 2
