"""What is held for comparison: voxels and regions, how a link names them, and what a region's voxels do together."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

import numpy as np

from lib.errors import InputError
from lib.number_text import exact_text
from lib.plain_text import shorten
from lib.timecourses.regions import RegionSummary, count_with_value, summarise_sums, sums_over_voxels

MAX_HELD = 8
MAX_RADIUS = 50.0  # mm
# Far beyond any scanner's bore: a larger number in a link is a mistake.
MAX_MM = 10_000
# Whole numbers in files have up to 64 bits.
FARTHEST_LABEL = 2**64
WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
# Values processed at a time, 8 bytes each: a region may be a whole brain.
PIECE = 1 << 21
WANTED = "voxel:x,y,z or sphere:x,y,z,radius or mask:image or label:number,image, separated by semicolons"


@dataclass(frozen=True)
class Held:
    """A voxel or region whose time course stays on the chart.

    Attributes
    ----------
    kind : str
        "voxel", "sphere", "mask" or "label".
    place : tuple of 3 float
        World mm, of a voxel or a sphere's centre.
    size : float or int
        Radius in mm, or the label's number, an int where it is whole: float64 may not hold it.
    source : str
        Id of the mask or atlas image.
    """

    kind: str
    place: tuple[float, float, float] = (0.0, 0.0, 0.0)
    size: float | int = 0.0
    source: str = ""


def format_held(held: Sequence[Held]) -> str | None:
    """Return what is held as one query parameter; None where nothing is."""
    return ";".join(map(_format_one, held)) or None


def parse_held(text: str) -> list[Held]:
    """Return what a link says is held.

    Raises
    ------
    InputError
        It names no such thing, or a number that cannot be.
    """
    parts = [part for part in text.split(";") if part.strip()]
    if len(parts) > MAX_HELD:
        raise InputError(f"The link holds {len(parts)} voxels and regions, but {MAX_HELD} can be compared. Hold fewer.")
    return [_parse_one(part) for part in parts]


def average(read: Callable[[np.ndarray], np.ndarray], ijks: np.ndarray, n_volumes: int) -> RegionSummary:
    """Return mean and spread across voxels, read and processed a piece at a time.

    Parameters
    ----------
    read : function of (n, 3) voxels, returns their processed (T, n) time courses
    ijks : (N, 3) int
    n_volumes : int
        Of the run: how long a time course is.

    Raises
    ------
    InputError
        No voxel has a value.
    """
    n_together = max(1, PIECE // n_volumes)
    # Chan, Golub and LeVeque 1983: means and sums of squares of parts give those of the whole.
    count, mean, squares, n_voxels = 0, 0.0, 0.0, 0
    for start in range(0, len(ijks), n_together):
        signals = read(ijks[start : start + n_together])
        n_voxels += count_with_value(signals)
        n, own, own_squares = sums_over_voxels(signals)
        share = n / np.maximum(count + n, 1)
        squares = squares + own_squares + (own - mean) ** 2 * count * share
        mean = mean + (own - mean) * share
        count = count + n
    return summarise_sums(count, mean, squares, n_voxels=n_voxels)


def _format_one(held: Held) -> str:
    place = ",".join(f"{value:.2f}" for value in held.place)
    rest = {
        "voxel": place,
        "sphere": f"{place},{held.size:g}",
        "mask": quote(held.source, safe="/"),
        "label": f"{exact_text(held.size)},{quote(held.source, safe='/')}",
    }
    return f"{held.kind}:{rest[held.kind]}"


def _parse_one(text: str) -> Held:
    kind, _, rest = text.strip().partition(":")
    try:
        if kind == "voxel":
            return Held(kind, _place(rest.split(",")))
        if kind == "sphere":
            *place, radius = rest.split(",")
            return Held(kind, _place(place), _number(radius, 0.001, MAX_RADIUS))
        if kind == "mask" and rest:
            return Held(kind, source=unquote(rest))
        if kind == "label":
            label, source = rest.split(",", 1)
            return Held(kind, size=_label(label), source=unquote(source))
    except ValueError as error:
        raise _not_understood(text) from error
    raise _not_understood(text)


def _not_understood(text: str) -> InputError:
    return InputError(f'The link holds "{shorten(text)}", which names no voxel or region. Wanted is {WANTED}.')


def _place(texts: Sequence[str]) -> tuple[float, float, float]:
    x, y, z = (_number(text, -MAX_MM, MAX_MM) for text in texts)
    return x, y, z


def _label(text: str) -> float | int:
    number = int(text) if WHOLE.fullmatch(text) else float(text)
    if not abs(number) < FARTHEST_LABEL:
        raise ValueError(text)
    return number


def _number(text: str, least: float, most: float) -> float:
    number = float(text)
    if not least <= number <= most:
        raise ValueError(text)
    return number
