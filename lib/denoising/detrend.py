"""Take slow polynomial drifts out of signals."""

from __future__ import annotations

import numpy as np

from lib.denoising.blocks import column_blocks


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
    (T, N) float32. A signal with a value that is not finite becomes NaN throughout.

    Notes
    -----
    Degree 1 equals `scipy.signal.detrend` and `nilearn.signal.clean(detrend=True)` to float32 rounding.
    """
    n_volumes, n_voxels = signals.shape
    # An orthonormal basis, so that the fit is two products and no system is solved per voxel.
    basis = np.linalg.qr(legendre_basis(n_volumes, min(degree, n_volumes - 1)))[0].astype(np.float32)
    residuals = np.empty((n_volumes, n_voxels), dtype=np.float32)
    for block in column_blocks(n_volumes, n_voxels):
        # The level first, in float64: a drift of 1 on a level of 10,000 would drown in float32 products.
        level = signals[:, block].mean(axis=0, dtype=np.float64).astype(np.float32)
        centred = np.asarray(signals[:, block], dtype=np.float32) - level
        centred -= basis @ (basis.T @ centred)
        residuals[:, block] = centred + level if keep_mean else centred
    return residuals
