"""Which voxel of a run is worth the first look? The one that follows the events best, else one of steady grey matter.

No statistical test: a place to begin at, found in one look at every volume.
"""

from dataclasses import dataclass

import numpy as np

from lib.denoising.detrend import legendre_basis
from lib.glm.events import Events
from lib.glm.regressors import make_regressors
from lib.runs import RunStore, read_map, read_run_volume

# nilearn's name of the haemodynamic response.
MODEL = "glover"
# One more order of the drift for each so many seconds, as AFNI's 3dDeconvolve chooses its -polort.
SECONDS_A_DRIFT = 150.0
# A condition that was there less often is told from chance, a spike or a movement by nothing.
FEWEST_TRIALS = 3
ALL_TOGETHER = "all events"
# In a shorter run the best of so many voxels is found by chance.
FEWEST_VOLUMES = 30
# Of a voxel's neighbourhood, 3 x 3 x 3.
WIDTH = 3
# A human brain has more at a voxel size of 8 mm.
FEWEST_VOXELS = 2000
# In a picture weighted by T2* fluid is brighter than grey matter and white matter darker: of the mask's brightness,
# from the darkest to the brightest voxel, the part in which grey matter lies in most runs.
GREY_FROM, GREY_TO = 50, 80
# Volumes at a time: their product with the regressors is one call.
VOLUMES_A_BATCH = 16


@dataclass(frozen=True)
class FirstPlace:
    """A voxel to begin at.

    Attributes
    ----------
    ijk : its indices.
    condition : trial type that it follows, `ALL_TOGETHER` for all of them; "" where it was found by tSNR.
    value : its own number: Pearson's r with the expected response, or tSNR (mean / SD over time).
    around : mean of that number over the 3 x 3 x 3 voxels in which it is the highest, by which those were chosen; what
        lies outside of the voxels looked at counts as 0.
    n_looked_at : voxels among which it was chosen.
    dropped : non-steady volumes left out; 0 where it was found by tSNR.
    order : of the polynomial drift that was taken out; 0 where it was found by tSNR.
    """

    ijk: tuple[int, int, int]
    condition: str
    value: float
    around: float
    n_looked_at: int
    dropped: int = 0
    order: int = 0


def follow_events(store: RunStore, mask: np.ndarray, events: Events, tr: float, dropped: int) -> FirstPlace | None:
    """Find the voxel that follows best where a neighbourhood follows one condition's expected response best.

    Each condition is tried, and all events as one. None where nothing follows, or the run is too short.

    Parameters
    ----------
    mask : (I, J, K) bool, the brain.
    tr : s
    dropped : volumes at the start that are left out.
    """
    if store.n_volumes - dropped < FEWEST_VOLUMES or np.count_nonzero(mask) < FEWEST_VOXELS:
        return None
    conditions, expected = _expected(events, store.n_volumes, tr)
    order = 1 + int(store.n_volumes * tr / SECONDS_A_DRIFT)
    r = correlate_all(store, mask, expected, dropped, order)
    found = [_best(one, mask) for one in r]
    number = max(range(len(found)), key=lambda number: found[number][1])
    ijk, around = found[number]
    if not around > 0:
        return None
    n_looked_at = int(np.count_nonzero(mask))
    return FirstPlace(ijk, conditions[number], float(r[number][ijk]), around, n_looked_at, dropped, order)


def steady_grey(store: RunStore, mask: np.ndarray) -> FirstPlace | None:
    """Find the voxel of medium brightness whose neighbourhood has the highest tSNR; None where there is no brain."""
    if np.count_nonzero(mask) < FEWEST_VOXELS:
        return None
    mean, tsnr = (np.asarray(read_map(store, name), np.float64) for name in ("mean", "tsnr"))
    known = mask & np.isfinite(mean) & np.isfinite(tsnr)
    if not known.any():
        return None
    low, high = np.percentile(mean[known], (GREY_FROM, GREY_TO))
    grey = known & (mean >= low) & (mean <= high)
    ijk, around = _best(np.where(grey, tsnr, 0), grey)
    if not around > 0:
        return None
    return FirstPlace(ijk, "", float(tsnr[ijk]), around, int(np.count_nonzero(grey)))


def correlate_all(store: RunStore, mask: np.ndarray, expected: np.ndarray, dropped: int, order: int) -> np.ndarray:
    """Correlate each voxel of a mask with each regressor, in one look at every volume.

    Parameters
    ----------
    expected : (T, C) array
    dropped : volumes at the start that take no part.
    order : of the Legendre polynomials that are taken out of voxels and regressors alike.

    Returns
    -------
    (C, I, J, K) float32, Pearson's r of what is left of both; 0 outside the mask, for a voxel without a value in some
    volume, and where nothing is left.
    """
    drifts = np.linalg.qr(legendre_basis(store.n_volumes - dropped, order))[0]
    wanted = expected[dropped:] - drifts @ (drifts.T @ expected[dropped:])
    size = np.linalg.norm(wanted, axis=0)
    has_any = size > 1e-6 * np.linalg.norm(expected[dropped:], axis=0)
    wanted = np.divide(wanted, size, out=np.zeros_like(wanted), where=has_any & (size > 0))
    columns = np.hstack([drifts, wanted]).astype(np.float32)
    where = np.flatnonzero(mask.ravel(order="F"))
    products, squares = np.zeros((columns.shape[1], len(where))), np.zeros(len(where))
    first = _values(store, dropped, where)
    for start in range(dropped, store.n_volumes, VOLUMES_A_BATCH):
        times = range(start, min(start + VOLUMES_A_BATCH, store.n_volumes))
        # About the first volume's values, so that a high level costs no digits.
        batch = np.stack([_values(store, t, where) - first for t in times]).astype(np.float32)
        with np.errstate(invalid="ignore", over="ignore"):
            products += columns[start - dropped : start - dropped + len(batch)].T @ batch
            squares += np.einsum("tv,tv->v", batch, batch)
    n_drifts = drifts.shape[1]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        left = squares - np.square(products[:n_drifts]).sum(axis=0)
        r = products[n_drifts:] / np.sqrt(left)
        # Rounding leaves something of a voxel that does not change.
        r[:, ~(left > 1e-6 * squares)] = 0
    maps = np.zeros((len(r), mask.size), np.float32)
    maps[:, where] = np.where(np.isfinite(r), r, 0)
    return np.stack([one.reshape(mask.shape, order="F") for one in maps])


def _best(values: np.ndarray, mask: np.ndarray) -> tuple[tuple[int, int, int], float]:
    """Return the highest voxel in the neighbourhood of the highest mean, and that mean; outside the mask is 0."""
    from scipy.ndimage import uniform_filter

    around = uniform_filter(np.where(mask, values, 0).astype(np.float64), WIDTH, mode="constant")
    middle = np.unravel_index(int(np.where(mask, around, -np.inf).argmax()), around.shape)
    start = [max(0, int(index) - WIDTH // 2) for index in middle]
    block = tuple(slice(at, int(index) + WIDTH // 2 + 1) for at, index in zip(start, middle, strict=True))
    own = np.where(mask[block], values[block], -np.inf)
    highest = np.unravel_index(int(own.argmax()), own.shape)
    return tuple(at + int(step) for at, step in zip(start, highest, strict=True)), float(around[middle])


def _expected(events: Events, n_volumes: int, tr: float) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the (T, C) expected responses to conditions that were there often, and to all events as one."""
    frame, times = events.frame, np.arange(n_volumes) * tr
    counts = frame["trial_type"].value_counts()
    often = [name for name in events.conditions if counts[name] >= FEWEST_TRIALS]
    together = make_regressors(frame.assign(trial_type=ALL_TOGETHER), times, MODEL).convolved
    if len(events.conditions) == 1 and often:
        return tuple(often), together
    each = make_regressors(frame[frame["trial_type"].isin(often)], times, MODEL)
    return (*each.conditions, ALL_TOGETHER), np.hstack([each.convolved, together])


def _values(store: RunStore, t: int, where: np.ndarray) -> np.ndarray:
    volume = read_run_volume(store, t)
    return volume.stored.reshape(-1, order="F")[where] * np.float64(volume.slope) + volume.inter
