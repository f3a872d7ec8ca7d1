import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.affines import apply_affine
from scipy.ndimage import map_coordinates

from lib.errors import InputError
from lib.spaces.affine_edits import rotate, translate
from lib.spaces.grids import make_grid
from lib.spaces.resampling import estimated_bytes, nilearn_call, resample, resample_slice
from lib.spaces.storage_orders import reorient
from lib.spaces.target_grids import canonical_grid, isotropic_grid
from tests.builders.known_affines import affines


@pytest.fixture
def smooth(rng):
    """(7, 8, 9) float32 without sharp edges."""
    from scipy.ndimage import gaussian_filter

    return (gaussian_filter(rng.normal(size=(7, 8, 9)), 1.0) + 2).astype(np.float32)


def everywhere(grid):
    return np.stack(np.meshgrid(*[range(n) for n in grid.shape], indexing="ij"), axis=-1)


def slow_resample(data, affine, target, order):
    """Oracle: every target voxel's world point, looked up in the source one by one."""
    ijk = apply_affine(np.linalg.inv(affine), apply_affine(target.affine, everywhere(target)))
    return map_coordinates(data.astype(float), np.moveaxis(ijk, -1, 0), order=order, mode="constant", cval=0.0)


@pytest.mark.parametrize(("interpolation", "order"), [("nearest", 0), ("linear", 1), ("continuous", 3)])
def test_every_voxel_has_the_value_under_its_world_point(smooth, oblique_affine, interpolation, order):
    target = make_grid((6, 5, 8), rotate(translate(oblique_affine, (-3.1, 2.3, 1.7)), "y", 9, (0, 0, 0)))
    result = resample(smooth, oblique_affine, target, interpolation)
    expected = slow_resample(smooth, oblique_affine, target, order).clip(0, smooth.max())
    np.testing.assert_allclose(result.data, expected, atol=1e-4)
    assert result.grid is target


@settings(max_examples=15, deadline=None)
@given(affine=affines(), interpolation=st.sampled_from(("nearest", "linear", "continuous")))
def test_on_its_own_grid_an_image_stays_as_it_is(affine, interpolation):
    data = np.arange(7 * 8 * 9, dtype=np.float32).reshape(7, 8, 9)
    result = resample(data, affine, make_grid(data.shape, affine), interpolation)
    np.testing.assert_allclose(result.data, data, atol=1e-3)


def test_half_a_voxel_between_0_and_10_is_5_with_linear():
    data = np.zeros((4, 3, 3), np.int16)
    data[2:] = 10
    half = make_grid((1, 1, 1), translate(np.eye(4), (1.5, 1, 1)))
    assert resample(data, np.eye(4), half, "linear").data.item() == 5
    assert resample(data, np.eye(4), half, "nearest").data.item() in (0, 10)


def test_a_linear_mean_of_integers_is_not_cut_to_an_integer():
    """nilearn keeps the integer type for linear; between 1 and 2 it would say 1."""
    data = np.array([1, 2], np.int16).reshape(2, 1, 1) * np.ones((2, 3, 3), np.int16)
    half = make_grid((1, 1, 1), translate(np.eye(4), (0.5, 1, 1)))
    result = resample(data, np.eye(4), half, "linear")
    assert result.data.item() == 1.5
    assert result.data.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, ">i2", np.int32, np.float32, np.float64])
def test_nearest_keeps_type_and_values(dtype, oblique_affine):
    data = np.arange(7 * 8 * 9).reshape(7, 8, 9).astype(dtype)
    result = resample(data, oblique_affine, make_grid((5, 6, 7), translate(oblique_affine, (1, 1, 1))), "nearest")
    assert result.data.dtype == np.dtype(dtype).newbyteorder("=")
    assert np.isin(result.data, data).all()


@pytest.mark.parametrize(("dtype", "kept"), [(bool, np.uint8), (np.int64, np.float64), (np.float16, np.float32)])
def test_types_that_nifti_lacks_become_the_next_larger(dtype, kept, oblique_affine):
    data = np.ones((7, 8, 9), dtype)
    result = resample(data, oblique_affine, make_grid((5, 6, 7), oblique_affine), "nearest")
    assert result.data.dtype == kept
    assert (result.data == 1).all()


def test_storage_order_does_not_change_the_result(smooth, oblique_affine):
    target = isotropic_grid(make_grid(smooth.shape, oblique_affine), 3.0)
    stored, stored_affine = reorient(smooth, oblique_affine, "PSR")
    np.testing.assert_allclose(
        resample(stored, stored_affine, target, "linear").data,
        resample(smooth, oblique_affine, target, "linear").data,
        atol=1e-5,
    )


def test_resampling_a_straight_image_to_canonical_is_reorienting_it(smooth):
    psr = np.array([[0, 0, 3.0, 5], [-2, 0, 0, 6], [0, 4, 0, 7], [0, 0, 0, 1]])
    stored, _ = reorient(smooth, psr, "RAS")
    result = resample(smooth, psr, canonical_grid(make_grid(smooth.shape, psr)), "continuous")
    np.testing.assert_allclose(result.data, stored, atol=1e-4)


def test_a_run_is_resampled_volume_by_volume(smooth, oblique_affine):
    run = np.stack([smooth, 2 * smooth], axis=-1)
    target = make_grid((5, 6, 7), translate(oblique_affine, (1, 1, 1)))
    result = resample(run, oblique_affine, target, "linear")
    assert result.data.shape == (5, 6, 7, 2)
    np.testing.assert_allclose(result.data[..., 1], resample(2 * smooth, oblique_affine, target, "linear").data)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("interpolation", ["nearest", "linear", "continuous"])
def test_one_slice_is_the_slice_of_the_whole(smooth, oblique_affine, axis, interpolation):
    target = make_grid((6, 5, 8), rotate(oblique_affine, "y", 9, (0, 0, 0)))
    whole = resample(smooth, oblique_affine, target, interpolation).data
    cut = resample_slice(smooth, oblique_affine, target, axis, 2, interpolation)
    np.testing.assert_allclose(cut.data, np.take(whole, [2], axis=axis), atol=1e-5)


@pytest.mark.parametrize("interpolation", ["nearest", "linear", "continuous"])
def test_one_slice_of_a_large_image_is_made_of_what_is_near_it(rng, interpolation):
    """Only the part of the source around the slice is read; noise, so that what lies farther off would show."""
    data = rng.normal(size=(60, 50, 55)).astype(np.float32)
    target = make_grid((12, 11, 13), rotate(np.diag([4.0, 4, 4, 1]), "x", 5, (0, 0, 0)))
    whole = resample(data, np.eye(4), target, interpolation).data
    cut = resample_slice(data, np.eye(4), target, 2, 6, interpolation)
    np.testing.assert_allclose(cut.data[:, :, 0], whole[:, :, 6], atol=1e-4)


@pytest.mark.parametrize("millimetres", [-500, 500])
def test_a_slice_beside_the_source_is_empty(smooth, millimetres):
    target = make_grid((6, 5, 8), translate(np.eye(4), (millimetres, 0, 0)))
    cut = resample_slice(smooth, np.eye(4), target, 2, 3, "linear")
    assert cut.data.shape == (6, 5, 1)
    assert not cut.data.any()


def test_a_slice_that_misses_the_source_inside_its_field_of_view_is_empty(smooth):
    target = make_grid((6, 5, 40), translate(np.eye(4), (0, 0, -20)))
    whole = resample(smooth, np.eye(4), target, "linear").data
    assert not resample_slice(smooth, np.eye(4), target, 2, 0, "linear").data.any()
    np.testing.assert_allclose(resample_slice(smooth, np.eye(4), target, 2, 22, "linear").data[..., 0], whole[..., 22])


@pytest.mark.parametrize("millimetres", [-500, 500])
def test_a_grid_beside_the_image_is_refused(smooth, millimetres):
    """nilearn raises on one side and returns zeros on the other."""
    target = make_grid((6, 5, 8), translate(np.eye(4), (millimetres, 0, 0)))
    with pytest.raises(InputError, match="lies wholly beside the image"):
        resample(smooth, np.eye(4), target, "linear")


def test_nan_stays_where_it_was_and_spoils_nothing_else(smooth):
    """Without care a spline spreads one NaN over the whole image."""
    smooth[3, 4, 5] = np.nan
    result = resample(smooth, np.eye(4), make_grid(smooth.shape, translate(np.eye(4), (0.2, 0, 0))), "continuous")
    assert np.isnan(result.data[3, 4, 5])
    assert np.isnan(result.data).sum() == 1


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_an_image_without_a_finite_value_is_refused(lost):
    data = np.full((7, 8, 9), lost, np.float32)
    target = make_grid((5, 5, 5), np.eye(4))
    with pytest.raises(InputError, match="holds no finite value"):
        resample(data, np.eye(4), target, "linear")
    with pytest.raises(InputError, match="holds no finite value"):
        resample_slice(data, np.eye(4), target, 2, 2, "continuous")


def test_a_slice_through_nan_is_nan_where_the_whole_is(smooth):
    smooth[2:4] = np.nan
    target = make_grid((5, 6, 7), translate(np.eye(4), (0.3, 0.2, 0.1)))
    whole = resample(smooth, np.eye(4), target, "continuous").data
    cut = resample_slice(smooth, np.eye(4), target, 0, 2, "continuous").data
    np.testing.assert_array_equal(np.isnan(cut[0]), np.isnan(whole[2]))


def test_a_mask_can_be_smeared_on_purpose():
    """nilearn warns of it; the lab shows it."""
    mask = np.zeros((4, 3, 3), bool)
    mask[2:] = True
    half = make_grid((1, 1, 1), translate(np.eye(4), (1.5, 1, 1)))
    assert resample(mask, np.eye(4), half, "linear").data.item() == 0.5


def test_a_spline_does_not_leave_the_range_of_the_source():
    step = np.zeros((9, 3, 3), np.float32)
    step[4:] = 100
    result = resample(step, np.eye(4), make_grid((17, 3, 3), np.diag([0.5, 1, 1, 1])), "continuous")
    assert (result.data.min(), result.data.max()) == (0, 100)


def test_memory_is_source_and_result_in_the_working_type():
    target = make_grid((10, 10, 10), np.eye(4))
    assert estimated_bytes((7, 8, 9), np.int16, target, "nearest") == (504 + 1000) * 2
    assert estimated_bytes((7, 8, 9), np.int16, target, "linear") == (504 + 1000) * 4
    assert estimated_bytes((7, 8, 9, 5), np.float64, target, "nearest") == (504 + 1000) * 5 * 8


def test_too_large_a_result_is_refused_before_anything_is_done(smooth):
    target = isotropic_grid(make_grid((7, 8, 9), np.eye(4)), 0.001)
    assert target.shape == (6001, 7001, 8001)
    with pytest.raises(
        InputError, match=r"6001 x 7001 x 8001 voxels needs about 1344.6 GB, more than the 1.1 GB allowed"
    ):
        resample(smooth, np.eye(4), target, "linear")


def test_an_unknown_interpolation_is_refused(smooth):
    with pytest.raises(InputError, match=r"'cubic' is no interpolation that nilearn knows. Choose one of nearest,"):
        resample(smooth, np.eye(4), make_grid((7, 8, 9), np.eye(4)), "cubic")


def test_the_source_is_not_written_to(smooth, oblique_affine):
    before, affine_before = smooth.copy(), oblique_affine.copy()
    resample(smooth, oblique_affine, make_grid((5, 6, 7), translate(oblique_affine, (1, 1, 1))), "continuous")
    np.testing.assert_array_equal(smooth, before)
    np.testing.assert_array_equal(oblique_affine, affine_before)


@pytest.mark.parametrize("interpolation", ["nearest", "linear", "continuous"])
def test_the_nilearn_code_shown_runs_and_gives_the_same(oblique_affine, tmp_path, interpolation, rng):
    data = rng.integers(1, 900, (7, 8, 9)).astype(np.int16)
    path = tmp_path / "it's mine.nii.gz"
    nib.save(nib.Nifti1Image(data, oblique_affine), path)
    stored = nib.load(path).affine
    target = make_grid((6, 5, 8), rotate(stored, "y", 9, (0, 0, 0)))
    known = {}
    exec(nilearn_call(str(path), target, interpolation), known)
    expected = resample(data, stored, target, interpolation)
    np.testing.assert_allclose(known["resampled"].get_fdata(), expected.data, rtol=1e-5)
    np.testing.assert_allclose(known["resampled"].affine, target.affine, rtol=1e-6)
