"""How are runs measured on all cores of this computer?"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from lib.cohort.run_rows import RunRow, measure_row
from lib.cohort.runs_to_measure import RunToMeasure
from lib.errors import InputError

PLACE = "on all cores"
# A worker that measured holds some 300 MB: it goes soon after the last run.
IDLE_SECONDS = 20


@contextlib.contextmanager
def measure_on_cores(runs: Sequence[RunToMeasure], folder: Path) -> Iterator[Iterator[RunRow]]:
    """Give the rows as they are measured; leaving early stops the processes that measure.

    Raises
    ------
    InputError
        The system ended one of the processes.
    """
    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    with parallel_config(backend="loky", idle_worker_timeout=IDLE_SECONDS):
        # Unordered, so that progress is told as runs end. One batch a run: they take seconds.
        measured = Parallel(n_jobs=-1, return_as="generator_unordered", batch_size=1)(
            delayed(measure_row)(run, folder) for run in runs
        )
        try:
            yield measured
        except TerminatedWorkerError as error:
            raise InputError(
                "The system ended one of the processes that measure runs, most likely because memory ran out. What was "
                "measured before is kept: close other programs and start again."
            ) from error
        finally:
            with warnings.catch_warnings():
                # joblib warns that it stopped what it was asked to stop.
                warnings.simplefilter("ignore", UserWarning)
                measured.close()
