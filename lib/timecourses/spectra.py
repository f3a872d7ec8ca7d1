"""How the variance of a time course is spread over frequencies."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lib.errors import InputError

# A shorter series has four frequencies or fewer.
MIN_VOLUMES = 8

Method = Literal["welch", "periodogram"]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """A power spectral density.

    Attributes
    ----------
    frequencies : (F,) float64, Hz
        From 0 to the Nyquist frequency.
    power : (F,) or (F, N) float64
        Squared units of the signal per Hz; its integral is the variance. NaN where the signal has no value.
    method : str
        How it was estimated, in words.
    unit : str
        Unit of `power`.
    """

    frequencies: np.ndarray
    power: np.ndarray
    method: str
    unit: str


def compute_spectrum(signals: np.ndarray, tr: float | None, method: Method = "welch", unit: str = "units") -> Spectrum:
    """Return the one-sided power spectral density, as `scipy.signal.welch` or `scipy.signal.periodogram`.

    Parameters
    ----------
    signals : (T,) or (T, N) array
        The mean of each segment is removed; nothing else.
    tr : float or None
        Seconds between volumes.
    method : "welch" or "periodogram"
        Welch: Hann windows of half the series, half overlapping, averaged: less noise, half the frequencies.
        Periodogram: the whole series, no window.
    unit : str
        Of the signals.

    Raises
    ------
    InputError
        No TR, or fewer than 8 volumes.
    """
    signals = np.asarray(signals, np.float64)
    n_volumes = len(signals)
    if tr is None or not np.isfinite(tr) or tr <= 0:
        raise InputError(
            f"A spectrum in Hz needs the time between volumes, and it is {'not known' if tr is None else f'{tr:g} s'}. "
            "Enter the TR in seconds."
        )
    if n_volumes < MIN_VOLUMES:
        raise InputError(
            f"The series has {n_volumes} volumes, but a spectrum needs {MIN_VOLUMES} or more. "
            "Drop fewer volumes or choose a longer run."
        )
    from scipy.signal import periodogram, welch

    if method == "welch":
        length = n_volumes // 2
        frequencies, power = welch(signals, 1 / tr, window="hann", nperseg=length, axis=0)
        words = f"Welch, Hann windows of {length} volumes ({length * tr:g} s), half overlapping"
    else:
        frequencies, power = periodogram(signals, 1 / tr, axis=0)
        words = f"Periodogram of {n_volumes} volumes ({n_volumes * tr:g} s)"
    return Spectrum(frequencies, power, words, f"({unit})²/Hz")


def why_no_spectrum(n_missing: int, n_volumes: int, are_left_out: bool = False) -> str:
    """Return why a series with gaps has no spectrum, as one sentence; an empty text where it has none of them.

    Parameters
    ----------
    are_left_out : some of the gaps are censored volumes, which the steps leave out.
    """
    if not n_missing:
        return ""
    have = "has" if n_missing == 1 else "have"
    remedy = "interpolate the censored ones" if are_left_out else "choose another voxel"
    return (
        f"A spectrum needs a value in every volume, and {n_missing} of {n_volumes} {have} none. Drop them if they are "
        f"the first ones, or {remedy}."
    )


def strongest_frequency(spectrum: Spectrum) -> float:
    """Return the frequency other than 0 with the most power, Hz, of a (F,) spectrum; NaN where there is no power."""
    power = spectrum.power[1:]
    if not np.isfinite(power).all() or power.max() <= 0:
        return float("nan")
    return float(spectrum.frequencies[1:][power.argmax()])
