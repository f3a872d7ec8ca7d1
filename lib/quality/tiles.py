"""Which of a run's numbers stand on the page's face, in which plain words, with which course over the run?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from lib.quality.measures import ImageQuality
from lib.quality.traces import Displacement
from lib.quality.verdict import Number

# Key of what the numbers of the displacement have in common, whichever measure it is by.
MOVED = "moved"
# Key of a number -> its name in plain words, and one sentence on it that has the field's word.
PLAIN: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "tsnr_median": ("Signal to noise", "tSNR: a voxel's mean over its fluctuation"),
        MOVED: ("Head movement", "FD: movement since the volume before, on average"),
        "dvars_spikes": ("Sudden changes", "DVARS: change of the whole image since the volume before"),
        "outlier_fraction_mean": ("Outliers", "Share of voxels far from their median"),
        "gsr": ("Ghost", "Faint copies of the head, over its signal"),
        "fwhm": ("Smoothness", "FWHM: blur between neighbouring voxels"),
        "non_steady_volumes": ("Settling", "First volumes, before steady state"),
        "missing_voxels": ("Missing values", "Voxels without a value in some volume"),
    }
)


@dataclass(frozen=True, eq=False)
class Tile:
    """A number on the page's face.

    Attributes
    ----------
    name, sentence : in plain words.
    numbers : the one that is shown, and those that its explanation tells besides.
    course : (T,) array, what it is taken from, volume by volume; None where it has none.
    course_name : what the course is of.
    limit : level of the course above which a volume stands out, or None.
    """

    name: str
    sentence: str
    numbers: tuple[Number, ...]
    course: np.ndarray | None = None
    course_name: str = ""
    limit: float | None = None

    @property
    def number(self) -> Number:
        """The number that is shown."""
        return self.numbers[0]


def list_tiles(numbers: Sequence[Number], quality: ImageQuality, displacement: Displacement | None) -> tuple[Tile, ...]:
    """Put the numbers of a run on tiles, in their order; those of the displacement share one.

    Parameters
    ----------
    numbers : as `lib.quality.measures.list_numbers` gives them for the same quality and displacement.
    """
    moved = tuple(number for number in numbers if number.key not in PLAIN)
    tiles = []
    for number in numbers:
        key = MOVED if number in moved else number.key
        if key != MOVED:
            tiles.append(Tile(*PLAIN[key], (number,), *_course(key, quality, displacement)))
        elif number is moved[0]:
            tiles.append(Tile(*PLAIN[key], moved, *_course(key, quality, displacement)))
    return tuple(tiles)


def _course(key: str, quality: ImageQuality, moved: Displacement | None) -> tuple[np.ndarray | None, str, float | None]:
    if key == MOVED and moved is not None:
        return moved.values, "head movement", moved.threshold
    if key == "dvars_spikes" and quality.dvars is not None:
        return quality.dvars.raw, "DVARS", quality.spikes.threshold
    if key == "outlier_fraction_mean":
        return quality.outliers, "outlier fraction", None
    if key == "non_steady_volumes":
        return quality.global_signal, "global signal", None
    return None, "", None


def place_among(number: Number, others: Sequence[float]) -> str:
    """Say where a run stands among a study's: `3rd best of 12`; empty where neither direction is better.

    Parameters
    ----------
    others : the same number of the study's other runs; NaN of one that has none.
    """
    known = np.asarray(others, float)
    known = known[np.isfinite(known)]
    if not (np.isfinite(number.value) and len(known)) or number.direction.startswith("neither"):
        return ""
    is_higher = number.direction == "higher is better"
    n_better = int((known > number.value).sum() if is_higher else (known < number.value).sum())
    joint = "joint " if (known == number.value).any() else ""
    place = "best" if n_better == 0 else f"{_ordinal(n_better + 1)} best"
    return f"{joint}{place} of {len(known) + 1}"


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
