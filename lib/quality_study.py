"""The same numbers for every run of a study, measured once and kept on disk; what fails is a row that says why."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lib.confounds import read_confounds
from lib.errors import InputError
from lib.ghost import phase_encoding_axis
from lib.images import Image, file_key, open_image
from lib.motion_files import MOTION_COLUMNS
from lib.quality import list_numbers, measure_displacement
from lib.quality_run import measure_run
from lib.runs import cache_folder
from lib.sample_images import build_sample_image
from lib.studies import companion_path, file_path, pair_run, read_sidecar
from lib.verdict import Number, describe_displacement

if TYPE_CHECKING:
    import pandas as pd

    from lib.studies import Study, StudyFile

# Counts up when a number changes its meaning, so that older ones are measured anew.
VERSION = 1
SCHEDULER_VARIABLE = "DASK_SCHEDULER_ADDRESS"
# A worker that measured holds some 300 MB: it goes soon after the last run.
IDLE_SECONDS = 20
BOX_PLOT_REACH = 1.5  # interquartile ranges (Tukey), as in MRIQC's group reports


@dataclass(frozen=True)
class RunTask:
    """What to measure: a run, its mask, its motion file, and which displacement.

    Attributes
    ----------
    id : public id of the run.
    name : its path below the study's folder.
    path, mask_path, motion_path : files, the latter two None where the study has none.
    ghost_axis : array axis of phase encoding, None if unknown.
    measure, threshold, radius : of the displacement, see `lib.quality.measure_displacement`.
    problem : why it cannot be opened, known beforehand; None where nothing is known against it.
    sample_paths : files of the simulated study that may have to be built first, relative.
    """

    id: str
    name: str
    path: Path
    mask_path: Path | None = None
    motion_path: Path | None = None
    ghost_axis: int | None = None
    measure: str = "power"
    threshold: float = 0.5
    radius: float | None = None
    problem: str | None = None
    sample_paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunRow:
    """What was measured of one run.

    Attributes
    ----------
    id, name : as in its task.
    numbers : none where it failed.
    n_volumes : 0 where it failed.
    mask_words : whose brain mask was used.
    remarks : sentences about what is missing.
    error : why the run failed, empty where it did not.
    """

    id: str
    name: str
    numbers: tuple[Number, ...] = ()
    n_volumes: int = 0
    mask_words: str = ""
    remarks: tuple[str, ...] = ()
    error: str = ""

    def value(self, key: str) -> float:
        """Return one number's value, NaN where the run has none."""
        return next((number.value for number in self.numbers if number.key == key), float("nan"))


def list_tasks(
    study: Study,
    prefix: str,
    *,
    measure: str = "power",
    threshold: float = 0.5,
    radius: float | None = None,
    with_derivatives: bool = False,
    is_sample: bool = False,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> list[RunTask]:
    """List what there is to measure in a study: its runs with the mask and the motion file that belong to each.

    Parameters
    ----------
    prefix : of the ids of the study's images, the start folder's name.
    with_derivatives : also those that were computed from others; a study of nothing else is listed in any case.
    is_sample : the study is the simulated one, whose images are built when they are needed.
    report : called with (done, total).
    """
    runs = study.of_kind("run")
    raw = tuple(file for file in runs if not file.is_derivative)
    chosen = runs if with_derivatives or not raw else raw
    tasks = []
    for number, file in enumerate(chosen):
        report(number, len(chosen))
        task = RunTask(f"{prefix}/{file.path}", file.path, study.root / file.path)
        try:
            tasks.append(_fill_task(task, study, file, is_sample=is_sample))
        except InputError as error:
            tasks.append(replace(task, problem=str(error)))
    return [replace(task, measure=measure, threshold=threshold, radius=radius) for task in tasks]


def _fill_task(task: RunTask, study: Study, file: StudyFile, *, is_sample: bool) -> RunTask:
    pairs = pair_run(study, file)
    masks = [mask for mask in pairs.masks if mask.problem is None][:1]
    stated = read_sidecar(study, file).values.get("PhaseEncodingDirection")
    return replace(
        task,
        path=file_path(study, file),
        mask_path=file_path(study, masks[0]) if masks else None,
        motion_path=companion_path(study, pairs.confounds[0]) if pairs.confounds else None,
        ghost_axis=phase_encoding_axis(str(stated.value)) if stated else None,
        sample_paths=(file.path, *(mask.path for mask in masks)) if is_sample else (),
    )


def measure_study(
    tasks: Sequence[RunTask],
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
    One row a task, in the order of the tasks.
    """
    folder = folder or numbers_folder()
    rows: dict[str, RunRow] = {}
    report(0, len(tasks), f"0 of {len(tasks)} runs")
    with _each_row(tasks, folder) as measured:
        for row in measured:
            rows[row.id] = row
            report(len(rows), len(tasks), f"{len(rows)} of {len(tasks)} runs, last {row.name}")
    return [rows[task.id] for task in tasks]


@contextlib.contextmanager
def _each_row(tasks: Sequence[RunTask], folder: Path) -> Iterator[Iterator[RunRow]]:
    """Give the rows as they are measured; leaving early stops the workers."""
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    with _chosen_backend():
        # Unordered, so that progress is told as runs end. One batch a run: they take seconds.
        measured = Parallel(n_jobs=-1, return_as="generator_unordered", batch_size=1)(
            delayed(measure_task)(task, folder) for task in tasks
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


def numbers_folder() -> Path:
    """Return where the numbers of runs are kept: beside the runs that were read through."""
    return cache_folder().parent / "quality"


def measure_task(task: RunTask, folder: Path) -> RunRow:
    """Measure one run, or read what was measured of it before; a failure becomes a row that says why."""
    if task.problem:
        return RunRow(task.id, task.name, error=task.problem)
    try:
        for path in task.sample_paths:
            build_sample_image(path, lambda fraction, text: None)
        row = _image_row(task, folder)
        return _with_motion(row, task)
    except InputError as error:
        return RunRow(task.id, task.name, error=str(error))
    except MemoryError:
        return RunRow(task.id, task.name, error="There was not enough memory to measure this run.")


def _image_row(task: RunTask, folder: Path) -> RunRow:
    kept = folder / f"{_identity(task)}.json"
    known = _read_row(kept)
    if known is not None:
        return replace(known, id=task.id, name=task.name)
    image = open_image(task.path)
    mask_image, doubts = _open_mask(task)
    measured = measure_run(image, mask_image=mask_image, ghost_axis=task.ghost_axis)
    row = RunRow(
        task.id, task.name, _without_displacement(list_numbers(measured.quality)), image.n_volumes,
        measured.mask.words, (*doubts, *measured.quality.remarks),
    )  # fmt: skip
    _keep_row(row, kept)
    return row


def _open_mask(task: RunTask) -> tuple[Image | None, tuple[str, ...]]:
    """Open the study's mask; where it cannot be, the run is measured in a computed one, and a remark says so."""
    if task.mask_path is None:
        return None, ()
    try:
        return open_image(task.mask_path), ()
    except InputError as error:
        return None, (f"The study's brain mask was not used. {error}",)


def _identity(task: RunTask) -> str:
    mask = file_key(task.mask_path) if task.mask_path else "computed"
    parts = [str(VERSION), file_key(task.path), mask, str(task.ghost_axis)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


def _read_row(path: Path) -> RunRow | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none is kept, or a torn one: measured anew
        return None
    numbers = tuple(Number(**number) for number in content.pop("numbers"))
    return RunRow(**{**content, "numbers": numbers, "remarks": tuple(content["remarks"])})


def _keep_row(row: RunRow, path: Path) -> None:
    # Numbers that cannot be kept are measured again next time: no reason to fail a run.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(asdict(row)), encoding="utf-8")
        part.replace(path)


def _without_displacement(numbers: Iterable[Number]) -> tuple[Number, ...]:
    absent = {number.key for number in describe_displacement(None)}
    return tuple(number for number in numbers if number.key not in absent)


def _with_motion(row: RunRow, task: RunTask) -> RunRow:
    """Put the displacement's numbers where the verdict has them: after the first."""
    values, remarks = None, row.remarks
    if task.motion_path is not None:
        try:
            confounds = read_confounds(task.motion_path, n_volumes=row.n_volumes)
            remarks += confounds.problems
            if confounds.motion is not None:
                six = confounds.frame[list(MOTION_COLUMNS)].to_numpy(dtype=float)
                values = measure_displacement(six[:, :3], six[:, 3:], row.n_volumes, task.measure, task.radius)
        except InputError as error:
            remarks += (str(error),)
    moved = describe_displacement(values, task.measure, task.threshold)
    return replace(row, numbers=(*row.numbers[:1], *moved, *row.numbers[1:]), remarks=tuple(dict.fromkeys(remarks)))


def tabulate_rows(rows: Sequence[RunRow]) -> pd.DataFrame:
    """Put runs into a frame, one row each: name, numbers under their names with units, volumes, remarks, failure."""
    import pandas as pd

    titles = number_titles(rows)
    records = [
        {
            "Run": row.name,
            **{title: row.value(key) for key, title in titles.items()},
            "Volumes": row.n_volumes or None,
            "Failed because": row.error,
            "Remarks": " ".join(row.remarks),
            "Brain mask": row.mask_words,
        }
        for row in rows
    ]
    return pd.DataFrame(records)


def number_titles(rows: Sequence[RunRow]) -> dict[str, str]:
    """Return the titles of the numbers that the runs have, by key, in the order of the verdict."""
    numbers = next((row.numbers for row in rows if row.numbers), ())
    return {number.key: f"{number.name} ({number.unit})" if number.unit else number.name for number in numbers}


def find_outliers(values) -> list[bool]:
    """Mark the values that lie beyond the quartiles by more than 1.5 interquartile ranges (Tukey's box plot).

    Parameters
    ----------
    values : (R,) array; NaN is never an outlier. With fewer than 4 values none is: quartiles of three runs mean little.
    """
    import numpy as np

    values = np.asarray(values, dtype=float)
    known = values[np.isfinite(values)]
    if len(known) < 4:
        return [False] * len(values)
    low, high = np.percentile(known, [25, 75])
    reach = BOX_PLOT_REACH * (high - low)
    return [bool(value < low - reach or value > high + reach) for value in values]
