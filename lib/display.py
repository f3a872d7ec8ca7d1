"""The 8-bit picture of a volume: which values are shown, and as which of 255 steps.

Code 0 means "nothing to draw" (no value, or below a threshold); codes 1 to 255 run from the window's low end to its
high end. Pictures are for looking: every number a person reads comes from the volume itself.
"""

from dataclasses import dataclass

import numpy as np

from lib.images import Volume
from lib.slices import View, to_view

# Percentiles over this many evenly spaced voxels differ by less than a grey level from those over all.
SAMPLE_SIZE = 400_000


@dataclass(frozen=True)
class Window:
    """The range of values that is shown, in the image's unit, and what kind of numbers they are."""

    low: float
    high: float
    minimum: float
    maximum: float
    is_signed: bool
    is_labels: bool


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts of voxels between edges: counts (N,), edges (N + 1,) in the image's unit."""

    counts: np.ndarray
    edges: np.ndarray


def choose_window(volume: Volume) -> Window:
    """Return robust defaults: the 1st to 99.5th percentile of non-background values.

    Background is 0 and what lies below 10 % of the 98th percentile of the rest. Signed maps get a window
    symmetric about 0; label images their whole range.
    """
    values = _sample(volume)
    if values.size == 0:
        return Window(0.0, 1.0, 0.0, 1.0, is_signed=False, is_labels=False)
    minimum, maximum = float(values.min()), float(values.max())
    if minimum == maximum:
        return Window(minimum - 0.5, maximum + 0.5, minimum, maximum, is_signed=False, is_labels=False)
    is_labels = _looks_like_labels(values)
    nonzero = values[values != 0]
    is_signed = not is_labels and _is_signed(nonzero)
    if is_labels:
        low, high = min(minimum, 0.0), maximum
    elif is_signed:
        high = float(np.percentile(np.abs(nonzero), 99.5))
        low = -high
    else:
        low, high = np.percentile(_foreground(values), [1, 99.5]).tolist()
    if not high > low:
        low, high = minimum, maximum
    return Window(float(low), float(high), minimum, maximum, is_signed=is_signed, is_labels=is_labels)


def count_values(volume: Volume, n_bins: int = 128) -> Histogram:
    """Return the histogram of the finite, non-zero values of a volume (a sample of it where it is large)."""
    values = _sample(volume)
    nonzero = values[values != 0]
    counts, edges = np.histogram(nonzero if nonzero.size else values, bins=n_bins)
    return Histogram(counts, edges)


def draw_codes(volume: Volume, view: View, low: float, high: float, threshold: float = 0.0) -> np.ndarray:
    """Return the picture of a volume along Right, Anterior, Superior.

    Parameters
    ----------
    low, high : float
        Window, in the image's unit; values beyond are shown as its ends.
    threshold : float
        Values with ``|value| < threshold`` become code 0; 0 shows all finite values.

    Returns
    -------
    codes : (R, A, S) uint8 array, column-major: r runs fastest.
    """
    codes = np.empty(view.shape, dtype=np.uint8, order="F")
    stored = to_view(volume.stored, view)
    frame = Volume(stored, volume.slope, volume.inter)
    factor = 254.0 / max(high - low, 1e-30)
    for s in range(view.shape[2]):
        values = frame.values(slice(None), slice(None), s).astype(np.float32, copy=False)
        with np.errstate(invalid="ignore"):
            scaled = np.clip((values - np.float32(low)) * np.float32(factor), 0, 254)
            hidden = ~np.isfinite(values)
            if threshold > 0:
                hidden |= np.abs(values) < threshold
            codes[:, :, s] = np.where(hidden, 0, scaled + 1.5).astype(np.uint8)
    return codes


def _sample(volume: Volume) -> np.ndarray:
    """Return finite values of evenly spaced voxels, (N,) float32."""
    stored = volume.stored
    step = max(1, round((stored.size / SAMPLE_SIZE) ** (1 / 3)))
    part = Volume(stored[::step, ::step, ::step], volume.slope, volume.inter).values()
    values = np.asarray(part, dtype=np.float32).ravel()
    return values[np.isfinite(values)]


def _looks_like_labels(values: np.ndarray) -> bool:
    """Return whether these are whole numbers of so few kinds that they must be labels or a mask."""
    if values.min() < 0 or values.max() > 1e6 or (values != np.floor(values)).any():
        return False
    return np.unique(values).size <= 32


def _is_signed(nonzero: np.ndarray) -> bool:
    """Return whether negative values are part of the message, not ringing at edges."""
    if nonzero.size == 0:
        return False
    negative = (nonzero < 0).mean()
    return bool(0.05 < negative < 0.95 and -nonzero.min() > 0.1 * nonzero.max())


def _foreground(values: np.ndarray) -> np.ndarray:
    nonzero = values[values != 0]
    top = np.percentile(nonzero, 98)
    return nonzero[nonzero > 0.1 * top] if top > 0 else nonzero
