"""Very large volumes: the picture shows every n-th voxel, says so, and every number stays exact."""

import numpy as np
import pytest

from lib.images import thinning
from lib.images.maps import Map
from lib.images.thinning import thin_map, thinning_step, thinning_words
from lib.images.volumes import Volume
from lib.spaces.grids import Grid

SHAPE = (7, 8, 9)


@pytest.fixture
def shown(oblique_affine) -> Map:
    """A map of 504 voxels, each with a number of its own."""
    stored = np.arange(504, dtype=np.int16).reshape(SHAPE)
    return Map("key", Grid(SHAPE, oblique_affine), lambda t: Volume(stored, 2.0, 1.0), "brain.nii.gz")


@pytest.mark.parametrize(
    ("shape", "step"), [((512, 512, 512), 1), ((513, 512, 512), 2), ((795, 795, 795), 2), ((1500, 1500, 1500), 3)]
)
def test_as_many_voxels_are_left_out_as_a_browser_needs(shape, step):
    """A file of 0.5 MB that unpacks to 503 million voxels took half a minute in the browser."""
    assert thinning_step(shape) == step


def test_a_volume_of_usual_size_is_drawn_voxel_by_voxel(shown):
    assert thin_map(shown) is shown
    assert thinning_words(shown) == ""


def test_the_voxels_that_are_drawn_stay_where_they_are_in_the_world(shown, monkeypatch):
    monkeypatch.setattr(thinning, "MAX_PICTURE_VOXELS", 100)
    thin = thin_map(shown)
    assert thin.shape == (4, 4, 5)
    for ijk in ((0, 0, 0), (3, 3, 4), (1, 2, 3)):
        full = tuple(2 * index for index in ijk)
        assert thin.volume().value_at(ijk) == shown.volume().value_at(full)
        np.testing.assert_allclose(thin.affine @ [*ijk, 1], shown.affine @ [*full, 1])
    assert (thin.key, thin.numbers) == ("key every 2", "key every 2")


def test_both_numbers_and_what_is_left_out_are_said(shown, monkeypatch):
    monkeypatch.setattr(thinning, "MAX_PICTURE_VOXELS", 20)
    assert thinning_words(shown) == (
        "brain.nii.gz has 504 voxels a volume, more than the 20 that are drawn: the slices show every 4th voxel along "
        "each axis. The readout gives the value of each."
    )
