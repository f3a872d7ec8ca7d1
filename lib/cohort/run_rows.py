"""One run of a study as a row of numbers, measured once and kept on disk; a run that fails says why."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lib.cohort.runs_to_measure import RunToMeasure
from lib.confounds.motion_files import MOTION_COLUMNS
from lib.confounds.table import read_confounds
from lib.disk.cache_folder import cache_folder
from lib.errors import InputError
from lib.images.image import Image, file_key, open_image
from lib.number_text import SHARE
from lib.quality.measures import list_numbers, measure_displacement
from lib.quality.run_measuring import Report, measure_run
from lib.quality.verdict import Number, describe_displacement
from lib.studies.sample_study import build_sample_image

if TYPE_CHECKING:
    import pandas as pd

# Counts up when a number changes its meaning, so that older ones are measured anew.
VERSION = 3
BOX_PLOT_REACH = 1.5  # interquartile ranges (Tukey), as in MRIQC's group reports


@dataclass(frozen=True)
class RunRow:
    """What was measured of one run.

    Attributes
    ----------
    id, name : as in its run.
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


def numbers_folder() -> Path:
    """Return where the numbers of runs are kept: beside the runs that were read through."""
    return cache_folder() / "quality"


def measure_row(run: RunToMeasure, folder: Path, report: Report = lambda done, total, note: None) -> RunRow:
    """Measure one run, or read what was measured of it before; a failure becomes a row that says why.

    `report` is called as `measure_run` does: what it raises stops the work.
    """
    if run.problem:
        return RunRow(run.id, run.name, error=run.problem)
    try:
        for path in run.sample_paths:
            build_sample_image(path, lambda fraction, text: report(fraction, 1, text))
        row = _image_row(run, folder, report)
        return _with_motion(row, run)
    except InputError as error:
        return RunRow(run.id, run.name, error=str(error))
    except MemoryError:
        return RunRow(run.id, run.name, error="There was not enough memory to measure this run.")


def _image_row(run: RunToMeasure, folder: Path, report: Report) -> RunRow:
    kept = folder / f"{_identity(run)}.json"
    known = _read_row(kept)
    if known is not None:
        return replace(known, id=run.id, name=run.name)
    image = open_image(run.path)
    mask_image, doubts = _open_mask(run)
    measured = measure_run(image, mask_image=mask_image, ghost_axis=run.ghost_axis, report=report)
    row = RunRow(
        run.id, run.name, _without_displacement(list_numbers(measured.quality)), image.n_volumes,
        measured.mask.words, (*doubts, *measured.quality.remarks),
    )  # fmt: skip
    _keep_row(row, kept)
    return row


def _open_mask(run: RunToMeasure) -> tuple[Image | None, tuple[str, ...]]:
    """Open the study's mask; where it cannot be, the run is measured in a computed one, and a remark says so."""
    if run.mask_path is None:
        return None, ()
    try:
        return open_image(run.mask_path), ()
    except InputError as error:
        return None, (f"The study's brain mask was not used. {error}",)


def _identity(run: RunToMeasure) -> str:
    mask = file_key(run.mask_path) if run.mask_path else "computed"
    parts = [str(VERSION), file_key(run.path), mask, str(run.ghost_axis)]
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


def _with_motion(row: RunRow, run: RunToMeasure) -> RunRow:
    """Put the displacement's numbers where the verdict has them: after the first."""
    values, remarks = None, row.remarks
    if run.motion_path is not None:
        try:
            confounds = read_confounds(run.motion_path, n_volumes=row.n_volumes)
            remarks += confounds.problems
            if confounds.motion is not None:
                six = confounds.frame[list(MOTION_COLUMNS)].to_numpy(dtype=float)
                values = measure_displacement(six[:, :3], six[:, 3:], row.n_volumes, run.measure, run.radius)
        except InputError as error:
            remarks += (str(error),)
    moved = describe_displacement(values, run.measure, run.threshold)
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
    return {number.key: _title(number) for number in numbers}


def number_units(rows: Sequence[RunRow]) -> dict[str, str]:
    """Return the units of the numbers that the runs have, by key; see `lib.number_text`."""
    numbers = next((row.numbers for row in rows if row.numbers), ())
    return {number.key: number.unit for number in numbers}


def _title(number: Number) -> str:
    # A share is a number from 0 to 1 in a file, and per cent on screen.
    return number.name if number.unit in ("", SHARE) else f"{number.name} ({number.unit})"


def find_outliers(values) -> list[bool]:
    """Mark the values that lie beyond the quartiles by more than 1.5 interquartile ranges (Tukey's box plot).

    Parameters
    ----------
    values : (R,) array; NaN is never an outlier. With fewer than 4 values none is: quartiles of three runs mean little.
    """
    values = np.asarray(values, dtype=float)
    known = values[np.isfinite(values)]
    if len(known) < 4:
        return [False] * len(values)
    low, high = np.percentile(known, [25, 75])
    reach = BOX_PLOT_REACH * (high - low)
    return [bool(value < low - reach or value > high + reach) for value in values]
