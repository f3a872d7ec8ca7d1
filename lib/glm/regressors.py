"""What the events of a run should have done to the signal: blocks, plain and with a haemodynamic response."""

from dataclasses import dataclass

import numpy as np

from lib.errors import InputError

# nilearn's name -> words. Peaks as nilearn draws them.
MODELS = {
    "spm": "SPM: difference of two gamma functions, peak 5 s after onset, undershoot at 16 s",
    "glover": "Glover 1999: difference of two gamma functions, peak 5 s after onset, undershoot at 12 s",
}
# nilearn convolves no further back than this before the first volume.
EARLIEST_ONSET = -24.0


@dataclass(frozen=True, eq=False)
class Regressors:
    """One column a condition; C conditions in alphabetical order, T volumes.

    Attributes
    ----------
    conditions : tuple of str
    boxcars : (T, C) float64
        1 at volumes that begin during an event, else 0; an event too short for any volume counts at the nearest one.
    convolved : (T, C) float64
        Events convolved with `model`, at the times of the volumes.
    model : str
        nilearn's name; `MODELS` has it in words.
    """

    conditions: tuple[str, ...]
    boxcars: np.ndarray
    convolved: np.ndarray
    model: str


def make_regressors(events, times: np.ndarray, model: str = "spm") -> Regressors:
    """Return the expected signal of every condition.

    Parameters
    ----------
    events : frame with `onset`, `duration` (s) and `trial_type`, and `modulation` where events differ in strength
        A duration that is missing counts as 0, a modulation that is missing as 1.
    times : (T,) float, s
        When each volume began, in the time of the events: from the first volume of the file, dropped ones included.
    model : str
        "spm" or "glover".

    Raises
    ------
    InputError
        No such model, or fewer than 2 volumes.
    """
    if model not in MODELS:
        raise InputError(f"There is no haemodynamic model called {model}. Choose one of {', '.join(MODELS)}.")
    times = np.asarray(times, np.float64)
    if len(times) < 2:
        raise InputError(f"A regressor needs 2 volumes or more, and the run has {len(times)}. Choose a BOLD run.")
    conditions = tuple(sorted({str(name) for name in events["trial_type"]}))
    described = [_describe_condition(events, condition) for condition in conditions]
    boxcars = [_boxcar(onsets, durations, times) for onsets, durations, _ in described]
    convolved = [_convolve(condition, times, model) for condition in described]
    empty = np.zeros((len(times), 0))
    return Regressors(conditions, np.column_stack([empty, *boxcars]), np.column_stack([empty, *convolved]), model)


def correlate(signal: np.ndarray, regressor: np.ndarray) -> float:
    """Return Pearson's r of two (T,) series over the volumes where both have a value.

    NaN where fewer than 3 volumes do, or where one of them does not change. Leave out dropped volumes beforehand: both
    series have to be on the same ones.
    """
    signal, regressor = np.asarray(signal, np.float64), np.asarray(regressor, np.float64)
    if signal.shape != regressor.shape:
        raise ValueError(f"{signal.shape} and {regressor.shape} are different volumes")
    has_both = np.isfinite(signal) & np.isfinite(regressor)
    if has_both.sum() < 3:
        return float("nan")
    first, second = signal[has_both] - signal[has_both].mean(), regressor[has_both] - regressor[has_both].mean()
    norm = np.linalg.norm(first) * np.linalg.norm(second)
    is_constant = min(np.ptp(signal[has_both]), np.ptp(regressor[has_both])) == 0
    return float("nan") if is_constant or norm == 0 else float(first @ second / norm)


def _describe_condition(events, condition: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return onsets, durations and strengths of one condition."""
    is_own = np.array([str(name) == condition for name in events["trial_type"]])
    onsets = np.asarray(events["onset"], np.float64)[is_own]
    durations = np.nan_to_num(np.asarray(events["duration"], np.float64)[is_own]).clip(min=0)
    strengths = np.ones(len(onsets))
    if "modulation" in events:
        given = np.asarray(events["modulation"], np.float64)[is_own]
        strengths = np.where(np.isfinite(given), given, 1.0)
    has_onset = np.isfinite(onsets)
    return onsets[has_onset], durations[has_onset], strengths[has_onset]


def _boxcar(onsets: np.ndarray, durations: np.ndarray, times: np.ndarray) -> np.ndarray:
    # A thousandth of a volume: onsets in tables are rounded, volumes are not.
    tolerance = 1e-3 * (times[1] - times[0])
    boxcar = np.zeros(len(times))
    for onset, duration in zip(onsets, durations, strict=True):
        is_during = (times >= onset - tolerance) & (times < onset + duration - tolerance)
        if not is_during.any() and times[0] - tolerance <= onset <= 2 * times[-1] - times[-2]:
            is_during = np.arange(len(times)) == np.abs(times - onset).argmin()
        boxcar[is_during] = 1.0
    return boxcar


def _convolve(condition: tuple[np.ndarray, np.ndarray, np.ndarray], times: np.ndarray, model: str) -> np.ndarray:
    from nilearn.glm.first_level import compute_regressor

    onsets = condition[0]
    is_near = (onsets >= times[0] + EARLIEST_ONSET) & (onsets <= times[-1])
    if not is_near.any():
        return np.zeros(len(times))
    convolved, _ = compute_regressor(
        np.stack([part[is_near] for part in condition]), model, times, min_onset=EARLIEST_ONSET
    )
    return convolved[:, 0]
