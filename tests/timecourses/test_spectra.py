"""Spectra: known frequencies, variance kept, and scipy's own numbers."""

import numpy as np
import pytest

from lib.errors import InputError
from lib.timecourses.spectra import compute_spectrum, strongest_frequency

TR = 2.0


@pytest.mark.parametrize("method", ["welch", "periodogram"])
def test_a_sine_of_a_fiftieth_hertz_peaks_there(method):
    sine = 5 + np.sin(2 * np.pi * 0.02 * TR * np.arange(200))
    assert strongest_frequency(compute_spectrum(sine, TR, method)) == pytest.approx(0.02)


def test_periodogram_adds_up_to_the_variance(rng):
    signal = rng.standard_normal(201) * 3
    spectrum = compute_spectrum(signal, TR, "periodogram")
    assert spectrum.power.sum() * spectrum.frequencies[1] == pytest.approx(signal.var())


def test_frequencies_run_from_zero_to_nyquist():
    frequencies = compute_spectrum(np.arange(100.0), TR, "periodogram").frequencies
    assert (frequencies[0], frequencies[-1]) == (0, 0.25)


def test_welch_is_scipys(rng):
    from scipy.signal import welch

    signals = rng.standard_normal((120, 3))
    spectrum = compute_spectrum(signals, TR, "welch")
    frequencies, power = welch(signals, fs=0.5, nperseg=60, axis=0)
    np.testing.assert_allclose(spectrum.frequencies, frequencies)
    np.testing.assert_allclose(spectrum.power, power)


def test_method_and_unit_are_named():
    spectrum = compute_spectrum(np.arange(100.0), TR, "welch", "%")
    assert spectrum.method == "Welch, Hann windows of 50 volumes (100 s), half overlapping"
    assert spectrum.unit == "(%)²/Hz"
    assert compute_spectrum(np.arange(9.0), TR, "periodogram").method == "Periodogram of 9 volumes (18 s)"


def test_a_series_without_values_has_no_peak():
    assert np.isnan(strongest_frequency(compute_spectrum(np.full(50, np.nan), TR)))
    assert np.isnan(strongest_frequency(compute_spectrum(np.full(50, 4.0), TR)))


@pytest.mark.parametrize(
    ("n_volumes", "tr", "words"),
    [
        (50, None, "it is not known. Enter the TR"),
        (50, 0.0, "it is 0 s"),
        (7, 2.0, "7 volumes, but a spectrum needs 8"),
    ],
)
def test_what_cannot_have_a_spectrum_is_said(n_volumes, tr, words):
    with pytest.raises(InputError, match=words):
        compute_spectrum(np.ones(n_volumes), tr)
