"""Look at a run's time step (TR): what the header states, in which unit, and whether the sidecar agrees."""

import math

from lib.images.header_facts import SECONDS_PER_UNIT, HeaderFacts
from lib.images.headers.finding import Finding

# Multiband runs go down to 0.3 s, sparse sampling up to 15 s.
PLAUSIBLE_TR_SECONDS = (0.1, 20.0)
# Headers store float32 and sidecars are rounded to the millisecond.
SAME_TR_SECONDS = 1e-3


def find_timing(facts: HeaderFacts, sidecar_tr: float | None = None) -> list[Finding]:
    """Return the findings on time; none on the sidecar of a single volume or when its TR is not given.

    A volume's RepetitionTime is a setting of its sequence, not a step from one volume to the next.

    Parameters
    ----------
    facts : HeaderFacts
    sidecar_tr : float, seconds, optional
        RepetitionTime of the JSON file beside the image.
    """
    findings = [find_time_step(facts)]
    if sidecar_tr is not None and facts.n_volumes > 1:
        findings.append(find_sidecar(facts, float(sidecar_tr)))
    return findings


def find_time_step(facts: HeaderFacts) -> Finding:
    """Return whether the header's time step can be the TR of a run."""
    name, tr = "Time step", facts.tr
    if facts.n_volumes == 1:
        return Finding(name, "fine", "One volume has no time step.")
    unit = facts.time_unit
    stated = "no time step" if facts.time_step is None else f"{facts.time_step:g} {unit}"
    values = (("as stated", stated),)
    if tr is None:
        reason = f"The header states {stated} for {facts.n_volumes} volumes, which is no time."
        return Finding(name, "broken", reason, "Take the TR from the sidecar or the scan protocol.", values)
    if not math.isfinite(tr) or tr <= 0:
        reason = f"The header states a time step of {stated} for {facts.n_volumes} volumes, but time has to move on."
        return Finding(name, "broken", reason, "Take the TR from the sidecar or the scan protocol.", values)
    if not _is_plausible(tr):
        reason = f"A time step of {tr:g} s ({stated} as stated) is no TR of a run.{_guess(tr)}"
        return Finding(name, "broken", reason, "Take the TR from the sidecar, and correct number or unit.", values)
    if unit == "unknown":
        reason = f"The time step is {facts.time_step:g} without a unit; read as seconds it is a possible TR."
        return Finding(name, "look here", reason, "Compare it with the sidecar or the scan protocol.", values)
    return Finding(name, "fine", f"One volume every {tr:g} s.", values=(*values, ("TR", f"{tr:g} s")))


def find_sidecar(facts: HeaderFacts, sidecar_tr: float) -> Finding:
    """Return whether the sidecar's RepetitionTime (s) is the header's."""
    name, tr = "Time step against sidecar", facts.tr
    values = (("sidecar", f"{sidecar_tr:g} s"), ("header", "none" if tr is None else f"{tr:g} s"))
    if not _is_plausible(sidecar_tr):
        reason = f"The sidecar's RepetitionTime is {sidecar_tr:g} s, which is no TR of a run.{_guess(sidecar_tr)}"
        return Finding(name, "broken", reason, "BIDS wants seconds: correct the JSON file.", values)
    if tr is None or not math.isfinite(tr) or tr <= 0:
        reason = f"The header has no usable time step; the sidecar says {sidecar_tr:g} s."
        return Finding(name, "look here", reason, "Use the sidecar's, and write it into the header.", values)
    if abs(tr - sidecar_tr) <= SAME_TR_SECONDS:
        return Finding(name, "fine", f"Header and sidecar both say {sidecar_tr:g} s.", values=values)
    reason = f"The header says {tr:g} s, the sidecar {sidecar_tr:g} s.{_factor(tr, sidecar_tr)}"
    return Finding(name, "broken", reason, "Look it up in the scan protocol; BIDS tools follow the sidecar.", values)


def _is_plausible(seconds: float) -> bool:
    shortest, longest = PLAUSIBLE_TR_SECONDS
    return shortest <= seconds <= longest


def _guess(seconds: float) -> str:
    """Return which unit would make sense of an implausible time step."""
    if not math.isfinite(seconds) or seconds <= 0:
        return ""
    for unit in ("msec", "usec"):
        if _is_plausible(seconds * SECONDS_PER_UNIT[unit]):
            return f" Read as {unit} it would be {seconds * SECONDS_PER_UNIT[unit]:g} s."
    if _is_plausible(seconds * 1000):
        return f" If the number was meant in seconds, it would be {seconds * 1000:g} s."
    return ""


def _factor(tr: float, sidecar_tr: float) -> str:
    for factor in (1000.0, 0.001):
        if abs(tr * factor - sidecar_tr) <= SAME_TR_SECONDS:
            return " One is 1000 times the other: seconds and milliseconds were mixed up."
    return ""
