"""How are runs measured on all cores of this computer?"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice
from pathlib import Path

from lib.cohort.run_rows import RunRow, measure_row
from lib.cohort.runs_to_measure import RunToMeasure
from lib.errors import InputError

PLACE = "on all cores"
# A worker that measured holds some 300 MB: it goes soon after the last run.
IDLE_SECONDS = 20
# A process has its next run at hand, and no more: of those that loky has not handed out when it is stopped, it stumbles
# over the first, says so in the log, and gives nothing back.
AHEAD = 2
# How often the caller is asked whether to go on.
LOOK_SECONDS = 0.5
# Each process keeps to its core; more threads than cores slow all of them down.
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMEXPR")
}


@contextlib.contextmanager
def measure_on_cores(
    runs: Sequence[RunToMeasure], folder: Path, tell: Callable[[str], None]
) -> Iterator[Iterator[RunRow]]:
    """Give the rows as they are measured; leaving early stops the processes that measure.

    Parameters
    ----------
    tell : called at least each second with where runs are measured; what it raises stops the work.

    Raises
    ------
    InputError
        The system ended one of the processes.
    """
    from joblib import cpu_count
    from joblib.externals.loky import get_reusable_executor

    processes = get_reusable_executor(max_workers=cpu_count(), timeout=IDLE_SECONDS, env=ONE_THREAD)
    is_done = False
    try:
        yield _each_row(runs, lambda run: processes.submit(_measure_there, run, folder, os.getpid()), tell)
        is_done = True
    finally:
        if not is_done:
            processes.shutdown(kill_workers=True)


def _measure_there(run: RunToMeasure, folder: Path, parent: int) -> RunRow:
    """Measure a run in a process that another one has started, and that ends with it."""
    return measure_row(run, folder, lambda done, total, note: _leave_if_alone(parent))


def _leave_if_alone(parent: int) -> None:
    # Who was killed has stopped nobody, and a run takes minutes. There is nobody left to be told.
    if os.getppid() != parent:
        os._exit(1)


def _each_row(
    runs: Sequence[RunToMeasure], submit: Callable[[RunToMeasure], Future], tell: Callable[[str], None]
) -> Iterator[RunRow]:
    from concurrent.futures import FIRST_COMPLETED, wait

    from joblib import cpu_count
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    left = iter(runs)
    waiting: set[Future] = set()
    while True:
        try:
            waiting |= {submit(run) for run in islice(left, AHEAD * cpu_count() - len(waiting))}
            if not waiting:
                return
            # As runs end, so that progress is told.
            done, waiting = wait(waiting, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            yield from [one.result() for one in done]
        except TerminatedWorkerError as error:
            raise InputError(
                "The system ended one of the processes that measure runs, most likely because memory ran out. What was "
                "measured before is kept: close other programs and start again."
            ) from error
        if not done:
            tell(PLACE)
