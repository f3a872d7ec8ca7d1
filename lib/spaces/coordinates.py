"""Where a voxel is: voxel indices to world millimetres and back, and the words for both."""

import math
import re

import numpy as np
from nibabel.affines import apply_affine
from nibabel.orientations import aff2axcodes

from lib.errors import InputError
from lib.plain_text import shorten

DIRECTIONS = {
    "L": "Left", "R": "Right", "P": "Posterior", "A": "Anterior", "I": "Inferior", "S": "Superior",
}  # fmt: skip
# Farther from the origin than any scanner is long, and more than any axis has voxels.
FARTHEST = 100_000
# What papers and word processors print for a minus sign.
MINUS_SIGNS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"), "-")
OPPOSITES = {"L": "R", "R": "L", "P": "A", "A": "P", "I": "S", "S": "I"}


def world_from_voxel(affine: np.ndarray, ijk) -> np.ndarray:
    """Return (..., 3) world mm of (..., 3) voxel indices under a (4, 4) affine."""
    return apply_affine(affine, np.asarray(ijk, dtype=np.float64))


def voxel_from_world(affine: np.ndarray, xyz) -> np.ndarray:
    """Return (..., 3) fractional voxel indices of (..., 3) world mm under a (4, 4) affine."""
    return apply_affine(np.linalg.inv(affine), np.asarray(xyz, dtype=np.float64))


def nearest_voxel(affine: np.ndarray, xyz) -> tuple[int, int, int]:
    """Return the voxel whose cell contains a world point, inside the grid or not.

    Integers are voxel centres and a half rounds up, floor(v + 0.5), as FSLeyes does. The 1e-6 keeps a point that lies
    on a boundary but for rounding errors on the same side every time.
    """
    i, j, k = (math.floor(index + 0.5 + 1e-6) for index in voxel_from_world(affine, xyz).tolist())
    return i, j, k


def is_inside(shape, ijk) -> bool:
    """Return whether integer voxel indices lie in a grid of this shape."""
    return all(0 <= index < n for index, n in zip(ijk, shape, strict=True))


def centre_voxel(shape) -> tuple[int, int, int]:
    """Return the centre voxel, shape // 2."""
    i, j, k = (n // 2 for n in shape)
    return i, j, k


def describe_axes(affine: np.ndarray) -> list[str]:
    """Return one sentence an axis: "First index grows to the Left"."""
    codes = aff2axcodes(affine)
    names = ("First", "Second", "Third")
    return [f"{name} index grows to the {DIRECTIONS[code]}" for name, code in zip(names, codes, strict=True)]


def parse_triple(text: str) -> tuple[float, float, float]:
    """Read three numbers from what a person typed or pasted: ``0 20 44``, ``(0, 20, 44)``, ``x 0 y 20 z 44 mm``.

    Raises
    ------
    InputError
        There are not three numbers, or one of them is no place.
    """
    parts = re.findall(r"[^\s,;:=|()\[\]{}]*[\d-][^\s,;:=|()\[\]{}]*", text.translate(MINUS_SIGNS))
    if len(parts) != 3:
        raise InputError(
            f'"{shorten(text)}" holds {len(parts)} number{"s" * (len(parts) != 1)}, but a position needs three. '
            "Type for instance 0 20 44."
        )
    x, y, z = (_parse_number(part) for part in parts)
    return x, y, z


def _parse_number(part: str) -> float:
    """Read one number with or without its axis before it and ``mm`` behind it: ``-36``, ``x=-36``, ``x-36mm``."""
    match = re.fullmatch(r"[ijkxyz]?([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:mm)?\.?", part, re.IGNORECASE)
    if match is None:
        raise InputError(
            f'"{shorten(part)}" is no number. Type three numbers with spaces between, for instance 0 20 44.'
        )
    number = float(match[1])
    if abs(number) > FARTHEST:
        raise InputError(f"{shorten(part)} is too far away: a position lies within {FARTHEST} of the origin.")
    return number


def position_text(ijk, xyz) -> str:
    """Return the readout's words for a position: ``i 88 j 120 k 128`` and ``x 0.80 y 21.18 z 18.10 mm``."""
    i, j, k = ijk
    # Adding 0.0 turns a negative zero, which would print as -0.00, into zero.
    x, y, z = (round(float(value), 2) + 0.0 for value in xyz)
    return f"i {i} j {j} k {k}\u2003x {x:.2f} y {y:.2f} z {z:.2f} mm"
