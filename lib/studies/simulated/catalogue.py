"""Which files the simulated study has, and how each image is described and filled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import nibabel as nb
import numpy as np

from lib.errors import InputError
from lib.studies.simulated.anatomy import simulate_t1w_slabs, simulate_tissue
from lib.studies.simulated.known import KNOWN, Run
from lib.studies.simulated.runs import centred_affine, run_affine, simulate_volumes
from lib.studies.simulated.texts import study_texts

T1W = "sub-01/anat/sub-01_T1w.nii.gz"
T1W_MISMATCH = "sub-01/anat/sub-01_acq-mismatch_T1w.nii.gz"
T1W_OTHER = "sub-02/anat/sub-02_T1w.nii.gz"

T1W_SLOPE = 0.25
"""Image units per stored step of the T1w: a quarter of a grey level of the template."""

OTHER_T1W_SHAPE = (120, 156, 136)
OTHER_T1W_VOXEL_SIZE = 1.3
OTHER_T1W_TURNS = (-6.0, 1.0, 2.0)


@dataclass(frozen=True)
class ImageRecipe:
    """How to make one image: its header, and its stored values in pieces, first index fastest."""

    header: nb.Nifti1Header
    pieces: Callable[[], Iterator[np.ndarray]]
    n_pieces: int


def sample_files() -> tuple[str, ...]:
    """List the study's files as sorted relative paths with forward slashes, without building any."""
    return tuple(sorted([*_recipes(), *study_texts()]))


def sample_header(relative_path: str) -> nb.Nifti1Header:
    """Return the header that an image of the study has, without building it; `InputError` for any other path."""
    return image_recipe(relative_path).header


def image_recipe(relative_path: str) -> ImageRecipe:
    """Return how to make an image of the study.

    Raises
    ------
    InputError
        The study has no image of this path.
    """
    recipes = _recipes()
    if relative_path not in recipes:
        known = ", ".join(sorted(recipes))
        raise InputError(f"The sample study has no image {relative_path!r}. Choose one of {known}.")
    return recipes[relative_path]()


def _recipes() -> dict[str, Callable[[], ImageRecipe]]:
    affine = np.array(KNOWN.t1w_affine)
    other = centred_affine("02", OTHER_T1W_TURNS, OTHER_T1W_SHAPE, OTHER_T1W_VOXEL_SIZE)
    recipes = {
        T1W: lambda: _t1w("01", affine, affine, KNOWN.t1w_shape),
        T1W_MISMATCH: lambda: _t1w("01", affine, np.array(KNOWN.mismatch_sform), KNOWN.t1w_shape),
        T1W_OTHER: lambda: _t1w("02", other, other, OTHER_T1W_SHAPE),
    }
    for run in KNOWN.runs:
        recipes[run.path] = lambda run=run: _bold(run)
        recipes[run.mask_path] = lambda run=run: _mask(run)
    return recipes


def _t1w(subject: str, qform: np.ndarray, sform: np.ndarray, shape: tuple[int, int, int]) -> ImageRecipe:
    """Make a T1w; the brain lies in the space of the qform."""
    header = _header(shape, np.int16, qform, sform, slope=T1W_SLOPE)
    thickness = 16

    def pieces() -> Iterator[np.ndarray]:
        for slab in simulate_t1w_slabs(subject, qform, shape, thickness):
            yield np.rint(slab / T1W_SLOPE).astype(np.int16)

    return ImageRecipe(header, pieces, -(-shape[2] // thickness))


def _bold(run: Run) -> ImageRecipe:
    affine = run_affine(run.subject)
    header = _header((*KNOWN.run_shape, run.n_volumes), np.int16, affine, affine)
    header["pixdim"][4] = KNOWN.tr
    header.set_xyzt_units("mm", "sec")

    def pieces() -> Iterator[np.ndarray]:
        for volume in simulate_volumes(run):
            yield np.rint(volume).astype(np.int16)

    return ImageRecipe(header, pieces, run.n_volumes)


def _mask(run: Run) -> ImageRecipe:
    affine = run_affine(run.subject)

    def pieces() -> Iterator[np.ndarray]:
        yield simulate_tissue(run.subject, affine, KNOWN.run_shape).mask.astype(np.uint8)

    return ImageRecipe(_header(KNOWN.run_shape, np.uint8, affine, affine), pieces, 1)


def _header(shape: tuple, dtype, qform: np.ndarray, sform: np.ndarray, slope: float = 1.0) -> nb.Nifti1Header:
    """Make a single-file header; both codes say "scanner" where the two agree, else the sform says "aligned"."""
    header = nb.Nifti1Header()
    header.set_data_dtype(dtype)
    header.set_data_shape(shape)
    header.set_data_offset(352)
    header.set_xyzt_units("mm")
    header.set_slope_inter(slope, 0.0)
    header.set_qform(qform, code=1)
    header.set_sform(sform, code=1 if np.array_equal(qform, sform) else 2)
    header["descrip"] = b"simulated by Voxel Explorer"
    return header
