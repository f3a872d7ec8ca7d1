"""How often and for how long each condition of a run was there."""

from dataclasses import dataclass

import numpy as np

from lib.glm.events import Events


@dataclass(frozen=True)
class Trials:
    """The trials of one condition; durations in seconds, NaN where no trial has one.

    Attributes
    ----------
    condition : the trial type.
    n : number of trials.
    n_timed : of these, trials with a duration.
    shortest, median, longest, total : of the durations there are.
    first : onset of the first trial, s.
    median_gap : median time from one onset to the next, s; NaN for a single trial.
    """

    condition: str
    n: int
    n_timed: int
    shortest: float
    median: float
    longest: float
    total: float
    first: float
    median_gap: float


def count_trials(events: Events) -> tuple[Trials, ...]:
    """Count the trials of each condition, in alphabetical order of the conditions."""
    frame = events.frame
    return tuple(_count(condition, frame[frame["trial_type"] == condition]) for condition in events.conditions)


def _count(condition: str, rows) -> Trials:
    onsets = rows["onset"].to_numpy(float)
    durations = rows["duration"].to_numpy(float)
    durations = durations[np.isfinite(durations)]
    shortest, median, longest, total = (
        (durations.min(), np.median(durations), durations.max(), durations.sum()) if durations.size else [np.nan] * 4
    )
    gap = np.median(np.diff(np.sort(onsets))) if onsets.size > 1 else np.nan
    numbers = (float(value) for value in (shortest, median, longest, total, onsets.min(), gap))
    return Trials(condition, len(onsets), len(durations), *numbers)
