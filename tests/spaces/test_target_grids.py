import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.affines import apply_affine

from lib.errors import InputError
from lib.spaces.grids import make_grid
from lib.spaces.target_grids import canonical_grid, isotropic_grid, mni152_grid, shifted_affine, slice_grid
from tests.builders.known_affines import affines, shapes


def test_mni_grid_is_nilearns_2_mm_template():
    from nilearn.datasets import load_mni152_template

    template = load_mni152_template(resolution=2)
    assert mni152_grid().shape == template.shape
    np.testing.assert_array_equal(mni152_grid().affine, template.affine)


def test_cubes_by_hand():
    grid = isotropic_grid(make_grid((7, 8, 9), np.diag([-2.0, 3, 4, 1])), 4.0)
    # Voxel centres reach from -12 to 0, 0 to 21, 0 to 32 mm: 3, 5.25 and 8 steps of 4 mm, rounded up, and one.
    assert grid.shape == (4, 7, 9)
    np.testing.assert_array_equal(grid.affine, [[4, 0, 0, -12], [0, 4, 0, 0], [0, 0, 4, 0], [0, 0, 0, 1]])


@settings(max_examples=30, deadline=None)
@given(affine=affines(largest_shear=0.2), shape=shapes, side=st.floats(0.5, 8))
def test_cubes_enclose_every_voxel_centre(affine, shape, side):
    grid = isotropic_grid(make_grid(shape, affine), side)
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in shape])).reshape(3, -1).T
    seen = apply_affine(np.linalg.inv(grid.affine), apply_affine(affine, corners))
    assert seen.min() > -1e-6
    assert (seen < np.array(grid.shape) - 1 + 1.1e-3).all()


@settings(max_examples=30, deadline=None)
@given(affine=affines(largest_shear=0.2), shape=shapes, side=st.floats(0.5, 8))
def test_cubes_are_nibabels_but_for_a_voxel_of_rounding(affine, shape, side):
    from nibabel.spaces import vox2out_vox

    grid = isotropic_grid(make_grid(shape, affine), side)
    expected_shape, expected_affine = vox2out_vox((shape, affine), (side,) * 3)
    np.testing.assert_allclose(grid.affine, expected_affine)
    assert set(np.subtract(expected_shape, grid.shape)) <= {0, 1}


def test_float32_sizes_add_no_empty_plane(shared_data):
    """2.3852322 mm as float32: the last voxel lies a hair beyond a whole number of steps."""
    for path in (shared_data / "orientations").glob("*.nii.gz"):
        img = nib.load(path)
        grid = canonical_grid(make_grid(img.shape, img.affine))
        assert grid.shape == nib.as_closest_canonical(img).shape


def test_canonical_grid_of_a_straight_image_is_its_own_voxels_in_order():
    psr = np.array([[0, 0, 3.0, 5], [-2, 0, 0, 6], [0, 4, 0, 7], [0, 0, 0, 1]])
    canonical = nib.as_closest_canonical(nib.Nifti1Image(np.zeros((7, 8, 9), np.uint8), psr))
    grid = canonical_grid(make_grid((7, 8, 9), psr))
    assert grid.shape == canonical.shape == (9, 7, 8)
    np.testing.assert_allclose(grid.affine, canonical.affine)


def test_canonical_grid_of_an_oblique_image_is_straight_with_its_sizes(oblique_affine):
    grid = canonical_grid(make_grid((7, 8, 9), oblique_affine))
    np.testing.assert_allclose(grid.affine[:3, :3], np.diag([2, 2.5, 3]))


def test_one_slice_lies_where_it_lay(oblique_affine):
    grid = make_grid((7, 8, 9), oblique_affine)
    cut = slice_grid(grid, 1, 5)
    assert cut.shape == (7, 1, 9)
    np.testing.assert_allclose(apply_affine(cut.affine, (3, 0, 4)), apply_affine(oblique_affine, (3, 5, 4)))


def test_a_part_of_an_array_begins_at_its_own_origin(oblique_affine):
    affine = shifted_affine(oblique_affine, (2, 3, 4))
    np.testing.assert_allclose(apply_affine(affine, (0, 1, 2)), apply_affine(oblique_affine, (2, 4, 6)))


@pytest.mark.parametrize("side", [0, -2, np.nan])
def test_a_side_that_is_no_length_is_refused(side):
    with pytest.raises(InputError, match="mm is no length"):
        isotropic_grid(make_grid((7, 8, 9), np.eye(4)), side)
