"""How are runs measured on a Dask cluster, so that nothing is lost where a worker ends?

The app hands each free thread of a worker one run and keeps the others: a run waits behind no other, the worker that
ended is known to have measured it, and to leave is to let go of the few runs under way.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path

from distributed import Client, Future, KilledWorker, wait

from lib.cohort.fitting_cluster import CONNECT_SECONDS, ask_versions, connect, require_fitting_worker
from lib.cohort.on_worker import send_run
from lib.cohort.run_rows import RunRow
from lib.cohort.runs_to_measure import RunToMeasure
from lib.errors import InputError

Tell = Callable[[str], None]

# How often the workers are counted, and the caller is asked whether to go on.
LOOK_SECONDS = 1
# A worker that its nanny starts again is back within some seconds.
WORKERS_SECONDS = 60
# A scheduler answers within milliseconds, and a machine that swaps within some seconds.
SILENT_SECONDS = 30
TRIES = 2


@contextlib.contextmanager
def measure_on_cluster(
    runs: Sequence[RunToMeasure], folder: Path, address: str, tell: Tell
) -> Iterator[Iterator[RunRow]]:
    """Give the rows as they are measured; leaving early stops the workers at the next volume that they read.

    Parameters
    ----------
    address : of the scheduler.
    tell : called at least each second with where runs are measured, or what is waited for; what it raises stops the
        work.

    Raises
    ------
    InputError
        Nobody answers, there is no worker, one would measure other numbers, or the scheduler is lost or silent.
    """
    tell(f"waiting for the Dask scheduler at {address}, {CONNECT_SECONDS} s at most")
    with connect(address) as client:
        yield _each_row(_Work(client, address, folder, tell, deque(runs)))


@dataclass
class _Work:
    """What is to be measured, and where it is being measured.

    Attributes
    ----------
    waiting : runs that no worker has yet.
    running : by the future of its row, each run that a worker has, and that worker's address.
    asked : by the future of its versions, the address of each worker that is not known yet.
    fitting : addresses of the workers that have the app's packages.
    n_ended : by the run's id, how many workers ended with it.
    """

    client: Client
    address: str
    folder: Path
    tell: Tell
    waiting: deque[RunToMeasure]
    running: dict[Future, tuple[RunToMeasure, str]] = field(default_factory=dict)
    asked: dict[Future, str] = field(default_factory=dict)
    fitting: set[str] = field(default_factory=set)
    n_ended: Counter[str] = field(default_factory=Counter)


def _each_row(work: _Work) -> Iterator[RunRow]:
    while work.waiting or work.running:
        threads = _find_workers(work)
        yield from _forget_workers(work, threads)
        for worker in threads.keys() - work.fitting - set(work.asked.values()):
            work.asked[ask_versions(work.client, worker)] = worker
        _hand_out(work, {worker: threads[worker] for worker in threads.keys() & work.fitting})
        workers, n_threads = _count(len(threads), "worker"), _count(sum(threads.values()), "thread")
        work.tell(f"on the Dask cluster at {work.address}: {workers}, {n_threads}")
        yield from _take_in(work)


@contextlib.contextmanager
def _asking(work: _Work) -> Iterator[None]:
    """Say in a sentence that the scheduler is lost, where it is so while it is asked something."""
    try:
        yield
    except (OSError, CancelledError) as error:
        raise InputError(
            f"The Dask scheduler at {work.address} ended, or cannot be reached any more. What was measured before is "
            "kept: start it and measure again."
        ) from error


def _find_workers(work: _Work) -> dict[str, int]:
    """Return how many threads each worker has, by its address; wait where there is none, or no answer."""
    began = answered = time.monotonic()
    while True:
        threads = _count_threads(work)
        now = time.monotonic()
        if threads:
            return threads
        if threads is not None:
            answered = now
        if now - answered > SILENT_SECONDS:
            raise InputError(
                f"The Dask scheduler at {work.address} has not answered for {SILENT_SECONDS} s. What was measured "
                "before is kept: see to it, and measure again."
            )
        if now - began > WORKERS_SECONDS and threads is not None:
            raise InputError(
                f"The Dask cluster at {work.address} has had no worker for {WORKERS_SECONDS} s: start some, and "
                "measure again."
            )
        if threads is None:
            work.tell(f"waiting for an answer of the Dask scheduler at {work.address}, {SILENT_SECONDS} s at most")
        else:
            work.tell(f"waiting for a worker of the Dask cluster at {work.address}, {WORKERS_SECONDS} s at most")
            time.sleep(LOOK_SECONDS)


def _count_threads(work: _Work) -> dict[str, int] | None:
    """Return how many threads each worker has; None where the scheduler does not answer, as one that was stopped."""
    # Without a limit of its own Dask waits for an answer for as long as the connection stands.
    with _asking(work), contextlib.suppress(TimeoutError):
        return dict(work.client.nthreads(callback_timeout=LOOK_SECONDS))
    return None


def _forget_workers(work: _Work, present: Collection[str]) -> Iterator[RunRow]:
    """Forget the workers that are gone; yield the rows of the runs that are not tried again."""
    work.fitting.intersection_update(present)
    for future in [future for future, worker in work.asked.items() if worker not in present]:
        del work.asked[future]
    for future in [future for future, (_, worker) in work.running.items() if worker not in present]:
        yield from _without_worker(work, future, 1)


def _hand_out(work: _Work, threads: Mapping[str, int]) -> None:
    """Give each free thread a run, the first of each worker first."""
    busy = Counter(worker for _, worker in work.running.values())
    free = sorted((n, worker) for worker, most in threads.items() for n in range(busy[worker], most))
    for _, worker in free[: len(work.waiting)]:
        run = work.waiting.popleft()
        work.running[send_run(work.client, worker, run, work.folder)] = (run, worker)


def _take_in(work: _Work) -> Iterator[RunRow]:
    """Wait for an answer of a worker, for a while; yield the rows that are there."""
    done = set()
    # Dask asks the current client: another visitor's study has one of its own.
    with _asking(work), work.client.as_current(), contextlib.suppress(TimeoutError):
        done = wait([*work.running, *work.asked], timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED").done
    for future in done:
        if future.status == "error":
            yield from _fail(work, future)
            continue
        answer = None
        # A worker that has ended since takes its answer along: the next look finds that it is gone.
        with _asking(work), contextlib.suppress(TimeoutError):
            answer = future.result(timeout=LOOK_SECONDS)
        if answer is not None and future in work.asked:
            worker = work.asked.pop(future)
            require_fitting_worker(worker, answer)
            work.fitting.add(worker)
        elif answer is not None:
            del work.running[future]
            yield answer


def _fail(work: _Work, future: Future) -> Iterator[RunRow]:
    """Try a run again whose worker ended; raise what else a worker's task raised."""
    error = future.exception()
    if isinstance(error, KilledWorker):
        if work.asked.pop(future, None) is None:
            yield from _without_worker(work, future, error.allowed_failures + 1)
        return
    worker = work.asked.get(future) or work.running[future][1]
    if isinstance(error, InputError):
        raise error
    if isinstance(error, ImportError):
        raise InputError(
            f"The worker at {worker} cannot import the app's code ({error}): start it with PYTHONPATH set to the app's "
            "folder."
        ) from error
    raise RuntimeError(f"A task failed on the worker at {worker}.") from error


def _without_worker(work: _Work, future: Future, n_ended: int) -> Iterator[RunRow]:
    """Try a run again whose worker ended; yield a row that says so where that has happened before."""
    run, worker = work.running.pop(future)
    work.n_ended[run.id] += n_ended
    if work.n_ended[run.id] < TRIES:
        work.waiting.appendleft(run)
        return
    times = "twice" if work.n_ended[run.id] == 2 else f"{work.n_ended[run.id]} times"
    yield RunRow(
        run.id, run.name,
        error=f"The worker that measured it ended {times}, the last at {worker}, most likely because memory ran out: "
        "give the workers more, and measure again.",
    )  # fmt: skip


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
