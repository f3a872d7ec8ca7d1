"""The table with one row a subject, and how it agrees with the images."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lib.errors import InputError
from lib.plain_text import shorten
from lib.studies.file_paths import companion_path
from lib.studies.model import Study
from lib.tables import read_table, read_text

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Participants:
    """The subjects of a study as its table describes them.

    Attributes
    ----------
    frame : one row a subject, `participant_id` first, as text; NaN means no value.
    n_rows : subjects in the table.
    n_with_images : of these, subjects with at least one image.
    without_images : subjects in the table but not in the folders.
    not_listed : subjects in the folders but not in the table.
    problems : sentences about tables that could not be read.
    """

    frame: pd.DataFrame
    n_rows: int
    n_with_images: int
    without_images: tuple[str, ...]
    not_listed: tuple[str, ...]
    problems: tuple[str, ...]


def read_participants(study: Study) -> Participants:
    """Read participants.tsv, or the demographics tables of a 1000 Functional Connectomes folder.

    Returns an empty frame with the one column `participant_id` when there is none.
    """
    import pandas as pd

    frames, problems = [], []
    for path in study.participants:
        try:
            is_demographics = path.endswith("_demographics.txt")
            frames.append(_read_demographics(study, path) if is_demographics else _read_bids(study, path))
        except InputError as error:
            problems.append(str(error))
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"participant_id": []}, dtype=object)
    listed = {bare_label(label) for label in frame["participant_id"]}
    there = {bare_label(label) for label in study.subjects}
    return Participants(
        frame,
        n_rows=len(frame),
        n_with_images=len(listed & there),
        without_images=tuple(sorted(listed - there)),
        not_listed=tuple(sorted(there - listed)) if frames else (),
        problems=tuple(problems),
    )


def bare_label(label: str) -> str:
    """Take `sub-` or `sub` off a subject's label."""
    return re.sub(r"^sub-?(?=\w)", "", str(label).strip())


def _read_bids(study: Study, path: str) -> pd.DataFrame:
    frame = read_table(companion_path(study, path), text_columns=("participant_id",), name=path)
    if "participant_id" not in frame:
        raise InputError(
            f"{path} has the columns {', '.join(map(shorten, frame.columns[:6]))}, but none called participant_id, "
            "so its rows cannot be matched with subjects. Rename the column that names them."
        )
    frame = frame.dropna(subset="participant_id")
    return frame[["participant_id", *(column for column in frame.columns if column != "participant_id")]]


def _read_demographics(study: Study, path: str) -> pd.DataFrame:
    """Read a table without header: subject, then columns told apart by what they hold."""
    import pandas as pd

    rows = [line.split() for line in read_text(companion_path(study, path), path).splitlines() if line.strip()]
    rows = [row for row in rows if bare_label(row[0]) != row[0]]  # a header line, if any, names no subject
    if not rows:
        raise InputError(f"{path} names no subject: a line begins with subNNNNN. It was not read.")
    width = max(len(row) for row in rows)
    columns = {"participant_id": [row[0] for row in rows]}
    for position in range(1, width):
        values = [row[position] if position < len(row) and row[position].lower() != "n/a" else None for row in rows]
        name = _column_name(values, position, columns)
        numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce")
        columns[name] = numbers if numbers.notna().any() else pd.Series(values, dtype=object)
    frame = pd.DataFrame(columns)
    site = path.rpartition("/")[2].removesuffix("_demographics.txt")
    return frame.assign(site=site)


def _column_name(values, position: int, taken) -> str:
    held = {value.lower() for value in values if value}
    if held and held <= {"m", "f", "male", "female"} and "sex" not in taken:
        return "sex"
    if held and held <= {"r", "l", "a"} and "handedness" not in taken:
        return "handedness"
    # Columns of 1 and 2 are codes; nobody in these samples is under 5 years old.
    if (
        held
        and all(re.fullmatch(r"\d+(\.\d+)?", value) for value in held)
        and max(map(float, held)) > 4
        and "age" not in taken
    ):
        return "age"
    return f"column_{position + 1}"
