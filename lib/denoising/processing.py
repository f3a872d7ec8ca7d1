"""What is done to a time course before it is drawn.

One matrix says what the steps do, see `lib.denoising.operator`; here it meets voxels, some with gaps, and units. The
level of a series is its mean over the volumes that are neither dropped nor censored. The steps leave it in place.
"""

import numpy as np

from lib.denoising.drifts import drift_basis
from lib.denoising.gaps import groups_of_gaps, why_too_many_gaps
from lib.denoising.operator import make_operator
from lib.denoising.steps import Steps, kept_volumes, require_steps
from lib.denoising.units import to_units, why_no_units


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
        NaN in gaps, in censored volumes that are left out, and throughout where `why_no_value` says why.
    times : (T - drop,) float64
        Seconds since the first volume of the file, or volumes where there is no TR.

    Raises
    ------
    InputError
        Too few volumes, a cut-off that the TR does not allow, or confounds of another length.
    """
    signals = np.asarray(signals)
    n_volumes = len(signals)
    require_steps(steps, n_volumes, tr)
    times = np.arange(steps.drop, n_volumes) * (1.0 if tr is None else float(tr))
    columns = signals.reshape(n_volumes, -1)
    kept = np.array(kept_volumes(steps, n_volumes))
    n_regressors = _count_regressors(steps, n_volumes, tr)
    processed = np.full((len(times), columns.shape[1]), np.nan)
    for is_known, group in groups_of_gaps(columns[kept]):
        if why_too_many_gaps(int(is_known.sum()), len(kept), steps, n_regressors):
            continue
        operator = make_operator(steps, n_volumes, tr, confounds, kept[~is_known])
        known = columns[:, group]
        values = to_units(operator.keep_level(known), steps.units, known[operator.kept].astype(np.float64))
        processed[:, group] = operator.on_all_volumes(values)
    return processed.reshape(len(times), *signals.shape[1:]), times


def why_no_value(signal: np.ndarray, steps: Steps, tr: float | None) -> str:
    """Return why a (T,) signal of all volumes is NaN throughout after these steps, where it is."""
    signal = np.asarray(signal)
    known = signal[kept_volumes(steps, len(signal))]
    n_known, n_regressors = int(np.isfinite(known).sum()), _count_regressors(steps, len(signal), tr)
    return why_too_many_gaps(n_known, len(known), steps, n_regressors) or why_no_units(known, steps.units)


def _count_regressors(steps: Steps, n_volumes: int, tr: float | None) -> int:
    """Return how many columns are fitted, the mean among them."""
    drifts = drift_basis(steps, n_volumes - steps.drop, tr)
    n_drifts = 0 if drifts is None else drifts.shape[1] - (steps.detrend != "cosine")
    return 1 + n_drifts + len(steps.confounds)
