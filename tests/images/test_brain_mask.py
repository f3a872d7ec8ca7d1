import nibabel as nib
import numpy as np
import pytest

from lib.errors import InputError
from lib.images.brain_mask import compute_mask, fit_mask, mask_what_varies, take_signals

DS005 = "ds005-fmriprep/derivatives/fmriprep/sub-01"


@pytest.fixture
def blob():
    mask = np.zeros((7, 8, 9))
    mask[2:5, 3:7, 1:6] = 1
    return mask


def test_a_mask_on_the_runs_grid_is_used_as_it_is(blob, oblique_affine):
    fitted = fit_mask(blob, oblique_affine, (7, 8, 9), oblique_affine, "my_mask.nii")
    assert fitted.source == "given"
    np.testing.assert_array_equal(fitted.mask, blob > 0)
    assert fitted.words == "Brain mask: my_mask.nii, on this run's grid, 60 voxels, 12 % of the image."


def test_rounding_in_a_header_is_not_another_grid(blob, oblique_affine):
    assert fit_mask(blob, oblique_affine + 1e-5, (7, 8, 9), oblique_affine, "m").source == "given"


def test_probabilities_are_cut_at_one_half_and_nan_is_not_brain(oblique_affine):
    data = np.zeros((7, 8, 9))
    data[0, 0, :3] = [0.4, 0.6, np.nan]
    assert np.argwhere(fit_mask(data, oblique_affine, (7, 8, 9), oblique_affine, "p").mask).tolist() == [[0, 0, 1]]


def test_a_mask_stored_in_another_order_lands_on_the_same_voxels(blob, oblique_affine):
    flipped = nib.Nifti1Image(blob, oblique_affine).as_reoriented([[2, -1], [0, 1], [1, -1]])
    fitted = fit_mask(flipped.get_fdata(), flipped.affine, (7, 8, 9), oblique_affine, "m")
    assert fitted.source == "resampled"
    np.testing.assert_array_equal(fitted.mask, blob > 0)


def test_a_mask_on_another_grid_equals_nilearns_nearest_neighbour(blob, oblique_affine):
    from nilearn.image import resample_img

    target = oblique_affine @ np.diag([1.37, 0.83, 0.91, 1.0])
    target[:3, 3] += [0.3, -0.7, 0.2]
    expected = resample_img(
        nib.Nifti1Image(blob.astype(np.float32), oblique_affine),
        target_affine=target,
        target_shape=(6, 10, 11),
        interpolation="nearest",
        force_resample=True,
        copy_header=True,
    )
    fitted = fit_mask(blob, oblique_affine, (6, 10, 11), target, "m.nii")
    np.testing.assert_array_equal(fitted.mask, expected.get_fdata() > 0.5)
    assert (
        "whose grid (7 x 8 x 9) is not this run's (6 x 10 x 11), resampled to it by nearest neighbour" in fitted.words
    )


def test_a_mask_of_the_right_shape_in_another_place_is_resampled(blob, oblique_affine):
    shifted = oblique_affine @ nib.affines.from_matvec(np.eye(3), [1, 0, 0])
    fitted = fit_mask(blob, shifted, (7, 8, 9), oblique_affine, "m")
    assert fitted.source == "resampled"
    np.testing.assert_array_equal(fitted.mask, np.roll(blob, 1, axis=0) > 0)


def test_a_mask_of_another_space_is_refused_with_its_count(blob, oblique_affine):
    far = oblique_affine.copy()
    far[:3, 3] += 500
    with pytest.raises(InputError, match=r"MNI\.nii marks 60 voxels of its own grid, but none of this run's"):
        fit_mask(blob, far, (7, 8, 9), oblique_affine, "MNI.nii")


def test_an_empty_mask_is_refused(oblique_affine):
    with pytest.raises(InputError, match="marks 0 voxels of its own grid"):
        fit_mask(np.zeros((7, 8, 9)), oblique_affine, (7, 8, 9), oblique_affine, "m")


def test_a_run_is_not_a_mask(oblique_affine):
    with pytest.raises(InputError, match="has 4 dimensions, but a brain mask needs 3"):
        fit_mask(np.ones((7, 8, 9, 2)), oblique_affine, (7, 8, 9), oblique_affine, "bold.nii")


def test_a_fourth_axis_of_one_is_no_fourth_axis(blob, oblique_affine):
    assert fit_mask(blob[..., None], oblique_affine, (7, 8, 9), oblique_affine, "m").n_voxels == 60


def test_fmriprep_mask_of_the_anatomy_is_brought_to_the_run(shared_data):
    run = nib.load(shared_data / "ds005-fmriprep/sub-01/func/sub-01_task-mixedgamblestask_run-01_bold.nii.gz")
    brain = nib.load(shared_data / DS005 / "anat/sub-01_T1w_brainmask.nii.gz")
    fitted = fit_mask(np.asarray(brain.dataobj), brain.affine, run.shape, run.affine, "T1w_brainmask")
    # The same 4 mm voxels in both, so as many of them are brain, but for the part beyond the run's field of view.
    assert fitted.source == "resampled"
    assert 0.8 < fitted.n_voxels / np.count_nonzero(brain.dataobj) <= 1.05


def test_without_a_mask_nilearns_is_computed_and_said_so(shared_data):
    from nilearn.masking import compute_epi_mask

    run = nib.load(shared_data / "ds005-fmriprep/sub-01/func/sub-01_task-mixedgamblestask_run-01_bold.nii.gz")
    mean = np.asarray(run.dataobj).mean(axis=3)
    computed = compute_mask(mean, run.affine)
    expected = compute_epi_mask(nib.Nifti1Image(mean.astype(np.float32), run.affine)).get_fdata() > 0
    np.testing.assert_array_equal(computed.mask, expected)
    assert computed.source == "computed"
    assert computed.words.startswith("No brain mask was given: this one was computed from the run's mean by nilearn's")
    assert f"{computed.n_voxels} voxels, 20 % of the image." in computed.words


def test_noise_without_a_brain_is_refused(rng, oblique_affine):
    with pytest.raises(InputError, match=r"No brain could be found in the mean of this run \(values 0"):
        compute_mask(rng.uniform(size=(7, 8, 9)), oblique_affine)


def test_an_image_of_one_value_is_refused(oblique_affine):
    with pytest.raises(InputError, match=r"No brain could be found .* \(values 0 to 0\)"):
        compute_mask(np.zeros((7, 8, 9)), oblique_affine)


def test_signals_are_scaled_and_ordered_as_argwhere(rng, blob):
    data = rng.integers(-500, 500, (7, 8, 9, 4)).astype(">i2")
    mask = blob > 0
    signals = take_signals(data, mask, slope=75.5, inter=-3)
    assert (signals.shape, signals.dtype) == ((4, 60), np.float32)
    for column, (i, j, k) in list(enumerate(np.argwhere(mask)))[::13]:
        np.testing.assert_allclose(signals[:, column], data[i, j, k] * 75.5 - 3, rtol=1e-6)


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_order_does_not_change_the_signals(rng, blob, order):
    data = rng.integers(-500, 500, (7, 8, 9, 4))
    np.testing.assert_array_equal(take_signals(np.array(data, order=order), blob > 0), data[blob > 0].T)


def test_a_volume_has_no_signals(blob):
    with pytest.raises(InputError, match=r"The run is \(7, 8, 9\) and the mask \(7, 8, 9\)"):
        take_signals(blob, blob > 0)


def test_a_mask_prints_its_size_not_its_voxels(blob, oblique_affine):
    fitted = fit_mask(blob, oblique_affine, (7, 8, 9), oblique_affine, "m")
    assert repr(fitted) == "<BrainMask 7x8x9, 60 voxels, given>"
    assert fitted.ijk.shape == (60, 3)


# --- what varies --------------------------------------------------------------------------------------------------


def test_what_varies_most_is_the_brain_of_a_run_whose_mean_shows_none():
    sd = np.full((7, 8, 9), 3.0)
    sd[2:5, 2:6, 3:7] = 20
    found = mask_what_varies(sd)
    np.testing.assert_array_equal(found.mask, sd == 20)
    assert found.source == "varying"
    assert "the mean of this run shows no brain: this is what varies" in found.words
    assert "48 voxels, 10 % of the image" in found.words


def test_voxels_that_vary_alike_are_not_split_by_their_rounding(rng):
    sd = 1 + 1e-6 * rng.standard_normal((7, 8, 9))
    sd[0] = 0
    sd[0, 0, 0] = np.nan
    assert mask_what_varies(sd).mask.sum() == 6 * 8 * 9
    assert mask_what_varies(sd[1:]).mask.all()


def test_a_run_in_which_nothing_varies_has_no_brain():
    with pytest.raises(InputError, match="No voxel of this run varies over time"):
        mask_what_varies(np.zeros((7, 8, 9)))
