"""How long a repetition time is, in seconds, and how much it can be trusted."""

import math
from dataclasses import dataclass

# No scanner repeats a whole volume faster than 0.05 s or waits over 100 s: beyond that, the unit is wrong.
SHORTEST, LONGEST = 0.05, 100.0
SECONDS_IN = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6}
UNIT_WORDS = {"sec": "s", "msec": "ms", "usec": "µs"}
CONFLICT = 0.01  # relative


@dataclass(frozen=True)
class Tr:
    """A repetition time.

    Attributes
    ----------
    seconds : None when neither sidecar nor header gives one; the person types it.
    source : the sidecar's path, "header", or "" when there is none.
    flags : sentences about what is strange with it; none when nothing is.
    """

    seconds: float | None
    source: str
    flags: tuple[str, ...] = ()

    @property
    def flag(self) -> str | None:
        """All flags as one text, or None."""
        return " ".join(self.flags) or None


def decide_tr(
    header_value: float | None, header_unit: str = "unknown", sidecar_value: object = None, source: str = ""
) -> Tr:
    """Decide on the repetition time of a run: the sidecar's if it makes sense, else the header's.

    Parameters
    ----------
    header_value : the header's fourth zoom as stored, None if it has none.
    header_unit : "sec", "msec", "usec", "hz" or "unknown", as nibabel names them.
    sidecar_value : the sidecar's RepetitionTime (BIDS: seconds), None if there is none.
    source : relative path of the sidecar it came from.
    """
    header_seconds, header_flags = _from_header(header_value, header_unit)
    if sidecar_value is None:
        missing = () if header_seconds or header_flags else ("Neither a sidecar nor the header gives a TR. Type it.",)
        return Tr(header_seconds, "header" if header_seconds else "", (*header_flags, *missing))
    seconds, flags = _from_sidecar(sidecar_value, source or "the sidecar")
    if seconds is None:
        return Tr(header_seconds, "header" if header_seconds else "", (*flags, *header_flags))
    if header_seconds is None:
        return Tr(seconds, source, (*flags, *header_flags))
    if abs(header_seconds - seconds) > CONFLICT * seconds:
        flags = (
            *flags,
            f"{source or 'The sidecar'} says {seconds:g} s, the header {header_seconds:g} s; the sidecar's is used.",
        )
    return Tr(seconds, source, flags)


def _from_sidecar(value: object, source: str) -> tuple[float | None, tuple[str, ...]]:
    flags: tuple[str, ...] = ()
    if isinstance(value, str):
        try:
            value = float(value)
            flags = (f"RepetitionTime in {source} is text, not a number.",)
        except ValueError:
            pass
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, (f"RepetitionTime in {source} is not a number ({str(value)[:40]}).",)
    seconds, more = _judge(float(value), "sec", f"RepetitionTime in {source}")
    return seconds, (*flags, *more)


def _from_header(value: float | None, unit: str) -> tuple[float | None, tuple[str, ...]]:
    if value is None:
        return None, ()
    if unit not in (*SECONDS_IN, "unknown"):
        return None, (
            f"The header's fourth step is {value:g} in the unit {unit}, which is not a time. Type the TR in seconds.",
        )
    seconds, flags = _judge(float(value), unit, "The header's TR")
    if seconds is not None and unit == "unknown" and not flags:
        guess = "; 1 without a unit is also what programs write that lost the TR" if value == 1 else ""
        flags = (f"The header's TR of {value:g} has no unit; it is read as seconds{guess}.",)
    return seconds, flags


def _judge(value: float, unit: str, what: str) -> tuple[float | None, tuple[str, ...]]:
    """Return seconds and flags; an impossible length is read in the unit that makes it possible."""
    if math.isnan(value) or math.isinf(value):
        return None, (f"{what} is not a number ({value}). Type the TR in seconds.",)
    if value <= 0:
        return None, (f"{what} is {'zero' if value == 0 else f'negative ({value:g})'}. Type the TR in seconds.",)
    seconds = value * SECONDS_IN.get(unit, 1.0)
    if SHORTEST <= seconds <= LONGEST:
        return _tidy(seconds), ()
    said = f"{value:g} {UNIT_WORDS.get(unit, 'without a unit')}"
    for other, length in SECONDS_IN.items():
        if other != unit and SHORTEST <= value * length <= LONGEST:
            return _tidy(value * length), (
                f"{what} is {said}, which no scanner does; it is surely {value:g} {UNIT_WORDS[other]} and read as "
                f"{value * length:g} s.",
            )
    return _tidy(seconds), (f"{what} is {said}, which no scanner does. Check it, or type the TR in seconds.",)


def _tidy(seconds: float) -> float:
    """Undo float32: a header's 0.72 comes back as 0.7200000286."""
    return float(f"{seconds:.7g}")
