"""The 8-bit picture of a volume: which values are shown, and as which of 255 steps.

Code 0 means "nothing to draw" (no value, or below a threshold); codes 1 to 255 run from the window's low end to its
high end. Pictures are for looking: every number a person reads comes from the volume itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lib.images.image import Volume
from lib.images.value_kinds import (
    find_extremes,
    find_spacing,
    looks_like_labels,
    looks_signed,
    sample_values,
    scaled_values,
)
from lib.spaces.anatomical_planes import View, to_view

N_CODES = 255
MIDDLE_CODE = 128
# What resampling leaves of a null value differs from it by rounding.
NEXT_TO_NOTHING = 1e-12
# From here on float64 skips whole numbers.
LARGEST_EXACT = 2.0**53


@dataclass(frozen=True)
class Window:
    """The range of values that is shown, in the image's unit, and what kind of numbers they are.

    Attributes
    ----------
    low, high : float
        Shown as the darkest and the brightest step.
    minimum, maximum : float
        Smallest and largest finite value of the whole volume.
    is_signed : bool
        The sign is part of the message, and the window symmetric about 0.
    is_labels : bool
        The numbers are names of regions.
    """

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


def choose_window(volume: Volume, *, is_signed: bool | None = None) -> Window:
    """Return robust defaults: the 1st to 99.5th percentile of non-background values.

    Background is 0 and what lies below 10 % of the 98th percentile of the rest. Signed maps get a window
    symmetric about 0; label images their whole range; a constant image lies in the middle of its window.

    Parameters
    ----------
    is_signed : bool, optional
        Whether the sign is part of the message, where that is known of the volume; else its values are judged.
    """
    minimum, maximum = find_extremes(volume)
    if minimum == maximum:
        reach = abs(minimum) / 2 or 0.5
        return Window(minimum - reach, maximum + reach, minimum, maximum, is_signed=False, is_labels=False)
    values = sample_values(volume)
    nonzero = values[values != 0]
    is_labels = is_signed is None and looks_like_labels(volume, values)
    if is_signed is None:
        is_signed = not is_labels and looks_signed(nonzero)
    low, high = minimum, maximum
    if is_labels:
        low = 0.0
    elif is_signed:
        high = float(np.percentile(np.abs(nonzero), 99.5)) if nonzero.size else 0.0
        low = -high
    elif nonzero.size:
        low, high = np.percentile(_foreground(nonzero), [1, 99.5]).tolist()
    if not high > low:
        low, high = minimum, maximum
    return Window(low, high, minimum, maximum, is_signed=is_signed, is_labels=is_labels)


def count_values(volume: Volume, n_bins: int = 128) -> Histogram:
    """Return the histogram of the finite, non-zero values of a volume, every voxel counted.

    Of whole numbers each bin holds equally many kinds, so there may be fewer bins than asked for: otherwise some would
    hold two kinds and some one, which looks like a comb.
    """
    edges = _edges(volume, n_bins)
    counts = np.zeros(edges.size - 1, dtype=np.int64)
    for _, values in _each_slice(volume):
        values = values[np.isfinite(values) & (values != 0)]
        places = (values - edges[0]) / (edges[-1] - edges[0]) * counts.size
        counts += np.bincount(np.minimum(places.astype(np.int64), counts.size - 1), minlength=counts.size)
    return Histogram(counts, edges)


def draw_codes(
    volume: Volume, view: View, low: float, high: float, threshold: float = 0.0, *, null: float | None = None
) -> np.ndarray:
    """Return the picture of a volume along Right, Anterior, Superior.

    Parameters
    ----------
    low, high : float
        Window, in the image's unit; values beyond are shown as its ends. The steps are symmetric about its middle.
    threshold : float
        Values with ``|value| < threshold`` become code 0; 0 shows all finite values.
    null : float, optional
        The value that says "nothing here", which becomes code 0 too.

    Returns
    -------
    codes : (R, A, S) uint8 array, column-major: r runs fastest.
    """
    codes = np.empty(view.shape, dtype=np.uint8, order="F")
    # Halved first, because the whole width of float64 is no float64; and from the middle, because a map's two signs
    # must be rounded alike.
    middle, reach = low / 2 + high / 2, high / 2 - low / 2
    for s, values in _each_slice(_viewed(volume, view)):
        hidden = _is_hidden(values, threshold, volume)
        if null is not None:
            hidden |= np.abs(values - null) < NEXT_TO_NOTHING
        with np.errstate(over="ignore", invalid="ignore"):
            if reach > 0:
                values -= middle
                values *= (MIDDLE_CODE - 1) / reach
            else:
                values = np.where(values > high, np.inf, -np.inf)
        np.clip(values, 1 - MIDDLE_CODE, MIDDLE_CODE - 1, out=values)
        values[hidden] = -MIDDLE_CODE
        codes[:, :, s] = np.rint(values, out=values) + MIDDLE_CODE
    return codes


def draw_label_codes(volume: Volume, view: View, threshold: float = 0.0) -> np.ndarray:
    """Return the picture of a label image: consecutive labels get different codes, however many labels there are.

    Label n has code 1 + (n - 1) mod 255; what is no label (0, negative or no value) has code 0.

    Parameters
    ----------
    threshold : float
        Labels below become code 0, too.

    Returns
    -------
    codes : (R, A, S) uint8 array, column-major: r runs fastest.
    """
    codes = np.empty(view.shape, dtype=np.uint8, order="F")
    viewed, has_labels = _viewed(volume, view), volume.is_unscaled and volume.stored.dtype.kind in "iu"
    for s, values in _each_slice(viewed):
        hidden = _is_hidden(values, threshold, volume) | ~(values > 0)
        # In the file's own whole numbers: float64 holds no labels beyond 2^53.
        labels = viewed.stored[:, :, s] if has_labels else values
        with np.errstate(invalid="ignore"):
            codes[:, :, s] = np.where(hidden, 0, 1 + (labels - 1) % N_CODES)
    return codes


def outline_codes(codes: np.ndarray, axes: tuple[int, int]) -> np.ndarray:
    """Return of what is drawn in each plane the voxels that have one beside them where nothing is, as code 255.

    The border of the plane itself is no edge.

    Parameters
    ----------
    codes : (R, A, S) uint8 array
    axes : the two axes of the planes.
    """
    is_edge = np.zeros(codes.shape, dtype=bool)
    for axis in axes:
        front = [slice(None)] * 3
        back = [slice(None)] * 3
        front[axis], back[axis] = slice(1, None), slice(None, -1)
        is_edge[tuple(front)] |= codes[tuple(back)] == 0
        is_edge[tuple(back)] |= codes[tuple(front)] == 0
    return np.where(is_edge & (codes > 0), np.uint8(N_CODES), np.uint8(0))


def _viewed(volume: Volume, view: View) -> Volume:
    return Volume(to_view(volume.stored, view), volume.slope, volume.inter)


def _each_slice(volume: Volume) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the number and the values, float64 and free to be written into, of each slice along the last axis.

    In float64 because float32 ends at 3e38 and cannot tell 16,777,216 from 16,777,217; slice by slice it costs nothing.
    """
    for k in range(volume.stored.shape[2]):
        yield k, scaled_values(volume, volume.stored[:, :, k])


def _is_hidden(values: np.ndarray, threshold: float, volume: Volume) -> np.ndarray:
    hidden = ~np.isfinite(values)
    if threshold > 0:
        # As the file would store it: a value written as 2.3 is not below a threshold of 2.3.
        if volume.stored.dtype.kind == "f":
            threshold = float(volume.stored.dtype.type(threshold))
        hidden |= np.abs(values) < threshold
    return hidden


def _edges(volume: Volume, n_bins: int) -> np.ndarray:
    """Return the (N + 1,) float64 edges of at most `n_bins` equal bins that hold all values."""
    low, high = find_extremes(volume)
    spacing = find_spacing(volume)
    if spacing and max(-low, high) < LARGEST_EXACT * spacing:
        n_kinds = round((high - low) / spacing) + 1
        kinds_a_bin = -(-n_kinds // n_bins)
        n_bins = -(-n_kinds // kinds_a_bin)
        return low + spacing * (kinds_a_bin * np.arange(n_bins + 1) - 0.5)
    if low == high:
        low, high = low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)
    return np.linspace(low, high, n_bins + 1)


def _foreground(nonzero: np.ndarray) -> np.ndarray:
    top = np.percentile(nonzero, 98)
    return nonzero[nonzero > 0.1 * top] if top > 0 else nonzero
