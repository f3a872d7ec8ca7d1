import numpy as np
import pytest

from lib.spaces.affine_edits import translate
from lib.spaces.grids import make_grid
from lib.spaces.resampling import resample
from lib.spaces.resampling_effects import count_foreign_labels, difference_map, measure_difference, storage_facts


@pytest.fixture
def atlas():
    """Regions 43 and 45 side by side, in the middle of background."""
    labels = np.zeros((8, 7, 9), np.int16)
    labels[2:4, 2:5, 2:7], labels[4:6, 2:5, 2:7] = 43, 45
    return labels


def test_linear_between_43_and_45_invents_region_44(atlas):
    half = make_grid((7, 7, 9), translate(np.eye(4), (0.5, 0, 0)))
    linear = resample(atlas, np.eye(4), half, "linear").data
    assert linear[3, 3, 3] == 44
    # Three planes lie half-way between two values: 21.5, 44 and 22.5, each of 3 x 5 voxels.
    assert count_foreign_labels(linear, atlas) == 3 * 15


def test_nearest_invents_nothing(atlas):
    half = make_grid((7, 7, 9), translate(np.eye(4), (0.3, 0.2, 0)))
    assert count_foreign_labels(resample(atlas, np.eye(4), half, "nearest").data, atlas) == 0


def test_background_is_known_even_if_the_atlas_fills_its_box_and_nan_is_not():
    assert count_foreign_labels(np.array([0.0, 7, 7, np.nan, 7.5]), np.full((2, 2, 2), 7)) == 2


def test_difference_is_first_minus_second_without_wrapping():
    np.testing.assert_array_equal(difference_map(np.array([1], np.uint8), np.array([3], np.uint8)), [-2])


def test_difference_in_numbers():
    difference = measure_difference(np.array([1.0, 2, 5, np.nan]), np.array([1.0, 4, 4, 4]))
    assert (difference.largest, difference.mean, difference.share) == (2, 1, pytest.approx(2 / 3))


def test_no_finite_voxel_has_no_difference():
    assert np.isnan(measure_difference(np.array([np.nan]), np.array([1.0])).largest)


def test_before_and_after_in_words(oblique_affine):
    facts = dict(storage_facts(np.zeros((7, 8, 9), np.float32), oblique_affine))
    assert facts == {
        "shape": "7 x 8 x 9",
        "voxel sizes": "2 x 2.5 x 3 mm",
        "storage order": "LAS",
        "type": "float32",
        "memory": "0.0 MB",
    }
