"""Can this run be used? One line of verdict, from what is beyond stated limits; what cannot be judged is said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from lib.confounds.framewise_displacement import percent_above, volumes_above
from lib.number_text import quantity_text, value_text
from lib.quality.measures import ImageQuality
from lib.quality.thresholds import LEVELS, LIMITS, SPIKE_MM, WITHOUT_LIMIT, Level, Limit
from lib.quality.traces import Displacement
from lib.quality.verdict import Number

LEVEL_WORDS = MappingProxyType(
    {
        "fine": "Nothing stands out",
        "care": "Usable with care",
        "look": "Look before you use it",
    }
)


PLACES = MappingProxyType({True: "beyond", False: "within", None: "no value"})


@dataclass(frozen=True)
class Fact:
    """Something about a run that is beyond a stated limit: in a few words, and the volume where it shows, if one."""

    text: str
    level: Level
    volume: int | None = None


@dataclass(frozen=True)
class Judged:
    """A value of a run beside its limit; `value` is NaN where the run has none, `is_beyond` then None.

    limit : as it was applied, which a visitor may have set.
    """

    limit: Limit
    value: float

    @property
    def is_beyond(self) -> bool | None:
        """Whether the value is on the worse side of the limit."""
        return None if math.isnan(self.value) else self.limit.is_passed_by(self.value)


@dataclass(frozen=True)
class Verdict:
    """What a run comes to by stated limits.

    Attributes
    ----------
    facts : what is beyond its limit, the gravest first.
    unjudged : what could not be judged, and why, in a few words each.
    judged : every limit that was asked, with the run's value.
    """

    facts: tuple[Fact, ...]
    unjudged: tuple[str, ...]
    judged: tuple[Judged, ...]

    @property
    def level(self) -> Level:
        """The gravest level of its facts."""
        return max((fact.level for fact in self.facts), key=LEVELS.index, default="fine")

    @property
    def heading(self) -> str:
        """The level in words."""
        is_open = self.level == "fine" and self.unjudged
        return f"{LEVEL_WORDS[self.level]} in what could be judged" if is_open else LEVEL_WORDS[self.level]

    @property
    def text(self) -> str:
        """The whole verdict as sentences."""
        facts = f": {', '.join(fact.text for fact in self.facts)}." if self.facts else "."
        return f"{self.heading}{facts}" + (f" {self.unjudged_text}" if self.unjudged else "")

    @property
    def unjudged_text(self) -> str:
        """What could not be judged, as a sentence; empty where all could."""
        return f"Not judged: {'; '.join(self.unjudged)}." if self.unjudged else ""


def judge_run(
    quality: ImageQuality,
    displacement: Displacement | None,
    jenkinson: np.ndarray | None,
    tr: float | None,
) -> Verdict:
    """Judge a run by the limits of `lib.quality.thresholds`.

    Parameters
    ----------
    displacement : as chosen; its threshold takes the place of its measure's own.
    jenkinson : (T,) mm, by Jenkinson's measure with its own radius, which the limits of whole runs are stated for.
    tr : seconds; places are told by the volume where it is None.
    """
    asked = [
        *_jumps(displacement, tr),
        *_whole_run(jenkinson, tr),
        *_changes(quality, tr),
        *_counts(quality),
    ]
    facts = [fact for _, fact in asked if fact is not None]
    facts.sort(key=lambda fact: -LEVELS.index(fact.level))
    return Verdict(tuple(facts), tuple(_unjudged(quality, displacement)), tuple(judged for judged, _ in asked))


@dataclass(frozen=True)
class LimitRow:
    """A limit as a table tells it: what, the limit, this run's value, where that is, who says so; texts all."""

    measure: str
    limit: str
    value: str
    place: str
    source: str


def list_limits(verdict: Verdict, numbers: Sequence[Number]) -> list[LimitRow]:
    """List every limit that was asked, then the numbers that are not judged for want of one, with the reason."""
    judged = [
        LimitRow(
            limit.measure,
            f"{'at least' if limit.is_least else 'at most'} {quantity_text(limit.value, limit.unit)}",
            quantity_text(one.value, limit.unit),
            PLACES[one.is_beyond],
            limit.source,
        )
        for one in verdict.judged
        for limit in (one.limit,)
    ]
    return judged + [
        LimitRow(number.name, "none", number.text, "not judged", WITHOUT_LIMIT[number.key])
        for number in numbers
        if number.key in WITHOUT_LIMIT
    ]


Asked = tuple[Judged, Fact | None]


def _jumps(moved: Displacement | None, tr: float | None) -> list[Asked]:
    if moved is None:
        return []
    limit = LIMITS[f"{moved.measure}_jump"]
    if moved.threshold != limit.value:
        limit = replace(limit, value=moved.threshold, source="chosen on this page")
    judged = Judged(limit, _largest(moved.values))
    above = moved.above
    if not len(above):
        return [(judged, None)]
    at = int(above[np.argmax(moved.values[above])])
    size = f"{quantity_text(float(moved.values[at]), 'mm')} {_when(at, tr)}"
    text = f"1 jump of {size}" if len(above) == 1 else f"{len(above)} jumps, the largest of {size}"
    return [(judged, Fact(text, limit.level, at))]


def _whole_run(moved: np.ndarray | None, tr: float | None) -> list[Asked]:
    if moved is None or not np.isfinite(moved).any():
        return []
    at, mean, share = int(np.nanargmax(moved)), float(np.nanmean(moved)), percent_above(moved, SPIKE_MM)
    largest = float(moved[at])
    asked = [
        _ask("jenkinson_mean", mean, f"the head moved {quantity_text(mean, 'mm')} a volume on average"),
        _ask(
            "jenkinson_percent_above", share,
            f"{quantity_text(share, '%')} of the volumes came with a movement above {SPIKE_MM:g} mm",
        ),
        _ask("jenkinson_max", largest, f"a movement of {quantity_text(largest, 'mm')} {_when(at, tr)}", at),
    ]  # fmt: skip
    if tr and len(moved) * tr >= LIMITS["seconds_left"].value:
        left = (len(moved) - len(volumes_above(moved, SPIKE_MM))) * tr
        asked.append(_ask("seconds_left", left, f"{value_text(round(left))} s are left without the moved volumes"))
    return asked


def _changes(quality: ImageQuality, tr: float | None) -> list[Asked]:
    settled = quality.settled_dvars
    if settled is None:
        return []
    judged = Judged(LIMITS["dvars_jump"], _largest(settled))
    above = volumes_above(settled, judged.limit.value)
    if not len(above):
        return [(judged, None)]
    # A bright volume is a change into it and one out of it, and one to people.
    groups = np.split(above, np.flatnonzero(np.diff(above) > 1) + 1)
    at = int(max(groups, key=lambda group: settled[group].max())[0])
    what, largest = ("1 sudden change", "") if len(groups) == 1 else (f"{len(groups)} sudden changes", ", the largest")
    text = f"{what} of the whole image{largest} {_when(at, tr)}"
    return [(judged, Fact(text, judged.limit.level, at))]


def _counts(quality: ImageQuality) -> list[Asked]:
    volumes, voxels = quality.missing_volumes, int((~quality.usable).sum())
    steady = quantity_text(quality.non_steady, "volumes")
    return [
        _ask("non_steady_volumes", quality.non_steady, f"{steady} before steady state", 0),
        _ask(
            "missing_volumes", len(volumes), f"{quantity_text(len(volumes), 'volumes')} without values",
            int(volumes[0]) if len(volumes) else None,
        ),
        _ask("missing_voxels", voxels, f"{quantity_text(voxels, 'voxels')} without values"),
    ]  # fmt: skip


def _ask(key: str, value: float, text: str, volume: int | None = None) -> Asked:
    judged = Judged(LIMITS[key], float(value))
    return judged, Fact(text, judged.limit.level, volume) if judged.is_beyond else None


def _unjudged(quality: ImageQuality, displacement: Displacement | None) -> list[str]:
    found = []
    if displacement is None:
        found.append("head movement, as there is no motion file that fits")
    if quality.level.problem:
        done = "inverted or shifted" if quality.level.is_negative else "demeaned, standardised or cleaned"
        found.append(f"tSNR, ghost and what was taken out before, as this run was {done}")
    if quality.dvars is None:
        found.append("sudden changes, as this run has no DVARS")
    return found


def _largest(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) if len(known) else math.nan


def _when(volume: int, tr: float | None) -> str:
    return f"at {value_text(round(volume * tr, 3))} s" if tr else f"at volume {volume}"
