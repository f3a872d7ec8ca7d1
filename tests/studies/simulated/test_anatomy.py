"""Tissue and places of the simulated heads."""

import numpy as np
import pytest

from lib.studies.simulated.anatomy import in_sphere, simulate_tissue
from lib.studies.simulated.known import KNOWN, place_in_scanner
from lib.studies.simulated.runs import run_affine


@pytest.fixture(scope="module")
def tissue():
    return simulate_tissue("01", run_affine("01"), KNOWN.run_shape)


def test_shares_of_a_voxel_lie_between_none_and_all_of_it(tissue):
    for share in (tissue.grey_matter, tissue.white_matter, tissue.cerebrospinal_fluid, tissue.brain):
        assert share.min() >= 0
        assert share.max() <= 1.01


def test_white_matter_is_where_the_template_has_it(tissue):
    """Deep white matter of the left hemisphere, MNI (-26, -20, 30)."""
    sphere = in_sphere(run_affine("01"), KNOWN.run_shape, place_in_scanner("01", (-26, -20, 30)), 5)
    assert tissue.white_matter[sphere].mean() > 0.85
    assert tissue.cerebrospinal_fluid[sphere].mean() < 0.02


def test_ventricles_are_fluid(tissue):
    sphere = in_sphere(run_affine("01"), KNOWN.run_shape, place_in_scanner("01", (-7, 12, 14)), 4)
    assert tissue.cerebrospinal_fluid[sphere].max() > 0.5


def test_documented_places_lie_inside_the_brain(tissue):
    for places, radius in (
        (KNOWN.response_places, KNOWN.response_radius),
        (KNOWN.network_places, KNOWN.network_radius),
    ):
        for mni_xyz in places.values():
            sphere = in_sphere(run_affine("01"), KNOWN.run_shape, place_in_scanner("01", mni_xyz), radius)
            # 4/3 pi 10^3 mm^3 / 64 mm^3 = 65 voxels, give or take the grid.
            assert 58 <= sphere.sum() <= 74
            assert tissue.mask[sphere].mean() > 0.95


def test_documented_spheres_do_not_overlap():
    centres = np.array([*KNOWN.response_places.values(), *KNOWN.network_places.values()])
    distances = np.linalg.norm(centres[:, None] - centres, axis=-1)[np.triu_indices(len(centres), 1)]
    assert distances.min() > 2 * KNOWN.response_radius


def test_sphere_counts_voxel_centres_within_the_radius(oblique_affine):
    i, j, k = np.indices((7, 8, 9))
    world = np.stack([i, j, k], axis=-1) @ oblique_affine[:3, :3].T + oblique_affine[:3, 3]
    expected = np.linalg.norm(world - world[2, 5, 3], axis=-1) <= 5.2
    np.testing.assert_array_equal(in_sphere(oblique_affine, (7, 8, 9), world[2, 5, 3], 5.2), expected)


def test_first_subjects_places_are_the_templates_moved_forward_by_twenty_millimetres():
    np.testing.assert_allclose(place_in_scanner("01", (-38, -22, 56)), [-38, -2, 56])
