"""Regions: voxel counts known from the lessons, a slow search beside the quick one, masks on other grids."""

import numpy as np
import pytest

from lib.errors import InputError
from lib.timecourses.regions import bring_to_grid, summarise, voxels_of_label, voxels_of_mask, voxels_of_sphere

TWO_MM = np.diag([2.0, 2.0, 2.0, 1.0])


@pytest.mark.parametrize(("radius", "n"), [(5, 81), (7, 179), (1.9, 1), (2, 7)])
def test_spheres_have_the_voxels_that_andys_brain_book_counts(radius, n):
    assert len(voxels_of_sphere((20, 20, 20), TWO_MM, (20, 18, 22), radius)) == n


def test_sphere_agrees_with_a_search_of_every_voxel(oblique_affine):
    shape, centre, radius = (7, 8, 9), (3.0, 1.0, 12.0), 6.5
    every = np.argwhere(np.ones(shape))
    distances = np.linalg.norm(every @ oblique_affine[:3, :3].T + oblique_affine[:3, 3] - centre, axis=1)
    found = voxels_of_sphere(shape, oblique_affine, centre, radius)
    assert {tuple(ijk) for ijk in found} == {tuple(ijk) for ijk in every[distances <= radius]}
    assert len(found) > 10


def test_sphere_at_the_edge_is_cut_by_the_grid():
    found = voxels_of_sphere((7, 8, 9), TWO_MM, (0, 0, 0), 2)
    assert {tuple(ijk) for ijk in found} == {(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)}


@pytest.mark.parametrize(
    ("centre", "radius", "words"),
    [
        ((0, 0, 0), 0, "radius above 0 mm, and this one is 0 mm"),
        ((1, 1, 1), 1.0, r"within 1 mm of \(1.0, 1.0, 1.0\) mm"),
    ],
)
def test_spheres_without_a_voxel_are_refused(centre, radius, words):
    with pytest.raises(InputError, match=words):
        voxels_of_sphere((7, 8, 9), TWO_MM, centre, radius)


def test_sphere_far_outside_the_grid_is_refused():
    with pytest.raises(InputError, match="move the cursor into the image"):
        voxels_of_sphere((7, 8, 9), TWO_MM, (500, 0, 0), 10)


def test_mask_voxels_are_those_that_are_neither_zero_nor_nan():
    mask = np.zeros((7, 8, 9), np.float32)
    mask[1, 2, 3], mask[4, 5, 6] = 0.5, np.nan
    np.testing.assert_array_equal(voxels_of_mask(mask), [[1, 2, 3]])


def test_label_voxels_carry_that_label():
    labels = np.zeros((7, 8, 9), np.int16)
    labels[1, 2, 3], labels[4, 5, 6] = 43, 44
    np.testing.assert_array_equal(voxels_of_label(labels, 43), [[1, 2, 3]])


def test_empty_masks_and_labels_are_refused():
    with pytest.raises(InputError, match=r"gm\.nii has no voxel on the grid of this run"):
        voxels_of_mask(np.zeros((7, 8, 9)), "gm.nii")
    with pytest.raises(InputError, match=r"aal\.nii has no voxel of label 99"):
        voxels_of_label(np.zeros((7, 8, 9)), 99, "aal.nii")


def test_mask_on_the_runs_grid_is_handed_on(oblique_affine):
    mask = np.ones((7, 8, 9), bool)
    on_grid = bring_to_grid(mask, oblique_affine + 1e-6, mask.shape, oblique_affine)
    assert on_grid.values is mask
    assert not on_grid.is_resampled


def test_labels_on_another_grid_are_those_of_the_nearest_voxel(rng, oblique_affine):
    from nibabel import Nifti1Image
    from nilearn.image import resample_img

    labels = rng.integers(0, 50, (13, 12, 11), dtype=np.int16)
    labels_affine = np.diag([1.7, 1.6, 1.9, 1.0])
    labels_affine[:3, 3] = [-4, -8, 3]
    on_grid = bring_to_grid(labels, labels_affine, (7, 8, 9), oblique_affine)
    # nilearn leaves out the outer half of the outermost voxels; a rim of zeros around them brings it back.
    rimmed, rimmed_affine = np.pad(labels, 1), labels_affine.copy()
    rimmed_affine[:3, 3] -= np.diag(labels_affine)[:3]
    slow = resample_img(
        Nifti1Image(rimmed, rimmed_affine), oblique_affine, (7, 8, 9), interpolation="nearest", copy_header=True
    )
    assert on_grid.is_resampled
    assert (on_grid.values > 0).sum() > 20
    np.testing.assert_array_equal(on_grid.values, np.asarray(slow.dataobj))


def test_region_mean_and_spread_by_hand():
    summary = summarise(np.array([[1.0, 3.0, np.nan], [2.0, 2.0, np.nan]]))
    assert summary.n_voxels == 2
    np.testing.assert_allclose(summary.mean, [2, 2])
    np.testing.assert_allclose(summary.sd, [np.sqrt(2), 0])
    np.testing.assert_allclose(summary.standard_error, [1, 0])


def test_one_voxel_has_no_spread():
    assert np.isnan(summarise(np.ones((4, 1))).sd).all()


def test_region_without_values_is_refused():
    with pytest.raises(InputError, match="None of the voxels"):
        summarise(np.full((4, 2), np.nan))
