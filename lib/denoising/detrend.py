"""Take slow polynomial drifts out of signals."""

from __future__ import annotations

import numpy as np

from lib.denoising.blocks import column_blocks
from lib.denoising.gaps import groups_of_gaps, spread_over


def legendre_basis(n_volumes: int, degree: int) -> np.ndarray:
    """Evaluate the Legendre polynomials 0 to `degree` at equally spaced volumes from -1 to 1.

    They stay apart where powers of the time would all look alike.

    Returns
    -------
    (T, degree + 1) float64, the first column 1.
    """
    return np.polynomial.legendre.legvander(np.linspace(-1, 1, n_volumes), degree)


def detrend(signals: np.ndarray, degree: int, keep_mean: bool = False) -> np.ndarray:
    """Subtract the least squares polynomial of `degree` from each signal, block by block in float32.

    Parameters
    ----------
    signals : (T, N) array.
    degree : 0 takes the mean out, 1 a straight line, 2 a parabola. Held below T.
    keep_mean : leave each signal at the level it had.

    Returns
    -------
    (T, N) float32. What is not finite is left out of the fit, and NaN.

    Notes
    -----
    Degree 1 equals `scipy.signal.detrend` and `nilearn.signal.clean(detrend=True)` to float32 rounding.
    """
    n_volumes, n_voxels = signals.shape
    polynomials = legendre_basis(n_volumes, min(degree, n_volumes - 1))
    # An orthonormal basis, so that the fit is two products and no system is solved per voxel.
    basis = np.linalg.qr(polynomials)[0].astype(np.float32)
    residuals = np.empty((n_volumes, n_voxels), dtype=np.float32)
    for block in column_blocks(n_volumes, n_voxels):
        series = signals[:, block]
        if np.isfinite(series).all():
            residuals[:, block] = _detrend_all(series, basis, keep_mean)
            continue
        for is_kept, group in groups_of_gaps(series):
            own = np.linalg.qr(polynomials[is_kept, : is_kept.sum()])[0].astype(np.float32)
            known = _detrend_all(series[is_kept][:, group], own, keep_mean) if is_kept.any() else series[:0, group]
            residuals[:, block.start + group] = spread_over(known, is_kept)
    return residuals


def _detrend_all(series: np.ndarray, basis: np.ndarray, keep_mean: bool) -> np.ndarray:
    # The level first, in float64: a drift of 1 on a level of 10,000 would drown in float32 products.
    level = series.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = np.asarray(series, dtype=np.float32) - level
    centred -= basis @ (basis.T @ centred)
    return centred + level if keep_mean else centred
