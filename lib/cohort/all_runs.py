"""All runs of a study measured at a time: on all cores of this computer, or on a cluster."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lib.cohort.run_rows import RunRow, measure_row, numbers_folder
from lib.cohort.runs_to_measure import RunToMeasure
from lib.errors import InputError

SCHEDULER_VARIABLE = "DASK_SCHEDULER_ADDRESS"
# A worker that measured holds some 300 MB: it goes soon after the last run.
IDLE_SECONDS = 20


def measure_study(
    runs: Sequence[RunToMeasure],
    report: Callable[[float, float, str], None] = lambda done, total, note: None,
    folder: Path | None = None,
) -> list[RunRow]:
    """Measure the runs of a study on all cores, or on the Dask cluster that DASK_SCHEDULER_ADDRESS names.

    Runs that were measured before, with the same files, are read from disk. On a cluster the workers must see the same
    paths.

    Parameters
    ----------
    report : called with (done, total, note) after each run; what it raises stops the work.
    folder : where numbers are kept, `numbers_folder()` by default.

    Returns
    -------
    One row a run, in the order of the runs.
    """
    folder = folder or numbers_folder()
    rows: dict[str, RunRow] = {}
    report(0, len(runs), f"0 of {len(runs)} runs")
    with _each_row(runs, folder) as measured:
        for row in measured:
            rows[row.id] = row
            report(len(rows), len(runs), f"{len(rows)} of {len(runs)} runs, last {row.name}")
    return [rows[run.id] for run in runs]


@contextlib.contextmanager
def _each_row(runs: Sequence[RunToMeasure], folder: Path) -> Iterator[Iterator[RunRow]]:
    """Give the rows as they are measured; leaving early stops the workers."""
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    with _chosen_backend():
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


@contextlib.contextmanager
def _chosen_backend() -> Iterator[None]:
    from joblib import parallel_config

    address = os.environ.get(SCHEDULER_VARIABLE)
    if not address:
        with parallel_config(backend="loky", idle_worker_timeout=IDLE_SECONDS):
            yield
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            f"{SCHEDULER_VARIABLE} is {address}, but the package dask.distributed is not installed here. Install it "
            f"(pip install distributed), or start the app without {SCHEDULER_VARIABLE}."
        ) from error
    try:
        client = Client(address, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise InputError(
            f"No Dask scheduler answers at {address} ({error}). Start it, or start the app without "
            f"{SCHEDULER_VARIABLE}."
        ) from error
    with client, parallel_config(backend="dask", client=client):
        yield
