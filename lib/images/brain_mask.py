"""Which voxels are brain, and who says so."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from lib.errors import InputError
from lib.number_text import shape_text

# Of the way from the 2nd to the 98th percentile, as FEAT finds a head in a mean.
VARIES_FROM = 0.1
# Of the largest SD: what differs by less was standardised, and a threshold would split its rounding.
ALIKE = 0.01
SAME_PLACE = 1e-3  # mm; headers of one run written by two tools differ by float32 rounding


@dataclass(frozen=True)
class BrainMask:
    """A mask on a run's grid, with where it came from.

    mask : (I, J, K) bool.
    source : `"given"` (a file on the run's grid), `"resampled"` (a file on another grid), `"computed"` (from the run's
        mean) or `"varying"` (from how much its voxels vary).
    words : the same as a sentence for the visitor, with the numbers.
    """

    mask: np.ndarray
    source: str
    words: str

    @property
    def n_voxels(self) -> int:
        """Number of voxels that are brain."""
        return int(np.count_nonzero(self.mask))

    @property
    def ijk(self) -> np.ndarray:
        """Where the voxels of `take_signals` are, (N, 3) int, in its order."""
        return np.argwhere(self.mask)

    def __repr__(self) -> str:
        return f"<BrainMask {'x'.join(map(str, self.mask.shape))}, {self.n_voxels} voxels, {self.source}>"


def fit_mask(data: np.ndarray, mask_affine: np.ndarray, shape, affine: np.ndarray, name: str) -> BrainMask:
    """Bring a mask file's image onto a run's grid.

    Parameters
    ----------
    data : (I, J, K) array of the mask's grid; above 0.5 is brain, so probabilities are cut at one half.
    mask_affine : (4, 4), its voxels -> world mm.
    shape, affine : grid of the run.
    name : what to call the mask on screen.

    Returns
    -------
    `BrainMask` on the run's grid: as it is where the grids agree, else by nearest neighbour through both affines.

    Raises
    ------
    InputError
        The mask is not three-dimensional, or holds no voxel of the run.
    """
    shape = tuple(int(n) for n in shape[:3])
    data = data[..., 0] if data.ndim == 4 and data.shape[3] == 1 else data
    if data.ndim != 3:
        raise InputError(f"{name} has {data.ndim} dimensions, but a brain mask needs 3. Choose a mask image.")
    with np.errstate(invalid="ignore"):
        brain = np.asarray(data > 0.5)
    if data.shape == shape and np.allclose(mask_affine, affine, atol=SAME_PLACE):
        return _named(brain, "given", f"Brain mask: {name}, on this run's grid", brain, name)
    source_from_run = np.linalg.inv(mask_affine) @ affine
    resampled = _nearest(brain, source_from_run, shape)
    words = (
        f"Brain mask: {name}, whose grid ({shape_text(data.shape)}) is not this run's ({shape_text(shape)}), "
        "resampled to it by nearest neighbour"
    )
    return _named(resampled, "resampled", words, brain, name)


def compute_mask(mean_volume: np.ndarray, affine: np.ndarray) -> BrainMask:
    """Compute a brain mask from a run's mean volume with nilearn's `compute_epi_mask` at its defaults.

    Parameters
    ----------
    mean_volume : (I, J, K) array; values that are not finite count as 0.

    Raises
    ------
    InputError
        nilearn finds no brain, as in an image that was demeaned.

    References
    ----------
    `nilearn.masking.compute_epi_mask`: threshold in the widest gap of the histogram between its 20th and 85th
    percentile, opened twice, largest connected part, filled.
    """
    import nibabel as nib
    from nilearn.exceptions import MaskWarning
    from nilearn.masking import compute_epi_mask

    finite = np.nan_to_num(mean_volume.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    with warnings.catch_warnings():
        # nilearn warns and returns an empty mask, which becomes the error below.
        warnings.simplefilter("ignore", MaskWarning)
        mask = np.asarray(compute_epi_mask(nib.Nifti1Image(finite, affine)).dataobj) > 0
    # Of an image of one value nilearn makes a box.
    if not mask.any() or not np.ptp(finite):
        raise InputError(
            f"No brain could be found in the mean of this run (values {finite.min():.4g} to {finite.max():.4g}). "
            "Choose a brain mask, or a run that was not demeaned."
        )
    words = (
        "No brain mask was given: this one was computed from the run's mean by nilearn's compute_epi_mask, "
        f"{_count(mask)}."
    )
    return BrainMask(mask, "computed", words)


def varies_most(sd: np.ndarray) -> np.ndarray:
    """Find the voxels that vary most: above 10 % of the way from the 2nd to the 98th percentile of all SDs.

    Parameters
    ----------
    sd : (I, J, K) array, standard deviation over time; NaN is outside.

    Returns
    -------
    (I, J, K) bool; all voxels that vary where they vary alike.
    """
    known = sd[np.isfinite(sd)]
    low, high = np.percentile(known, (2, 98)) if known.size else (0.0, 0.0)
    with np.errstate(invalid="ignore"):
        are_alike = high - low <= ALIKE * high
        return sd > (0.0 if are_alike else low + VARIES_FROM * (high - low))


def mask_what_varies(sd: np.ndarray) -> BrainMask:
    """Take what varies most as the brain, for a run whose mean shows none; `sd` as in `varies_most`.

    Raises
    ------
    InputError
        No voxel varies.
    """
    mask = varies_most(sd)
    if not mask.any():
        raise InputError("No voxel of this run varies over time, so there is no brain to be found. Choose another run.")
    words = (
        "No brain mask was given, and the mean of this run shows no brain: this is what varies, the voxels whose SD "
        f"over time is above 10 % of the way from the 2nd to the 98th percentile, {_count(mask)}."
    )
    return BrainMask(mask, "varying", words)


def take_signals(data, mask: np.ndarray, slope: float = 1.0, inter: float = 0.0) -> np.ndarray:
    """Take the time courses of the voxels in a mask, one volume at a time.

    Parameters
    ----------
    data : (I, J, K, T) array or memory map, in its native type.
    mask : (I, J, K) bool.
    slope, inter : value = stored x slope + inter.

    Returns
    -------
    (T, N) float32, columns in the order of `np.argwhere(mask)`.
    """
    if data.ndim != 4 or data.shape[:3] != mask.shape:
        raise InputError(f"The run is {data.shape} and the mask {mask.shape}. Choose a 4-D run and a mask on its grid.")
    where = np.flatnonzero(mask)
    signals = np.empty((data.shape[3], len(where)), dtype=np.float32)
    for t, row in enumerate(signals):
        row[:] = np.asarray(data[..., t]).ravel()[where]
    if (slope, inter) != (1.0, 0.0):
        signals *= np.float32(slope)
        signals += np.float32(inter)
    return signals


def _nearest(brain: np.ndarray, source_from_run: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Look up every voxel of the run in the mask, slice by slice; outside of the mask's grid nothing is brain."""
    plane = np.stack(np.meshgrid(np.arange(shape[0]), np.arange(shape[1]), indexing="ij"), axis=-1)
    resampled = np.zeros(shape, dtype=bool)
    for k in range(shape[2]):
        at = plane @ source_from_run[:3, :2].T + source_from_run[:3, 2] * k + source_from_run[:3, 3]
        nearest = np.floor(at + 0.5).astype(np.int64)
        inside = np.all((nearest >= 0) & (nearest < brain.shape), axis=-1)
        resampled[..., k][inside] = brain[tuple(nearest[inside].T)]
    return resampled


def _named(mask: np.ndarray, source: str, words: str, before: np.ndarray, name: str) -> BrainMask:
    if not mask.any():
        raise InputError(
            f"{name} marks {np.count_nonzero(before)} voxels of its own grid, but none of this run's: it may belong to "
            "another space. Choose a mask in the run's space."
        )
    return BrainMask(mask, source, f"{words}, {_count(mask)}.")


def _count(mask: np.ndarray) -> str:
    return f"{np.count_nonzero(mask)} voxels, {100 * mask.mean():.0f} % of the image"
