"""A small run and the folder for its store."""

from pathlib import Path

import numpy as np
import pytest

from lib.images.image import Image
from lib.runs import layout as layout_module
from tests.builders.run_files import save_run


@pytest.fixture
def folder(tmp_path) -> Path:
    """Folder for run stores, which does not exist yet."""
    return tmp_path / "stores"


@pytest.fixture
def values(rng) -> np.ndarray:
    """(7, 8, 9, 23) int16: a bright block off the centre in a dark background."""
    values = rng.integers(0, 20, (7, 8, 9, 23), dtype=np.int16)
    values[1:5, 2:7, 3:8] += 1000
    return values


@pytest.fixture
def small_tiles(monkeypatch):
    """Tiles of a few volumes, so that a run of the tests' size has several and a short last one."""
    monkeypatch.setattr(layout_module, "BATCH_BYTES", 5 * 7 * 8 * 9 * 2)


@pytest.fixture
def image(tmp_path, values, oblique_affine) -> Image:
    """The run of these values, compressed."""
    return save_run(tmp_path / "bold.nii.gz", values, oblique_affine)
