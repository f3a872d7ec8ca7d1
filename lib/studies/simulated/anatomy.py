"""What the simulated heads are made of: tissue and T1w intensity from the MNI152 template that nilearn ships.

The template files are read with nibabel, without importing nilearn: the import alone needs 160-220 MB.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import nibabel as nb
import numpy as np

from lib.studies.simulated.known import KNOWN

TEMPLATE = "mni_icbm152_{}_tal_nlin_sym_09a_converted.nii.gz"
"""1 mm, (197, 233, 189), 0-255, skull-stripped: what nilearn's ``load_mni152_template(resolution=1)`` reads."""


@dataclass(frozen=True)
class Tissue:
    """Shares of each voxel, (I, J, K) float32 from 0 to 1, on a run's grid."""

    grey_matter: np.ndarray
    white_matter: np.ndarray
    cerebrospinal_fluid: np.ndarray

    @property
    def brain(self) -> np.ndarray:
        """(I, J, K) share of the voxel inside the brain."""
        return self.grey_matter + self.white_matter + self.cerebrospinal_fluid

    @property
    def mask(self) -> np.ndarray:
        """(I, J, K) boolean: more than half of the voxel is brain."""
        return self.brain > 0.5


def read_template(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the template's ``t1``, ``gm`` or ``wm`` map.

    Returns
    -------
    data : (197, 233, 189) uint8
    mni_from_template : (4, 4) affine
    """
    package = find_spec("nilearn").submodule_search_locations[0]
    img = nb.load(Path(package) / "datasets" / "data" / TEMPLATE.format(kind))
    return np.asarray(img.dataobj.get_unscaled()), img.affine


def simulate_t1w_slabs(
    subject: str, affine: np.ndarray, shape: tuple[int, int, int], thickness: int
) -> Iterator[np.ndarray]:
    """Yield a subject's T1w, 0-255, in (I, J, <= thickness) float32 slabs along the last axis; linear interpolation."""
    from scipy import ndimage

    data, mni_from_template = read_template("t1")
    template_from_voxel = np.linalg.inv(_scanner_from_template(subject, mni_from_template)) @ affine
    for first in range(0, shape[2], thickness):
        yield ndimage.affine_transform(
            data,
            template_from_voxel[:3, :3],
            template_from_voxel[:3, :3] @ (0, 0, first) + template_from_voxel[:3, 3],
            output_shape=(shape[0], shape[1], min(thickness, shape[2] - first)),
            output=np.float32,
            order=1,
        )


def simulate_tissue(subject: str, affine: np.ndarray, shape: tuple[int, int, int]) -> Tissue:
    """Read the template's tissue maps on a run's grid, blurred as its large voxels would."""
    t1w, mni_from_template = read_template("t1")
    scanner_from_template = _scanner_from_template(subject, mni_from_template)
    brain = _resample(t1w > 0, scanner_from_template, affine, shape)
    grey = _resample(read_template("gm")[0], scanner_from_template, affine, shape) / np.float32(255)
    white = _resample(read_template("wm")[0], scanner_from_template, affine, shape) / np.float32(255)
    return Tissue(grey, white, np.clip(brain - grey - white, 0, None))


def in_sphere(affine: np.ndarray, shape: tuple[int, int, int], centre: np.ndarray, radius: float) -> np.ndarray:
    """Return the (I, J, K) boolean of voxels whose centre lies within `radius` mm of `centre` (world mm)."""
    from_centre = np.einsum("ab,bijk->aijk", affine[:3, :3], np.indices(shape, dtype=np.float32))
    from_centre += (affine[:3, 3] - centre)[:, None, None, None]
    return np.square(from_centre).sum(axis=0) <= radius**2


def _scanner_from_template(subject: str, mni_from_template: np.ndarray) -> np.ndarray:
    return np.asarray(KNOWN.scanner_from_mni[subject]) @ mni_from_template


def _resample(
    data: np.ndarray, scanner_from_template: np.ndarray, affine: np.ndarray, shape: tuple[int, int, int]
) -> np.ndarray:
    """Average blocks of 2 x 2 x 2 mm, blur to about the run's voxel size and read at its voxel centres, float32."""
    from scipy import ndimage

    even = data[tuple(slice(0, length - length % 2) for length in data.shape)]
    blocks = even.reshape([part for length in even.shape for part in (length // 2, 2)])
    coarse = blocks.mean(axis=(1, 3, 5), dtype=np.float32)
    template_from_coarse = np.diag([2.0, 2.0, 2.0, 1.0])
    template_from_coarse[:3, 3] = 0.5
    blurred = ndimage.gaussian_filter(coarse, sigma=KNOWN.run_voxel_size / 2 / 2 * 1.2, mode="constant")
    coarse_from_voxel = np.linalg.inv(scanner_from_template @ template_from_coarse) @ affine
    return ndimage.affine_transform(
        blurred, coarse_from_voxel[:3, :3], coarse_from_voxel[:3, 3], shape, np.float32, order=1
    )
