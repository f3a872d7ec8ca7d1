"""One row a volume of what else went on in a run: confounds and motion under fMRIPrep's present column names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from lib.confounds.motion_doubts import motion_doubts
from lib.confounds.motion_files import MOTION_COLUMNS, MotionSource, detect_motion_kind, read_motion
from lib.disk.opening import as_file
from lib.errors import InputError
from lib.plain_text import shorten
from lib.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

# fMRIPrep 1.0 and 1.1 -> 1.2 and later.
NEW_NAMES = MappingProxyType(
    {
        "CSF": "csf",
        "WhiteMatter": "white_matter",
        "GlobalSignal": "global_signal",
        "stdDVARS": "std_dvars",
        "non-stdDVARS": "dvars",
        "vx-wisestdDVARS": "vx_wisestd_dvars",
        "FramewiseDisplacement": "framewise_displacement",
        "X": "trans_x",
        "Y": "trans_y",
        "Z": "trans_z",
        "RotX": "rot_x",
        "RotY": "rot_y",
        "RotZ": "rot_z",
    }
)
NEW_STEMS = MappingProxyType(
    {
        "tCompCor": "t_comp_cor_",
        "aCompCor": "a_comp_cor_",
        "Cosine": "cosine",
        "NonSteadyStateOutlier": "non_steady_state_outlier",
        "AROMAAggrComp": "aroma_motion_",
    }
)


@dataclass(frozen=True, eq=False)
class Confounds:
    """The confounds of a run.

    Attributes
    ----------
    frame : one row a volume, fMRIPrep's present column names; translations mm, rotations rad; NaN means no value.
    motion : how the six motion columns were read, None when the table has none.
    problems : sentences, the motion's doubts included.
    renamed : old column names -> the names in `frame`, for those that changed.
    """

    frame: pd.DataFrame
    motion: MotionSource | None
    problems: tuple[str, ...]
    renamed: MappingProxyType


def read_confounds(
    path,
    *,
    n_volumes: int | None = None,
    kind: str | None = None,
    order: str | None = None,
    rotation_unit: str | None = None,
    name: str | None = None,
) -> Confounds:
    """Read fMRIPrep's .tsv (old or new), FSL's .par, SPM's rp_*.txt or AFNI's .1D.

    Parameters
    ----------
    n_volumes : of the run; a different number of rows is said among the problems.
    kind : "fMRIPrep", "FSL", "SPM" or "AFNI"; told from name and content by default.
    order, rotation_unit : see `lib.confounds.motion_files.read_motion`; "deg" also applies to named rotations.
    name : what the visitor calls the file; its own name by default.

    Raises
    ------
    InputError
        It cannot be read or is neither a table nor six numbers a line.
    """
    path = as_file(path)
    name = name or path.name
    if (kind or detect_motion_kind(name)) == "fMRIPrep":
        frame, motion, problems, renamed = _read_fmriprep(path, name, rotation_unit)
    else:
        frame, motion = read_motion(path, kind=kind, order=order, rotation_unit=rotation_unit, name=name)
        problems, renamed = list(motion.doubts), MappingProxyType({})
    if n_volumes is not None and (mismatch := row_mismatch(len(frame), n_volumes, name)):
        problems.append(mismatch)
    return Confounds(frame, motion, tuple(problems), renamed)


def row_mismatch(n_rows: int, n_volumes: int, name: str) -> str | None:
    """Say that a table does not have one row a volume, or return None when it has."""
    if n_rows == n_volumes:
        return None
    difference = abs(n_rows - n_volumes)
    more = "more" if n_rows > n_volumes else "fewer"
    return (
        f"{name} has {n_rows} rows, {difference} {more} than the run's {n_volumes} volumes: it belongs to another run, "
        "or volumes were dropped from one of the two."
    )


def new_column_name(column: str) -> str:
    """Return the name that fMRIPrep now uses for one of its columns; other names are returned as they are."""
    if column in NEW_NAMES:
        return NEW_NAMES[column]
    match = re.fullmatch(r"([A-Za-z]+?)(\d+)", column)
    return NEW_STEMS[match[1]] + match[2] if match and match[1] in NEW_STEMS else column


def _read_fmriprep(path: Path, name: str, rotation_unit: str | None):
    import numpy as np

    frame = read_table(path, name=name)
    renamed = {column: new_column_name(column) for column in frame.columns if new_column_name(column) != column}
    if len(set(frame.columns) - set(renamed) | set(renamed.values())) < len(frame.columns):
        raise InputError(f"{name} has old and new names for the same column. Keep one of them.")
    frame = frame.rename(columns=renamed)
    text = [column for column in frame.columns if not np.issubdtype(_dtype(frame[column]), np.number)]
    if len(text) == len(frame.columns):
        raise InputError(
            f"{name} holds no column of numbers ({', '.join(map(shorten, text[:4]))}). "
            "Confounds are numbers, one row a volume."
        )
    problems = [f"Columns that hold text were left out: {', '.join(map(shorten, text[:6]))}."] if text else []
    frame = frame.drop(columns=text).astype(float).replace([np.inf, -np.inf], np.nan)
    motion = None
    if set(MOTION_COLUMNS) <= set(frame.columns):
        unit = rotation_unit or "rad"
        if unit == "deg":
            frame[list(MOTION_COLUMNS[3:])] = np.radians(frame[list(MOTION_COLUMNS[3:])])
        doubts = motion_doubts(frame[list(MOTION_COLUMNS[:3])], frame[list(MOTION_COLUMNS[3:])])
        motion = MotionSource("fMRIPrep", "named columns", unit, doubts)
        problems += doubts
    return frame, motion, problems, MappingProxyType(renamed)


def _dtype(column):
    # An all-n/a column arrives as float; pandas' own text type is not a numpy one.
    import numpy as np

    return column.dtype if isinstance(column.dtype, np.dtype) else np.dtype(object)
