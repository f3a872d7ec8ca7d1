"""How much of each voxel's variance do the steps take, without cleaning a single voxel?

With M the steps' matrix (`lib.denoising.operator`) and C the centring of its output, the sum of squares of a cleaned
series about its mean is y^T G y with G = (C M)^T (C M), a T x T matrix that no voxel enters. Where a filter is set, few
eigenvalues of G matter: B, k x T, with B^T B close to G, gives the same sums from k instead of T numbers a voxel, and
Pearson's r of two cleaned voxels is the cosine of B y_1 and B y_2.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def gram(matrix: np.ndarray) -> np.ndarray:
    """Return G = (C M)^T (C M), (T, T) float64, of an (n, T) matrix M."""
    centred = matrix - matrix.mean(axis=0)
    return centred.T @ centred


def reduced(matrix: np.ndarray, keep: float = 1e-4) -> np.ndarray:
    """Return B, (k, T) float32: B^T B is G without its eigenvalues of `keep` times the largest or less.

    A sum of squares falls short by `keep` times the largest eigenvalue, about 1, of the series' own, at most. With a
    filter of 0.01-0.1 Hz and 24 confounds, 156 volumes of 2 s need about 55 rows, and r of two voxels is right to 1e-4;
    without a filter k is nearly n. Eigenvalues that are rounding are left out for any `keep`.
    """
    values, vectors = np.linalg.eigh(gram(matrix))
    is_kept = values > max(keep, 1e-12) * max(values[-1], 1e-12)
    return (np.sqrt(values[is_kept]) * vectors[:, is_kept]).T[::-1].astype(np.float32)


def effective_dof(matrix: np.ndarray) -> float:
    """Return the effective degrees of freedom after (n, T) M, tr(G)^2 / tr(G^2); 0 where nothing is left.

    They are those of the chi-square that has the mean and the variance of the sum of squares of white noise after M
    (Satterthwaite 1946, Biometrics Bulletin 2:110; Worsley and Friston 1995, NeuroImage 2:173, for filtered series).
    A projection gives its rank; a filter gives less than the volumes, for neighbours in time are then alike.
    """
    product = gram(matrix)
    trace = np.trace(product)
    return float(trace**2 / np.sum(product**2)) if trace > 1e-9 else 0.0


def variance_removed(rows: np.ndarray, series_blocks: Iterable[np.ndarray], kept: np.ndarray) -> np.ndarray:
    """Return which share of each voxel's variance over time the steps remove: 1 - y^T G y / |y|^2, y about its mean.

    Parameters
    ----------
    rows : (k, T) float32
        B, of `reduced`; or C M itself.
    series_blocks : iterable of (T, N) arrays
        Voxels in image units, before any step, as many at a time as are given; floats of 32 bits stay so.
    kept : (n,) int
        The volumes that are neither dropped nor censored: mean and |y|^2 are over these.

    Returns
    -------
    (V,) float32, voxels in the order of the blocks. 1 where nothing is left, 0 where nothing is removed; below 0 where
    a fit adds variance, as a spline over censored volumes can. NaN for a voxel that does not change, or that lacks a
    finite value in a kept volume.
    """
    kept = np.asarray(kept)
    is_run = len(kept) == kept[-1] - kept[0] + 1
    volumes = slice(kept[0], kept[-1] + 1) if is_run else kept
    used = np.ascontiguousarray(rows[:, volumes], dtype=np.float32)
    shares = [_share_removed(used, block[volumes]) for block in series_blocks]
    return np.concatenate(shares) if shares else np.empty(0, np.float32)


def _share_removed(rows: np.ndarray, series: np.ndarray) -> np.ndarray:
    # The level first: in float32, products with a level of 10,000 would drown a change of 1.
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        level = series.mean(axis=0, dtype=np.float64)
        changes = np.subtract(series, level.astype(np.float32), dtype=np.float32)
        before = np.einsum("tn,tn->n", changes, changes)
        cleaned = rows @ changes
        after = np.einsum("kn,kn->n", cleaned, cleaned)
        is_varied = before > 1e-12 * len(series) * np.square(level)
        return np.where(is_varied & np.isfinite(before), 1 - after / before, np.nan).astype(np.float32)
