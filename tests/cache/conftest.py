"""Files opened through the caches, which begin empty."""

import sys

import nibabel as nib
import numpy as np
import pytest
import streamlit as st

from lib.cache.images import open_image

SHAPE = (7, 8, 9)


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "argv", ["app.py"])
    st.cache_resource.clear()
    st.cache_data.clear()


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
