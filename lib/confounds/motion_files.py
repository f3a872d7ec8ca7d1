"""Motion parameters as FSL, SPM and AFNI write them, under fMRIPrep's column names.

Result: `trans_x trans_y trans_z` in mm and `rot_x rot_y rot_z` in radians about the same axes; x left-right,
y posterior-anterior, z inferior-superior. The sources differ in order, unit and axis direction:

FSL mcflirt `.par` : rotations about x, y, z in radians, then translations in mm.
SPM `rp_*.txt` : translations in mm, then pitch, roll, yaw: rotations about x, y, z in radians.
AFNI 3dvolreg `-1Dfile` : roll, pitch, yaw in degrees, rotations about I-S, R-L and A-P, then dS, dL, dP in mm. AFNI's
    axes are DICOM's, growing to the left, posterior and superior (LPS), so both vectors change the sign of x and y to
    become RAS: `trans_x = -dL`, `trans_y = -dP`, `trans_z = dS`, `rot_x = -pitch`, `rot_y = -yaw`, `rot_z = roll`.
    (`-dfile` has the volume's number before and two residuals after these six.)

Whether parameters tell where the head went or what brings it back differs between tools and is kept as written;
framewise displacement takes absolute values, so neither this nor an axis' direction changes it.

Sources: FSL mcflirt user guide; SPM `spm_realign` help ("pitch, roll, yaw"); AFNI `3dvolreg -help`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from lib.confounds.motion_doubts import motion_doubts
from lib.disk.opening import as_file
from lib.errors import InputError
from lib.plain_text import shorten
from lib.tables import read_text

if TYPE_CHECKING:
    import pandas as pd

MotionKind = Literal["fMRIPrep", "FSL", "SPM", "AFNI"]
MOTION_COLUMNS = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
# For each of the six columns of the file, the column of the result; a minus where the axis points the other way.
ORDERS = MappingProxyType(
    {
        "rotations first": ("rot_x", "rot_y", "rot_z", "trans_x", "trans_y", "trans_z"),
        "translations first": MOTION_COLUMNS,
        "roll pitch yaw dS dL dP": ("rot_z", "-rot_x", "-rot_y", "trans_z", "-trans_x", "-trans_y"),
    }
)
CONVENTIONS = MappingProxyType(
    {
        "FSL": ("rotations first", "rad"),
        "SPM": ("translations first", "rad"),
        "AFNI": ("roll pitch yaw dS dL dP", "deg"),
    }
)
RADIANS_IN = MappingProxyType({"rad": 1.0, "deg": np.pi / 180})
AFNI_DFILE_COLUMNS = 9
CHOOSE_MOTION = "Choose a .par, rp_*.txt or .1D file, or a table with column names."


@dataclass(frozen=True)
class MotionSource:
    """How motion parameters were read, and what speaks against it.

    Attributes
    ----------
    kind : the program that wrote them.
    order : a key of `ORDERS`, or "named columns".
    rotation_unit : "rad" or "deg", as in the file; the frame is in radians.
    doubts : sentences; shown beside whatever is computed from the parameters.
    """

    kind: str
    order: str
    rotation_unit: str
    doubts: tuple[str, ...] = ()


def detect_motion_kind(path) -> str | None:
    """Tell from a file's name which program wrote its motion parameters; None when the name does not say it."""
    name = as_file(path).name
    if re.search(r"\.(tsv|csv)$", name, re.IGNORECASE):
        return "fMRIPrep"
    if re.match(r"rp_.*\.txt$", name, re.IGNORECASE):
        return "SPM"
    if name.lower().endswith(".par"):
        return "FSL"
    return "AFNI" if name.lower().endswith(".1d") else None


def read_motion(
    path,
    *,
    kind: str | None = None,
    order: str | None = None,
    rotation_unit: str | None = None,
    name: str | None = None,
) -> tuple[pd.DataFrame, MotionSource]:
    """Read six motion parameters a volume from a file without column names.

    Parameters
    ----------
    kind : "FSL", "SPM" or "AFNI"; told from name and content by default.
    order : a key of `ORDERS`; the program's by default.
    rotation_unit : "rad" or "deg"; the program's by default.
    name : what the visitor calls the file; its own name by default.

    Returns
    -------
    (T, 6) frame with `MOTION_COLUMNS`, mm and radians, and how it was read.

    Raises
    ------
    InputError
        It cannot be read, or does not hold six numbers a line.
    """
    path = as_file(path)
    name = name or path.name
    rows = _six_columns(read_text(path, name), name)
    known = kind or detect_motion_kind(name)
    doubts: tuple[str, ...] = ()
    if known not in CONVENTIONS:
        known, doubts = _guess_kind(rows, name)
    order = order or CONVENTIONS[known][0]
    rotation_unit = rotation_unit or CONVENTIONS[known][1]
    frame = _arrange(rows, order, rotation_unit)
    doubts += motion_doubts(frame[list(MOTION_COLUMNS[:3])], frame[list(MOTION_COLUMNS[3:])])
    return frame, MotionSource(known, order, rotation_unit, doubts)


def _arrange(rows: np.ndarray, order: str, rotation_unit: str) -> pd.DataFrame:
    import pandas as pd

    if order not in ORDERS or rotation_unit not in RADIANS_IN:
        raise InputError(
            f"Motion columns cannot be read in the order {order} with rotations in {rotation_unit}. "
            f"Choose one of {'; '.join(ORDERS)} and rad or deg."
        )
    columns = {}
    for values, signed in zip(rows.T, ORDERS[order], strict=True):
        column = signed.removeprefix("-")
        scale = RADIANS_IN[rotation_unit] if column.startswith("rot") else 1.0
        columns[column] = (
            values * (-scale if signed != column else scale) + 0.0
        )  # + 0.0: no negative zeros on the screen
    return pd.DataFrame(columns)[list(MOTION_COLUMNS)]


def _six_columns(text: str, name: str) -> np.ndarray:
    """Return (T, 6) numbers, comments and AFNI's extra columns left out."""
    lines = [line.partition("#")[0].replace(",", " ").split() for line in text.splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        raise InputError(f"{name} is empty. Motion parameters are six numbers a line, one line a volume.")
    widths = {len(line) for line in lines}
    if len(widths) > 1 or not widths <= {6, AFNI_DFILE_COLUMNS}:
        found = " and ".join(str(width) for width in sorted(widths)[:3])
        raise InputError(
            f"{name} has {found} columns, but motion parameters are six numbers a line, one line a volume. "
            + CHOOSE_MOTION
        )
    rows = np.array([[_number(cell, name) for cell in line] for line in lines])
    rows = rows[:, 1:7] if widths == {AFNI_DFILE_COLUMNS} else rows
    return np.where(np.isfinite(rows), rows, np.nan)


def _number(cell: str, name: str) -> float:
    try:
        return float("nan") if cell.lower() == "n/a" else float(cell)
    except ValueError as error:
        raise InputError(
            f'{name} holds "{shorten(cell)}" where a motion parameter is expected. {CHOOSE_MOTION}'
        ) from error


def _guess_kind(rows: np.ndarray, name: str) -> tuple[str, tuple[str, ...]]:
    """Guess the order by size: radians vary far less than millimetres."""
    first, last = (
        np.nanstd(part, axis=0).sum() if np.isfinite(part).any() else 0.0 for part in (rows[:, :3], rows[:, 3:])
    )
    kind = "FSL" if first < last else "SPM"
    return kind, (
        f"{name} does not say which program wrote it; its {'first' if kind == 'FSL' else 'last'} three columns vary "
        f"least and are read as rotations in radians ({kind}'s order). Check the column order and the unit.",
    )
