"""What is a worker of a Dask cluster sent of a run, and what does it do with it?"""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Callable
from pathlib import Path

from distributed import Client, Future, get_worker

from lib.cohort.app_code import app_code
from lib.cohort.run_rows import RunRow, measure_row
from lib.cohort.runs_to_measure import RunToMeasure
from lib.disk.opening import can_read
from lib.errors import InputError
from lib.jobs import JobCancelled


def send_run(client: Client, worker: str, run: RunToMeasure, folder: Path) -> Future:
    """Have a run measured by the worker at an address, and by no other; return the future of its row.

    No voxel is sent, but where the files are. Who lets go of the future stops the worker at the next volume it reads.

    Parameters
    ----------
    folder : where numbers are kept.
    """
    key = f"measure {run.name} {uuid.uuid4().hex}"
    files = (run.path, run.mask_path, run.motion_path)
    seen = tuple(path for path in files if path is not None and can_read(path))
    packed = pickle.dumps((key, run, folder, seen))
    return client.submit(_measure_there(), app_code(), packed, key=key, workers=[worker], allow_other_workers=False)


def _measure_there() -> Callable[[str, bytes], RunRow | None]:
    """Return what a worker calls with a packed run.

    The scheduler unpacks what it passes on, and need not have the app's code: so this is sent by value, as Dask does
    with a function within a function, and the run as bytes.
    """

    def measure(code: str, packed: bytes) -> RunRow | None:
        from lib.cohort.on_worker import measure_packed

        return measure_packed(code, packed)

    return measure


def measure_packed(code: str, packed: bytes) -> RunRow | None:
    """Measure a run on the worker that this is called on.

    Parameters
    ----------
    code : of the app that packed it, see `app_code`.
    packed : the Dask task's key, the run, the folder for numbers, and the run's files that the app can read.

    Returns
    -------
    The run's row, one that says why it failed among them; None where nobody wants it any more.

    Raises
    ------
    InputError
        The worker has other code of the app.
    """
    if code != app_code():
        raise InputError(
            f"The worker at {get_worker().address} has other code of the app, so it could measure other numbers. Start "
            "it again with PYTHONPATH set to the folder of the app's present code."
        )
    key, run, folder, seen = pickle.loads(packed)
    hidden = next((path for path in seen if not can_read(path)), None)
    if hidden is not None:
        return RunRow(
            run.id, run.name,
            error=f"The worker at {get_worker().address} cannot read {hidden.name}, which the app can: share the "
            "study's folder with every worker, under the same path and with the right to read it.",
        )  # fmt: skip
    try:
        return measure_row(run, folder, lambda done, total, note: _leave_if_unwanted(key))
    except JobCancelled:
        return None


def _leave_if_unwanted(key: str) -> None:
    # A thread cannot be stopped from outside. Whoever leaves, or is lost, lets go of the task, and the worker then
    # knows it as cancelled.
    task = get_worker().state.tasks.get(key)
    if task is None or task.state == "cancelled":
        raise JobCancelled
