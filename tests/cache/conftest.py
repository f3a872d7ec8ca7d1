"""Files opened through the caches, which begin empty."""

import nibabel as nib
import numpy as np
import pytest

from lib.cache.images import open_image

SHAPE = (7, 8, 9)


@pytest.fixture(autouse=True)
def begin_empty(empty_caches) -> None:
    """Let each of these tests begin so."""


@pytest.fixture
def save(tmp_path, oblique_affine):
    """Return a function that saves an array as NIfTI and opens it through the cache."""

    def save(data, affine=oblique_affine, name="image.nii"):
        nib.save(nib.Nifti1Image(data, affine), tmp_path / name)
        return open_image(tmp_path / name, name)

    return save


@pytest.fixture
def data(rng) -> np.ndarray:
    return rng.integers(1, 1000, SHAPE).astype(np.int16)
