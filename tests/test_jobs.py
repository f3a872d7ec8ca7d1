from threading import Event

import pytest

from lib.jobs import JobCancelled, Jobs


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


def test_finished_job_can_be_asked_for_anew():
    jobs = Jobs()
    assert jobs.start("key", "Once", lambda job: 1).result() == 1
    jobs.forget("key")
    assert jobs.find("key") is None
    assert jobs.start("key", "Twice", lambda job: 2).result() == 2
