"""Which slow courses count as drift: straight lines, polynomials and cosines at the volumes of a run."""

from __future__ import annotations

import numpy as np

from lib.denoising.detrend import legendre_basis
from lib.denoising.steps import Steps, cosine_cutoff


def drift_basis(steps: Steps, n_volumes: int, tr: float | None) -> np.ndarray | None:
    """Return the columns that the steps' detrending takes out, (T, P) float64; None where it takes out none.

    Polynomials begin with the constant; cosines do not hold it.
    """
    if steps.detrend == "none":
        return None
    if steps.detrend == "cosine":
        return cosine_basis(n_volumes, cosine_cutoff(steps), tr)
    return legendre_basis(n_volumes, 1 if steps.detrend == "linear" else steps.order)


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
