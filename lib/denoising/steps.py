"""Which steps a time course goes through before it is drawn: named, checked against the run, and put into words.

The order is that of `nilearn.signal.clean`: drop volumes, detrend, filter, leave out what is censored, regress out
confounds, then units.
"""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

from lib.errors import InputError

# Of the Butterworth filter, as nilearn.signal.butterworth: run forwards and backwards, so twice this.
FILTER_ORDER = 5
# Cut-off of the cosine basis where none is named: SPM's 128 s.
COSINE_CUTOFF = 1 / 128

Detrend = Literal["none", "linear", "polynomial", "cosine"]
Units = Literal["raw", "percent", "z"]
Censoring = Literal["leave out", "interpolate"]


@dataclass(frozen=True)
class Unit:
    """How a unit of a signal is called.

    Attributes
    ----------
    name : where it is chosen.
    axis : as the title of an axis.
    suffix : after a value.
    density : of a power spectral density.
    step : what is done to a signal to bring it there, empty where nothing is.
    """

    name: str
    axis: str
    suffix: str
    density: str
    step: str = ""


UNITS: dict[Units, Unit] = {
    "raw": Unit("raw", "Signal (image units)", " (image units)", "(image units)²/Hz"),
    "percent": Unit("% change", "Signal change (%)", " %", "%²/Hz", "percent signal change, 100 (x - mean) / |mean|"),
    "z": Unit("z", "z", " z", "z²/Hz", "z values, divisor T - 1"),
}


@dataclass(frozen=True)
class Steps:
    """What is done to a time course.

    Attributes
    ----------
    drop : int
        Volumes left out at the start.
    detrend : str
        "none", "linear", "polynomial" of `order`, or "cosine": a discrete cosine basis up to `high_pass` Hz, or up to
        1/128 Hz where that is None. The cosine basis then takes the place of the high-pass filter.
    order : int
        Of the polynomial.
    high_pass, low_pass : float or None
        Cut-offs, Hz.
    confounds : tuple of str
        Columns to regress out.
    units : str
        "raw"; "percent": 100 (x - mean) / |mean|; "z": (x - mean) / SD, divisor T - 1.
    censored : tuple of int
        Volumes of the file, counted from 0, whose values nothing is taken from.
    censoring : str
        "leave out": a censored volume has no value. "interpolate": the others come out the same, and a cubic spline
        through them gives each censored volume a value at the end (before the first of them and after the last, its
        value). A filter, which needs equally spaced volumes, works on splines through the others either way.
    """

    drop: int = 0
    detrend: Detrend = "none"
    order: int = 2
    high_pass: float | None = None
    low_pass: float | None = None
    confounds: tuple[str, ...] = ()
    units: Units = "raw"
    censored: tuple[int, ...] = ()
    censoring: Censoring = "leave out"

    @property
    def unit(self) -> Unit:
        """How the unit that the steps end in is called."""
        return UNITS[self.units]


def describe_steps(steps: Steps, tr: float | None) -> str:
    """Return one sentence that names the steps in their order."""
    parts = []
    if steps.drop:
        seconds = "" if tr is None else f" ({steps.drop * tr:g} s)"
        parts.append(f"drop the first {steps.drop} volume{'s' * (steps.drop > 1)}{seconds}")
    parts += _describe_censoring(steps)
    parts += _describe_detrend(steps)
    parts += _describe_filter(steps)
    if steps.confounds:
        parts.append(f"regress out {len(steps.confounds)} confound{'s' * (len(steps.confounds) > 1)}")
        parts[-1] += f" ({', '.join(steps.confounds)})"
    if steps.unit.step:
        parts.append(steps.unit.step)
    if _n_censored(steps) and steps.censoring == "interpolate":
        parts.append("fill the censored volumes by a cubic spline through the others")
    return "In this order: " + "; ".join(parts) + "." if parts else "Raw values; nothing was removed."


def _n_censored(steps: Steps) -> int:
    return sum(volume >= steps.drop for volume in set(steps.censored))


def _describe_censoring(steps: Steps) -> list[str]:
    n_censored = _n_censored(steps)
    if not n_censored:
        return []
    how = ", bridged by a cubic spline for the filter alone" if filter_cutoffs(steps) else ""
    return [f"censor {n_censored} volume{'s' * (n_censored > 1)}{how}"]


def kept_volumes(steps: Steps, n_volumes: int) -> list[int]:
    """Return the volumes of the file that are neither dropped nor censored, ascending."""
    censored = set(steps.censored)
    return [volume for volume in range(steps.drop, n_volumes) if volume not in censored]


def _describe_detrend(steps: Steps) -> list[str]:
    if steps.detrend == "linear":
        return ["remove the linear trend, keep the mean"]
    if steps.detrend == "polynomial":
        return [f"remove the polynomial trend of order {steps.order}, keep the mean"]
    if steps.detrend == "cosine":
        cutoff = cosine_cutoff(steps)
        return [f"regress out a cosine basis up to {cutoff:.4g} Hz ({1 / cutoff:.4g} s), keep the mean"]
    return []


def _describe_filter(steps: Steps) -> list[str]:
    cutoffs = filter_cutoffs(steps)
    if not cutoffs:
        return []
    band = {
        "high": f"high-pass above {steps.high_pass} Hz",
        "low": f"low-pass below {steps.low_pass} Hz",
        "band": f"band-pass {steps.high_pass}-{steps.low_pass} Hz",
    }[filter_kind(steps)]
    return [f"{band} (Butterworth, order {FILTER_ORDER}, forwards and backwards), keep the mean"]


def require_steps(steps: Steps, n_volumes: int, tr: float | None) -> None:
    """Raise `InputError` where the steps cannot be taken on a run of this length and TR."""
    left = n_volumes - steps.drop
    if steps.drop < 0 or left < 2:
        raise InputError(
            f"The run has {n_volumes} volumes, so dropping {steps.drop} leaves {left}; a series needs at least 2. "
            f"Drop between 0 and {n_volumes - 2}."
        )
    kept = _require_kept(steps, n_volumes)
    if steps.detrend == "polynomial" and not 1 <= steps.order < len(kept):
        raise InputError(
            f"A polynomial of order {steps.order} cannot be taken out of {len(kept)} volumes. "
            f"Choose an order from 1 to {len(kept) - 1}."
        )
    if steps.detrend == "cosine" or filter_cutoffs(steps):
        _require_cutoffs(steps, tr)
    if steps.detrend == "cosine" and 2 * left * cosine_cutoff(steps) * tr < 1:
        raise InputError(
            f"A cosine basis up to {cosine_cutoff(steps):.4g} Hz needs more than {0.5 / cosine_cutoff(steps):g} s, and "
            f"{left} volumes take {left * tr:g} s. Choose a linear trend, or a higher cut-off."
        )
    needed = _volumes_needed(steps)
    span = kept[-1] - kept[0] + 1
    if span < needed:
        raise InputError(
            f"The filter needs {needed} volumes or more, and {span} are left of {n_volumes}. "
            f"Choose a longer run, drop {'or censor ' * bool(steps.censored)}fewer volumes, or detrend instead."
        )


def _require_kept(steps: Steps, n_volumes: int) -> list[int]:
    """Return the volumes that are kept, two or more; raise `InputError` where there are none such."""
    absent = [volume for volume in steps.censored if not 0 <= volume < n_volumes]
    if absent:
        raise InputError(
            f"Volume {absent[0]} is to be censored, but the run has volumes 0 to {n_volumes - 1}. "
            "Choose the list of censored volumes of this run."
        )
    kept = kept_volumes(steps, n_volumes)
    if len(kept) < 2:
        raise InputError(
            f"Of {n_volumes} volumes, {steps.drop} are dropped and {_n_censored(steps)} censored, which leaves "
            f"{len(kept)}; a series needs at least 2. Censor fewer volumes."
        )
    return kept


def _require_cutoffs(steps: Steps, tr: float | None) -> None:
    if tr is None or not isfinite(tr) or tr <= 0:
        raise InputError(
            f"Filtering in Hz needs the time between volumes, and it is {'not known' if tr is None else f'{tr:g} s'}. "
            "Enter the TR in seconds, or choose a linear or polynomial trend."
        )
    nyquist = 0.5 / tr
    used = {"high-pass": steps.high_pass, "low-pass": steps.low_pass}
    if steps.detrend == "cosine":
        used["high-pass"] = cosine_cutoff(steps)
    for name, cutoff in used.items():
        if cutoff is not None and not 0 < cutoff < nyquist:
            raise InputError(
                f"The {name} cut-off is {cutoff:g} Hz, but with a TR of {tr:g} s it has to lie between 0 and "
                f"{nyquist:g} Hz (the Nyquist frequency). Choose a cut-off in that range."
            )
    if steps.low_pass is not None and used["high-pass"] is not None and used["high-pass"] >= steps.low_pass:
        raise InputError(
            f"The high-pass cut-off, {used['high-pass']:g} Hz, has to lie below the low-pass cut-off, "
            f"{steps.low_pass:g} Hz. Exchange them."
        )


def _volumes_needed(steps: Steps) -> int:
    """Return the shortest series that `sosfiltfilt` takes: it pads both ends by three times the filter's length."""
    cutoffs = filter_cutoffs(steps)
    if not cutoffs:
        return 2
    length = 2 * FILTER_ORDER + 1 if len(cutoffs) == 2 else FILTER_ORDER + 1
    return 3 * length + 1


def filter_cutoffs(steps: Steps) -> list[float]:
    """Return the cut-offs of the Butterworth filter; a cosine basis has done the high-pass already."""
    if steps.detrend == "cosine":
        steps = replace(steps, high_pass=None)
    return [cutoff for cutoff in (steps.high_pass, steps.low_pass) if cutoff is not None]


def filter_kind(steps: Steps) -> str:
    if len(filter_cutoffs(steps)) == 2:
        return "band"
    return "low" if steps.low_pass is not None else "high"


def cosine_cutoff(steps: Steps) -> float:
    return COSINE_CUTOFF if steps.high_pass is None else steps.high_pass
