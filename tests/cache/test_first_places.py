"""The brain in which a place to begin at is looked for: of a large grid as of a small one."""

import numpy as np

from lib.cache.first_places import MOST_VOXELS, find_brain
from lib.images.brain_mask import compute_mask


def test_the_brain_of_a_large_grid_is_found_in_every_nth_voxel(rng):
    shape = (121, 120, 72)
    places = [np.linspace(-1, 1, n) for n in shape]
    inside = sum(axis**2 for axis in np.meshgrid(*places, indexing="ij")) < 0.5
    mean = np.where(inside, 1000.0, 20.0) + rng.normal(0, 5, shape)
    assert mean.size > MOST_VOXELS
    found = find_brain(mean, np.eye(4))
    assert found.shape == shape
    whole = compute_mask(mean, np.eye(4)).mask
    assert 2 * np.count_nonzero(found & whole) / (found.sum() + whole.sum()) > 0.95


def test_a_small_grid_is_masked_as_it_is(rng):
    mean = np.full((20, 20, 20), 20.0) + rng.normal(0, 1, (20, 20, 20))
    mean[5:15, 5:15, 5:15] += 1000
    assert np.array_equal(find_brain(mean, np.eye(4)), compute_mask(mean, np.eye(4)).mask)
