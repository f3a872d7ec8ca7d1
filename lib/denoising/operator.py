"""Which one matrix do the steps come to? What they do to a voxel, a region, a carpet, a map or a file alike.

Every step is linear, so what `nilearn.signal.clean` does to a series y of T volumes is M y. With S a cubic spline over
censored volumes (for the filter alone), D the detrending, F the Butterworth filter, E the choice of the n volumes kept:

    M = (I - Q Q^T) E F D S        Q: an orthonormal basis of the confounds after E F D S, centred and scaled

The order, and that confounds are filtered as the signal is before they are projected out, are those of Lindquist et al.
(2019), Human Brain Mapping 40:2358. M y is the output of `nilearn.signal.clean(standardize=None)` of nilearn 0.14.

Where nilearn's answer hangs on rounding, or is not what it documents, M does not follow it:

- A confound that is constant, or of which detrending and filter leave less than 1e-9, is no confound. nilearn scales
  the rounding left of it to a standard deviation of 1 and projects that out, unless it is smaller than 2e-16.
- Columns that depend on others to 1e-9 add nothing. nilearn draws that line at 2e-14, which is within rounding.
- nilearn 0.14 does not interpolate a censored volume whose mirror image in time is censored as well (`volumes` are
  indexed by `~sample_mask` after the mask has become a list of numbers). Here all are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from lib.denoising.drifts import drift_basis
from lib.denoising.gaps import bridge
from lib.denoising.steps import FILTER_ORDER, Steps, filter_cutoffs, filter_kind, kept_volumes, require_steps
from lib.errors import InputError

# Of a column's standard deviation: what is left of it, or apart from the others, below this is rounding.
SMALLEST_PART = 1e-9


@dataclass(frozen=True, eq=False)
class Operator:
    """What the steps do to a series of T volumes.

    Attributes
    ----------
    steps : Steps
    n_volumes : int
        T, of the file.
    kept : (n,) int array
        The volumes of the file that are neither dropped nor censored.
    drift_and_filter : (n, n) float64, read-only
        E F D S: detrending and filter, from the kept volumes to the kept volumes.
    basis : (n, r) float64
        Q: orthonormal columns that span the confounds after detrending and filter.
    """

    steps: Steps
    n_volumes: int
    kept: np.ndarray
    drift_and_filter: np.ndarray
    basis: np.ndarray

    @cached_property
    def matrix(self) -> np.ndarray:
        """M, (n, T) float64; the columns of dropped and censored volumes are 0."""
        matrix = np.zeros((len(self.kept), self.n_volumes))
        matrix[:, self.kept] = self._project(self.drift_and_filter)
        matrix.flags.writeable = False
        return matrix

    def clean(self, signals: np.ndarray) -> np.ndarray:
        """Return M y for (T, N) signals, (n, N) float64; dropped and censored volumes may hold anything."""
        return self._project(self.drift_and_filter @ signals[self.kept])

    def keep_level(self, signals: np.ndarray) -> np.ndarray:
        """Return M (y - level) + level for (T, N) signals, (n, N) float64: cleaned, at the level that they had.

        The level is the mean over the kept volumes. A step that leaves the mean alone, such as a low-pass, leaves it
        here too; one that takes it away, such as a high-pass, gives it back, so that raw values stay values and a
        percentage has something to refer to.
        """
        known = np.asarray(signals[self.kept], np.float64)
        if self._leaves_all:
            # Most courses are drawn as they are: to the last digit, and without the memory that a product takes.
            return known
        level = known.mean(axis=0)
        return self._project(self.drift_and_filter @ (known - level)) + level

    def on_all_volumes(self, values: np.ndarray) -> np.ndarray:
        """Return (n, N) values of the kept volumes on the T - drop volumes, float64.

        A censored volume is NaN, or where `steps.censoring` is "interpolate", the value of the cubic spline through
        the kept ones, and before the first of them and after the last, its value.
        """
        drop = self.steps.drop
        spread = np.full((self.n_volumes - drop, *values.shape[1:]), np.nan)
        spread[self.kept - drop] = values
        if self.steps.censoring == "interpolate":
            censored = np.array([volume for volume in sorted(set(self.steps.censored)) if volume >= drop], int)
            spread[censored - drop] = spline_weights(self.kept, np.clip(censored, self.kept[0], self.kept[-1])) @ values
        return spread

    @property
    def _leaves_all(self) -> bool:
        """Whether what is kept stays as it is."""
        return self.steps.detrend == "none" and not filter_cutoffs(self.steps) and not self.steps.confounds

    def _project(self, columns: np.ndarray) -> np.ndarray:
        return columns - self.basis @ (self.basis.T @ columns)


def make_operator(steps: Steps, n_volumes: int, tr: float | None, confounds=None, gaps=()) -> Operator:
    """Return what the steps do to a series of this length.

    Parameters
    ----------
    steps : Steps
    n_volumes : int
        T, of the file.
    tr : float or None, s
    confounds : frame, optional
        One row a volume of the file, with the columns that `steps.confounds` names. Missing values count as the
        column's mean over the volumes kept.
    gaps : sequence of int
        Volumes of the file where the series has no value: left out as censored ones are, except that the trend is
        fitted first and straight lines bridge them for the filter, see `lib.denoising.gaps`.

    Raises
    ------
    InputError
        Too few volumes, a cut-off that the TR does not allow, or confounds of another length.
    """
    require_steps(steps, n_volumes, tr)
    gaps = {int(volume) for volume in gaps}
    kept = np.array([volume for volume in kept_volumes(steps, n_volumes) if volume not in gaps])
    linear = replace(steps, drop=0, confounds=(), units="raw", censored=(), censoring="leave out")
    places = tuple((kept - steps.drop).tolist())
    if gaps:
        inner = _bridged_by_lines(linear, n_volumes - steps.drop, np.array(places), tr)
    else:
        inner = _drift_and_filter(linear, n_volumes - steps.drop, places, tr)
    columns = confound_columns(confounds, steps.confounds, n_volumes, kept)
    return Operator(steps, n_volumes, kept, inner, orthonormal(scaled_columns(inner, columns)))


@lru_cache(maxsize=8)
def _drift_and_filter(linear: Steps, n_volumes: int, places: tuple[int, ...], tr: float | None) -> np.ndarray:
    """Return E F D S, (n, n) read-only, for the n kept places of a series; as nilearn orders it.

    Without a Butterworth filter, what is censored is left out first. nilearn then fits its straight line to the
    volumes in their order, as if nothing were missing between them; polynomials and cosines are taken at their times.
    """
    kept = np.array(places)
    if not filter_cutoffs(linear):
        n_line = len(kept) if linear.detrend == "linear" else n_volumes
        drifts = drift_basis(linear, n_line, tr)
        inner = _without(drifts if drifts is None or linear.detrend == "linear" else drifts[kept], linear, len(kept))
    else:
        # nilearn drops what lies before the first kept volume and after the last: a spline says nothing there.
        span = np.arange(kept[0], kept[-1] + 1)
        if linear.detrend == "cosine":
            drifts = drift_basis(linear, n_volumes, tr)[span]
        else:
            drifts = drift_basis(linear, len(span), tr)
        inner = _filter_matrix(linear, len(span), tr)[kept - span[0]] @ _without(drifts, linear, len(span))
        inner = inner @ spline_weights(kept, span)
    inner.flags.writeable = False
    return inner


def _bridged_by_lines(linear: Steps, n_volumes: int, kept: np.ndarray, tr: float | None) -> np.ndarray:
    """Return detrending over the kept places, then a filter over the series with straight lines over its gaps."""
    drifts = drift_basis(linear, n_volumes, tr)
    inner = _without(None if drifts is None else drifts[kept], linear, len(kept))
    if not filter_cutoffs(linear):
        return inner
    is_kept = np.isin(np.arange(n_volumes), kept)
    return _filter_matrix(linear, n_volumes, tr)[kept] @ bridge(inner, is_kept)


def _without(drifts: np.ndarray | None, linear: Steps, n: int) -> np.ndarray:
    """Return the (n, n) matrix that takes drifts out; cosines without their mean, so that the signal's mean stays."""
    if drifts is None:
        return np.eye(n)
    if linear.detrend == "cosine":
        drifts = drifts - drifts.mean(axis=0)
    left, singular, _ = np.linalg.svd(drifts, full_matrices=False)
    left = left[:, singular > singular.max(initial=0) * n * np.finfo(np.float64).eps]
    return np.eye(n) - left @ left.T


@lru_cache(maxsize=4)
def _filter_matrix(linear: Steps, n_volumes: int, tr: float) -> np.ndarray:
    """Return what the Butterworth filter, forwards and backwards, makes of each unit vector, (n, n) read-only."""
    from scipy.signal import butter, sosfiltfilt

    cutoffs = filter_cutoffs(linear)
    sections = butter(
        FILTER_ORDER, cutoffs if len(cutoffs) > 1 else cutoffs[0], filter_kind(linear), fs=1 / tr, output="sos"
    )
    matrix = sosfiltfilt(sections, np.eye(n_volumes), axis=0)
    matrix.flags.writeable = False
    return matrix


def spline_weights(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the (w, n) weights by which values at n places give the cubic spline ("not-a-knot") at w places."""
    from scipy.interpolate import CubicSpline

    if np.array_equal(known, wanted):
        return np.eye(len(known))
    weights = CubicSpline(known, np.eye(len(known)))(wanted)
    # At a known place it is that value, without the spline's rounding.
    is_known = np.isin(wanted, known)
    weights[is_known] = wanted[is_known, np.newaxis] == known
    return weights


def confound_columns(confounds, names, n_volumes: int, kept: np.ndarray) -> np.ndarray:
    """Return the named columns at the kept volumes about their means, (n, C) float64.

    Missing values are 0, and so is a column that does not change.
    """
    if not names:
        return np.empty((len(kept), 0))
    if confounds is None or len(confounds) != n_volumes:
        n_rows = 0 if confounds is None else len(confounds)
        raise InputError(
            f"The confounds have {n_rows} rows, but the run has {n_volumes} volumes; one row a volume is needed. "
            "Choose the confounds file of this run."
        )
    missing = [name for name in names if name not in confounds]
    if missing:
        raise InputError(f"The confounds have no column called {', '.join(missing)}. Choose among the columns listed.")
    columns = confounds[list(names)].to_numpy(np.float64)[kept]
    is_number = np.isfinite(columns)
    columns[~is_number] = 0
    largest = np.abs(columns).max(axis=0)
    columns -= columns.sum(axis=0) / np.maximum(is_number.sum(axis=0), 1)
    columns[~is_number] = 0
    columns[:, np.abs(columns).max(axis=0) <= 1e-12 * largest] = 0
    return columns


def scaled_columns(inner: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return detrended and filtered (n, C) confounds of mean 0 and unit length; those of which nothing is left are 0.

    Their scale is taken away, as nilearn does, so that columns in mm and in radians have the same say in their rank.
    """
    before = np.linalg.norm(columns, axis=0)
    columns = inner @ columns
    columns -= columns.mean(axis=0)
    after = np.linalg.norm(columns, axis=0)
    has_rest = after > SMALLEST_PART * before
    return np.where(has_rest, columns / np.where(has_rest, after, 1.0), 0.0)


def orthonormal(columns: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of (n, C) columns of unit length or 0, by a pivoted QR, (n, rank)."""
    from scipy.linalg import qr

    if not columns.size:
        return np.empty((len(columns), 0))
    basis, triangle, _ = qr(columns, mode="economic", pivoting=True)
    return basis[:, np.abs(np.diag(triangle)) > SMALLEST_PART]
