"""What is done to a time course before it is drawn.

The level of a series is its mean after dropping volumes. Detrending and filtering leave the level in place, so that raw
values stay values and a percentage has something to refer to.
"""

import numpy as np

from lib.denoising.detrend import legendre_basis
from lib.denoising.steps import FILTER_ORDER, Steps, Units, cosine_cutoff, filter_cutoffs, filter_kind, require_steps
from lib.errors import InputError

# A mean smaller than this many standard deviations is rounding: a percentage of it would mean nothing.
SMALLEST_MEAN = 1e-6


def apply_steps(signals: np.ndarray, steps: Steps, tr: float | None, confounds=None) -> tuple[np.ndarray, np.ndarray]:
    """Return the processed signals and their times.

    Parameters
    ----------
    signals : (T,) or (T, N) array
        In the image's units.
    steps : Steps
    tr : float or None
        Seconds between volumes; None where unknown: times are then volumes, and nothing can be filtered in Hz.
    confounds : frame, optional
        One row a volume, with the columns that `steps.confounds` names. Missing values count as the column's mean.

    Returns
    -------
    processed : (T - drop,) or (T - drop, N) float64
        NaN where the units have no value: a percentage of a mean of 0, z of a constant.
    times : (T - drop,) float64
        Seconds since the first volume of the file, or volumes where there is no TR.

    Raises
    ------
    InputError
        Too few volumes, a cut-off that the TR does not allow, or confounds of another length.
    """
    signals = np.asarray(signals)
    require_steps(steps, len(signals), tr)
    times = np.arange(steps.drop, len(signals)) * (1.0 if tr is None else float(tr))
    columns = signals[steps.drop :].reshape(len(times), -1).astype(np.float64)
    level = columns.mean(axis=0)
    columns -= level
    n_signals = columns.shape[1]
    if steps.confounds:
        # The same steps for both, so that nothing filtered out comes back (Lindquist et al. 2019).
        columns = np.hstack([columns, _confound_columns(confounds, steps, len(signals))])
    columns = _detrend_and_filter(columns, steps, tr)
    if steps.confounds:
        columns = _project_out(columns[:, :n_signals], _standardise(columns[:, n_signals:]))
    columns += level
    return to_units(columns, steps.units).reshape(len(times), *signals.shape[1:]), times


def to_units(signals: np.ndarray, units: Units) -> np.ndarray:
    """Return (T, ...) signals as raw values, percent signal change or z; NaN where there is no such value."""
    if units == "raw":
        return signals
    mean, sd = signals.mean(axis=0), signals.std(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        if units == "percent":
            has_value = np.abs(mean) > np.maximum(SMALLEST_MEAN * sd, 0)
            return np.where(has_value, 100.0 * signals / mean - 100.0, np.nan)
        is_varied = sd > 1e-12 * np.abs(mean)
        return np.where(is_varied, (signals - mean) / sd, np.nan)


def why_no_value(units: Units) -> str:
    """Return the sentence for a series that is NaN in these units."""
    if units == "percent":
        return "The mean of this series is 0, so there is no percent signal change. Choose raw values or z."
    return "This series does not change, so it has no z values. Choose raw values or another voxel."


def _detrend_and_filter(columns: np.ndarray, steps: Steps, tr: float | None) -> np.ndarray:
    """Process (T, N) columns of mean 0."""
    basis = _drift_basis(steps, len(columns), tr)
    if basis is not None:
        columns = _project_out(columns, basis)
    if not filter_cutoffs(steps):
        return columns
    from scipy.signal import butter, sosfiltfilt

    cutoffs = filter_cutoffs(steps)
    sections = butter(
        FILTER_ORDER, cutoffs if len(cutoffs) > 1 else cutoffs[0], filter_kind(steps), fs=1 / tr, output="sos"
    )
    return sosfiltfilt(sections, columns, axis=0)


def _drift_basis(steps: Steps, n_volumes: int, tr: float | None) -> np.ndarray | None:
    if steps.detrend == "none":
        return None
    if steps.detrend == "cosine":
        return cosine_basis(n_volumes, cosine_cutoff(steps), tr)
    degree = 1 if steps.detrend == "linear" else steps.order
    return legendre_basis(n_volumes, degree)


def cosine_basis(n_volumes: int, cutoff: float, tr: float) -> np.ndarray:
    """Return the discrete cosine basis (DCT-II) up to a frequency, without its constant.

    Parameters
    ----------
    n_volumes : int
    cutoff : float, Hz
    tr : float, s

    Returns
    -------
    (n_volumes, n) float64, unit columns; as `nilearn.glm.first_level.make_first_level_design_matrix` builds its drifts.
    """
    n = min(n_volumes - 1, int(np.floor(2 * n_volumes * cutoff * tr)))
    phases = np.pi / n_volumes * (np.arange(n_volumes)[:, np.newaxis] + 0.5) * np.arange(1, n + 1)
    return np.sqrt(2 / n_volumes) * np.cos(phases)


def _confound_columns(confounds, steps: Steps, n_volumes: int) -> np.ndarray:
    """Return the named columns about their means, (T - drop, C) float64; missing values are 0."""
    if confounds is None or len(confounds) != n_volumes:
        n_rows = 0 if confounds is None else len(confounds)
        raise InputError(
            f"The confounds have {n_rows} rows, but the run has {n_volumes} volumes; one row a volume is needed. "
            "Choose the confounds file of this run."
        )
    missing = [name for name in steps.confounds if name not in confounds]
    if missing:
        raise InputError(f"The confounds have no column called {', '.join(missing)}. Choose among the columns listed.")
    columns = np.column_stack([np.asarray(confounds[name], np.float64)[steps.drop :] for name in steps.confounds])
    is_number = np.isfinite(columns)
    columns[~is_number] = 0
    columns -= columns.sum(axis=0) / np.maximum(is_number.sum(axis=0), 1)
    columns[~is_number] = 0
    return columns


def _standardise(columns: np.ndarray) -> np.ndarray:
    """Return columns of mean 0 and SD 1, without those that do not change."""
    columns = columns - columns.mean(axis=0)
    scale = columns.std(axis=0)
    return columns[:, scale > 0] / scale[scale > 0]


def _project_out(columns: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return (T, N) columns without their least squares fit by a (T, P) basis, of any rank."""
    left, singular, _ = np.linalg.svd(basis, full_matrices=False)
    left = left[:, singular > singular.max(initial=0) * len(basis) * np.finfo(np.float64).eps]
    return columns - left @ (left.T @ columns)
