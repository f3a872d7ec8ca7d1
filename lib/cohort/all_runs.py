"""All runs of a study measured at a time: on all cores of this computer, or on a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from lib.cohort.on_cores import PLACE, measure_on_cores
from lib.cohort.run_rows import RunRow, numbers_folder
from lib.cohort.runs_to_measure import RunToMeasure
from lib.errors import InputError

SCHEDULER_VARIABLE = "DASK_SCHEDULER_ADDRESS"


def place_of_work() -> str:
    """Say where runs are measured: on all cores, or on the Dask cluster that DASK_SCHEDULER_ADDRESS names."""
    address = os.environ.get(SCHEDULER_VARIABLE)
    return f"on the Dask cluster at {address}" if address else PLACE


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
    report : called with (done, total, note) after each run and each second; what it raises stops the work: at once
        on all cores, on a cluster at the next volume that a worker reads.
    folder : where numbers are kept, `numbers_folder()` by default.

    Returns
    -------
    One row a run, in the order of the runs.

    Raises
    ------
    InputError
        A process that measures was ended, or the cluster cannot be used.
    """
    rows: dict[str, RunRow] = {}
    place, last = place_of_work(), ""

    def tell(where: str) -> None:
        nonlocal place
        place = where
        report(len(rows), len(runs), f"{len(rows)} of {len(runs)} runs, {place}{last}")

    tell(place)
    with _each_row(runs, folder or numbers_folder(), tell) as measured:
        for row in measured:
            rows[row.id] = row
            last = f", last {row.name}"
            tell(place)
    return [rows[run.id] for run in runs]


def _each_row(
    runs: Sequence[RunToMeasure], folder: Path, tell: Callable[[str], None]
) -> AbstractContextManager[Iterator[RunRow]]:
    address = os.environ.get(SCHEDULER_VARIABLE)
    if not address:
        return measure_on_cores(runs, folder, tell)
    try:
        from lib.cohort.on_cluster import measure_on_cluster
    except ModuleNotFoundError as error:
        raise InputError(
            f"{SCHEDULER_VARIABLE} is {address}, but Dask is not installed here ({error}). Install it "
            f"(pip install -r requirements-cluster.txt), or start the app without {SCHEDULER_VARIABLE}."
        ) from error
    return measure_on_cluster(runs, folder, address, tell)
