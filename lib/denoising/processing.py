"""What is done to a time course before it is drawn.

The level of a series is its mean after dropping volumes. Detrending and filtering leave the level in place, so that raw
values stay values and a percentage has something to refer to.
"""

import numpy as np

from lib.denoising.detrend import legendre_basis
from lib.denoising.gaps import bridge, groups_of_gaps, spread_over, why_too_many_gaps
from lib.denoising.steps import FILTER_ORDER, Steps, cosine_cutoff, filter_cutoffs, filter_kind, require_steps
from lib.denoising.units import to_units, why_no_units
from lib.errors import InputError


def apply_steps(signals: np.ndarray, steps: Steps, tr: float | None, confounds=None) -> tuple[np.ndarray, np.ndarray]:
    """Return the processed signals and their times.

    Parameters
    ----------
    signals : (T,) or (T, N) array
        In the image's units; what is not finite is a gap, see `lib.denoising.gaps`.
    steps : Steps
    tr : float or None
        Seconds between volumes; None where unknown: times are then volumes, and nothing can be filtered in Hz.
    confounds : frame, optional
        One row a volume, with the columns that `steps.confounds` names. Missing values count as the column's mean.

    Returns
    -------
    processed : (T - drop,) or (T - drop, N) float64
        NaN in gaps, and throughout where `why_no_value` says why.
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
    regressors = _confound_columns(confounds, steps, len(signals)) if steps.confounds else None
    drifts = _drift_basis(steps, len(times), tr)
    processed = np.full_like(columns, np.nan)
    for is_kept, group in groups_of_gaps(columns):
        if not why_too_many_gaps(int(is_kept.sum()), len(times), steps, _count_regressors(drifts, steps)):
            done = _process(columns[is_kept][:, group], is_kept, drifts, regressors, steps, tr)
            processed[:, group] = spread_over(done, is_kept)
    return to_units(processed, steps.units, columns).reshape(len(times), *signals.shape[1:]), times


def why_no_value(signal: np.ndarray, steps: Steps, tr: float | None) -> str:
    """Return why a (T,) signal of all volumes is NaN throughout after these steps, where it is."""
    left = np.asarray(signal)[steps.drop :]
    n_kept = int(np.isfinite(left).sum())
    n_regressors = _count_regressors(_drift_basis(steps, len(left), tr), steps)
    return why_too_many_gaps(n_kept, len(left), steps, n_regressors) or why_no_units(left, steps.units)


def _count_regressors(drifts: np.ndarray | None, steps: Steps) -> int:
    """Return how many columns are fitted, the mean among them."""
    n_drifts = 0 if drifts is None else drifts.shape[1] - (steps.detrend != "cosine")
    return 1 + n_drifts + len(steps.confounds)


def _process(known, is_kept, drifts, regressors, steps: Steps, tr: float | None) -> np.ndarray:
    """Process the (n, N) values that there are of signals with the same gaps; see `apply_steps` for the rest."""
    level = known.mean(axis=0)
    known = known - level
    n_signals = known.shape[1]
    if steps.confounds:
        # The same steps for both, so that nothing filtered out comes back (Lindquist et al. 2019).
        known = np.hstack([known, regressors[is_kept]])
    known = _detrend_and_filter(known, is_kept, drifts, steps, tr)
    if steps.confounds:
        known = _project_out(known[:, :n_signals], _standardise(known[:, n_signals:]))
    return known + level


def _detrend_and_filter(known, is_kept, drifts, steps: Steps, tr: float | None) -> np.ndarray:
    """Process (n, N) columns of mean 0."""
    if drifts is not None:
        # With gaps the cosines have a mean of their own, which must not be taken for the signal's.
        basis = drifts if is_kept.all() else np.column_stack([np.ones(len(known)), drifts[is_kept]])
        known = _project_out(known, basis)
    if not filter_cutoffs(steps):
        return known
    from scipy.signal import butter, sosfiltfilt

    cutoffs = filter_cutoffs(steps)
    sections = butter(
        FILTER_ORDER, cutoffs if len(cutoffs) > 1 else cutoffs[0], filter_kind(steps), fs=1 / tr, output="sos"
    )
    return sosfiltfilt(sections, known if is_kept.all() else bridge(known, is_kept), axis=0)[is_kept]


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
