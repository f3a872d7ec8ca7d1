"""Runs measured on a real Dask cluster: the same numbers, and nothing lost or left behind where something ends."""

import os
import re
import signal
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lib.cohort import fitting_cluster, on_cluster
from lib.cohort.all_runs import SCHEDULER_VARIABLE, measure_study
from lib.cohort.runs_to_measure import RunToMeasure, list_runs
from lib.errors import InputError
from lib.jobs import JobCancelled
from lib.studies import read_study
from tests.builders.dask_cluster import PATIENCE, address_of, run_cluster, run_scheduler, run_workers
from tests.builders.quality_runs import write_endless_run, write_run


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Return a client of a scheduler with two workers, for looking at what they do."""
    with run_cluster(tmp_path_factory.mktemp("cluster")) as client:
        yield client


@pytest.fixture
def _on_cluster(cluster, monkeypatch):
    monkeypatch.setenv(SCHEDULER_VARIABLE, address_of(cluster))


@pytest.fixture
def on_cores(study, tmp_path):
    """Return the study's rows as all cores of this computer measure them."""
    return measure_study(list_runs(study, "made"), folder=tmp_path / "on-cores")


def who_measures(cluster, name: str) -> tuple[str, ...]:
    """Return the addresses of the workers that are reading volumes of the runs of that name."""
    try:
        stacks = cluster.call_stack()
    except OSError:  # a worker ended while it was asked
        return ()
    return tuple(
        worker
        for worker, tasks in stacks.items()
        for key, frames in tasks.items()
        if name in key and any(re.search("in _read_(maps|signals)", frame) for frame in frames)
    )


def kill_who_measures(cluster, name: str, meanwhile: Callable[[], object] = lambda: None) -> tuple[str, ...]:
    """End the worker that reads volumes of a run, as the system does when memory runs out; return its address.

    `meanwhile` is done before the worker ends, and seen by nobody who is about to.
    """
    found = who_measures(cluster, name)
    pids = cluster.run(os.getpid, workers=list(found)).values() if found else ()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    if pids:
        meanwhile()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return found


def endless(tmp_path, name: str = "endless") -> RunToMeasure:
    """Return a run that takes minutes."""
    return RunToMeasure(f"made/{name}", name, write_endless_run(tmp_path / f"{name}.nii"))


@pytest.mark.usefixtures("_on_cluster")
def test_rows_are_those_of_all_cores_bit_for_bit(study, folder, on_cores):
    told = []
    rows = measure_study(list_runs(study, "made"), lambda done, total, note: told.append((done, note)), folder)
    assert repr(rows) == repr(on_cores)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == 3
    address = os.environ[SCHEDULER_VARIABLE]
    assert any(f"waiting for the Dask scheduler at {address}, 5 s at most" in note for _, note in told)
    assert f"on the Dask cluster at {address}: 2 workers, 2 threads" in told[-1][1]


def test_a_real_run_has_the_same_numbers_on_both(shared_data, tmp_path, monkeypatch, cluster):
    runs = list_runs(read_study(shared_data / "studyforrest-mini"), "mini")
    here = measure_study(runs, folder=tmp_path / "on-cores")
    monkeypatch.setenv(SCHEDULER_VARIABLE, address_of(cluster))
    assert repr(measure_study(runs, folder=tmp_path / "on-cluster")) == repr(here)
    assert here[0].numbers


@pytest.mark.usefixtures("_on_cluster")
def test_a_run_whose_worker_is_killed_is_measured_once_more(cluster, study, tmp_path, folder, on_cores):
    """A worker that is killed takes a run along, which waits for nobody: another worker must get it."""
    runs = list_runs(study, "made")
    first = replace(runs[0], path=write_endless_run(tmp_path / "sub-01_task-rest_bold.nii"))
    right = write_run(tmp_path / "right.nii", np.diag([2.0, 2.5, 3.0, 1.0]), seed=0)
    killed = []

    def kill_once(done, total, note):
        if not killed:
            # What is tried again ends: the run that it should have been.
            killed.extend(kill_who_measures(cluster, first.name, lambda: right.replace(first.path)))

    rows = measure_study([first, *runs[1:]], kill_once, folder)
    assert len(killed) == 1
    assert repr(rows) == repr(on_cores)


def test_the_second_try_is_the_other_workers_where_nobody_starts_the_first_again(
    tmp_path, study, folder, on_cores, monkeypatch
):
    """Of two processes without a nanny, the one that is left measures what the one that was killed had."""
    runs = list_runs(study, "made")
    first = replace(runs[0], path=write_endless_run(tmp_path / "sub-01_task-rest_bold.nii"))
    right = write_run(tmp_path / "right.nii", np.diag([2.0, 2.5, 3.0, 1.0]), seed=0)
    killed, told_after = [], []
    with ExitStack() as stack:
        client = stack.enter_context(run_scheduler(tmp_path))
        for name in ("one", "other"):
            stack.enter_context(run_workers(tmp_path, name, "--no-nanny"))
        client.wait_for_workers(2, timeout=PATIENCE)
        workers = set(client.nthreads())

        def kill_once(done, total, note):
            if killed:
                told_after.append(note)
            else:
                killed.extend(kill_who_measures(client, first.name, lambda: right.replace(first.path)))

        monkeypatch.setenv(SCHEDULER_VARIABLE, address_of(client))
        rows = measure_study([first, *runs[1:]], kill_once, folder)
        assert set(client.nthreads()) == workers - set(killed)
    assert len(killed) == 1
    assert "3 of 3 runs" in told_after[-1]
    assert "1 worker, 1 thread" in told_after[-1]
    assert repr(rows) == repr(on_cores)


@pytest.mark.parametrize("leaves", [False, True])
def test_a_worker_that_answers_no_more_loses_its_run_to_another_and_can_be_left(
    tmp_path, study, folder, on_cores, monkeypatch, leaves
):
    """One that was stopped keeps its connection: Dask gives it up when it has not been heard of for `worker-ttl`."""
    runs = list_runs(study, "made")
    first = replace(runs[0], path=write_endless_run(tmp_path / "sub-01_task-rest_bold.nii"))
    right = write_run(tmp_path / "right.nii", np.diag([2.0, 2.5, 3.0, 1.0]), seed=0)
    stopped, told_after = [], []
    with ExitStack() as stack:
        client = stack.enter_context(run_scheduler(tmp_path, DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="6s"))
        for name in ("one", "other"):
            stack.enter_context(run_workers(tmp_path, name, "--no-nanny"))
        client.wait_for_workers(2, timeout=PATIENCE)

        def stop_once(done, total, note):
            if stopped:
                told_after.append(note)
                if leaves and done:
                    raise JobCancelled
                return
            found = who_measures(client, first.name)
            stopped.extend(client.run(os.getpid, workers=list(found)).values() if found else ())
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            if stopped:
                right.replace(first.path)

        monkeypatch.setenv(SCHEDULER_VARIABLE, address_of(client))
        try:
            if leaves:
                with pytest.raises(JobCancelled):
                    measure_study([first, *runs[1:]], stop_once, folder)
            else:
                assert repr(measure_study([first, *runs[1:]], stop_once, folder)) == repr(on_cores)
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGKILL)
    assert len(stopped) == 1
    # The other one goes on meanwhile.
    assert any("1 of 3 runs" in note or "2 of 3 runs" in note for note in told_after)


@pytest.mark.usefixtures("_on_cluster")
def test_a_run_whose_worker_is_killed_twice_says_why(cluster, study, folder, tmp_path, on_cores):
    killed = []

    def kill(done, total, note):
        killed.extend(kill_who_measures(cluster, "endless"))

    row, *others = measure_study([endless(tmp_path), *list_runs(study, "made")], kill, folder)
    assert len(killed) == 2
    assert row.error.startswith("The worker that measured it ended twice, the last at tcp://127.0.0.1:")
    assert repr(others) == repr(on_cores)


@pytest.mark.usefixtures("_on_cluster")
def test_leaving_stops_the_workers_and_drops_what_waits(cluster, tmp_path, folder):
    """Dask lets a task that runs go on when it is cancelled: the worker has to look itself."""
    cluster.wait_for_workers(2, timeout=PATIENCE)
    runs = [endless(tmp_path, f"endless-{n}") for n in range(5)]

    def leave(done, total, note):
        if len(who_measures(cluster, "endless")) == 2:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        measure_study(runs, leave, folder)
    # Each worker has one thread: it is free for something else long before the run would have been measured.
    pids = [cluster.submit(os.getpid, workers=[worker], pure=False) for worker in cluster.nthreads()]
    assert len({pid.result(timeout=20) for pid in pids}) == 2
    assert who_measures(cluster, "endless") == ()
    assert not any("endless" in key for keys in cluster.processing().values() for key in keys)


@pytest.mark.usefixtures("_on_cluster")
def test_a_file_that_a_worker_cannot_read_is_said_in_its_row(study, folder, on_cores, monkeypatch):
    """A path below this process's own folder leads a worker, which stands elsewhere, to nothing."""
    monkeypatch.chdir(study.root)
    first, *others = list_runs(study, "made")
    hidden = replace(first, path=Path(first.name))
    rows = measure_study([hidden, *others], folder=folder)
    assert rows[0].error.startswith("The worker at tcp://127.0.0.1:")
    assert "cannot read sub-01_task-rest_bold.nii.gz, which the app can: share the study's folder" in rows[0].error
    assert repr(rows[1:]) == repr(on_cores[1:])


def refusal(address: str, study, folder, monkeypatch, report: Callable = lambda done, total, note: None) -> str:
    """Return the sentence by which the study is not measured at an address."""
    monkeypatch.setenv(SCHEDULER_VARIABLE, address)
    with pytest.raises(InputError) as raised:
        measure_study(list_runs(study, "made"), report, folder)
    return str(raised.value)


def test_an_address_of_a_worker_is_no_scheduler(cluster, study, folder, monkeypatch):
    worker = next(iter(cluster.nthreads()))
    assert f"At {worker} answers a Dask worker" in refusal(worker, study, folder, monkeypatch)


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1", "post://127.0.0.1:1"])
def test_what_is_no_address_is_said(study, folder, monkeypatch, address):
    sentence = refusal(address, study, folder, monkeypatch)
    assert sentence.startswith(f"{address} is no address of a Dask scheduler")


def test_an_address_where_nobody_answers_is_said_after_a_stated_time(study, folder, monkeypatch):
    monkeypatch.setattr(on_cluster, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(fitting_cluster, "CONNECT_SECONDS", 0.5)
    told = []
    sentence = refusal("tcp://127.0.0.1:1", study, folder, monkeypatch, lambda done, total, note: told.append(note))
    assert told[-1] == "0 of 3 runs, waiting for the Dask scheduler at tcp://127.0.0.1:1, 0.5 s at most"
    assert sentence.startswith("No Dask scheduler answers at tcp://127.0.0.1:1 within 0.5 s")


def test_what_answers_but_is_no_scheduler_is_said(study, folder, monkeypatch):
    """The greeting of an SSH server was read as a message of 3 exabytes, and raised a MemoryError."""

    def greet(server: socket.socket) -> None:
        with server.accept()[0] as caller:
            caller.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        greeted = pool.submit(greet, server)
        sentence = refusal(address, study, folder, monkeypatch)
        greeted.result()
    assert sentence.startswith(f"No Dask scheduler answers at {address}")


def test_a_cluster_without_workers_is_waited_for_and_then_said(study, folder, monkeypatch, tmp_path):
    monkeypatch.setattr(on_cluster, "WORKERS_SECONDS", 0.5)
    told = []
    with run_scheduler(tmp_path) as client:
        address = address_of(client)
        sentence = refusal(address, study, folder, monkeypatch, lambda done, total, note: told.append(note))
    assert told[-1] == f"0 of 3 runs, waiting for a worker of the Dask cluster at {address}, 0.5 s at most"
    assert sentence.startswith(f"The Dask cluster at {address} has had no worker for 0.5 s")


@pytest.mark.parametrize("moment", ["waiting for a worker", "1 worker, 1 thread"])
def test_a_scheduler_that_ends_is_said(tmp_path, study, folder, monkeypatch, moment):
    told = []
    with run_scheduler(tmp_path) as client, ExitStack() as stack:
        address, pid = address_of(client), client.run_on_scheduler(os.getpid)
        if "1 worker" in moment:
            stack.enter_context(run_workers(tmp_path, "only", "--no-nanny"))
            client.wait_for_workers(1, timeout=PATIENCE)

        def end(done, total, note):
            told.append(note)
            if moment in note:
                os.kill(pid, signal.SIGKILL)

        sentence = refusal(address, study, folder, monkeypatch, end)
    assert any(moment in note for note in told)
    assert sentence.startswith(f"The Dask scheduler at {address} ended, or cannot be reached any more.")


@pytest.mark.parametrize("leaves", [False, True])
def test_a_scheduler_that_answers_no_more_is_said_and_can_be_left(tmp_path, study, folder, monkeypatch, leaves):
    """One that is stopped keeps its connection: the study was measured for ever, and Cancel did nothing."""
    monkeypatch.setattr(on_cluster, "SILENT_SECONDS", 3)
    told = []
    with run_scheduler(tmp_path) as client, run_workers(tmp_path, "only", "--no-nanny"):
        client.wait_for_workers(1, timeout=PATIENCE)
        address, pid = address_of(client), client.run_on_scheduler(os.getpid)
        monkeypatch.setenv(SCHEDULER_VARIABLE, address)

        def stop(done, total, note):
            told.append(note)
            if "1 worker, 1 thread" in note:
                os.kill(pid, signal.SIGSTOP)
            if leaves and "waiting for an answer" in note:
                raise JobCancelled

        try:
            with pytest.raises(JobCancelled if leaves else InputError) as raised:
                measure_study([endless(tmp_path), *list_runs(study, "made")], stop, folder)
        finally:
            os.kill(pid, signal.SIGCONT)
    assert f"waiting for an answer of the Dask scheduler at {address}, 3 s at most" in told[-1]
    if not leaves:
        assert str(raised.value).startswith(f"The Dask scheduler at {address} has not answered for 3 s.")


def test_a_cluster_needs_dask_and_says_so(study, folder, monkeypatch):
    for name in ("distributed", "lib.cohort.on_cluster", "lib.cohort.fitting_cluster"):
        monkeypatch.setitem(sys.modules, name, None)
    sentence = refusal("tcp://127.0.0.1:1", study, folder, monkeypatch)
    assert "Dask is not installed here" in sentence
    assert "requirements-cluster.txt" in sentence
