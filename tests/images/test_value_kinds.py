import numpy as np
import pytest

from lib.images.image import open_image, read_volume
from lib.images.value_kinds import (
    find_extremes,
    find_spacing,
    looks_like_labels,
    looks_signed,
    sample_values,
    share_like_neighbour,
)
from lib.images.volumes import Volume


def is_label_image(data, slope=1.0) -> bool:
    volume = Volume(np.asarray(data), slope)
    return looks_like_labels(volume, sample_values(volume))


def regions(rng, n_regions: int, shape=(30, 31, 32)) -> np.ndarray:
    """Return the number of the nearest of `n_regions` random centres, 1000 and up, for each voxel."""
    from scipy.spatial import cKDTree

    places = np.stack(np.indices(shape), axis=-1).reshape(-1, 3)
    nearest = cKDTree(rng.uniform(0, shape, (n_regions, 3))).query(places)[1]
    return (1000 + nearest).reshape(shape)


def test_mask_is_a_label_image():
    data = np.zeros((7, 8, 9), np.uint8)
    data[2:5, 3:6, 4:7] = 1
    assert is_label_image(data)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, np.float64])
def test_type_of_the_numbers_does_not_matter(dtype, rng):
    assert is_label_image(rng.integers(0, 6, (7, 8, 9)).astype(dtype))


def test_parcellation_of_many_regions_is_a_label_image(rng):
    """Only 32 kinds of numbers counted as labels, so that FreeSurfer's were smoothed over when resampled."""
    assert is_label_image(regions(rng, 200).astype(np.int32))
    assert is_label_image(regions(rng, 200).astype(np.float32))


def test_noise_of_whole_numbers_is_not_a_label_image(rng):
    assert not is_label_image(rng.integers(0, 200, (12, 13, 14)).astype(np.uint8))


def test_ramp_along_one_axis_is_not_a_label_image():
    assert not is_label_image(np.broadcast_to(np.arange(40, dtype=np.uint8), (12, 13, 40)))


def test_few_voxels_all_different_are_not_a_label_image():
    assert not is_label_image(np.arange(27, dtype=np.uint8).reshape(3, 3, 3))


@pytest.mark.parametrize(
    "data", [[[[-1, 2, 2, 2]]], [[[0.5, 1, 1, 1]]], [[[np.nan] * 4]]], ids=["negative", "part", "none"]
)
def test_what_names_no_region_is_not_a_label_image(data):
    assert not is_label_image(data)


def test_scaled_whole_numbers_are_no_names():
    assert not is_label_image(np.array([[[0, 1, 1, 3]]], np.int16), slope=0.3)


def test_tissue_classes_and_masks_of_fmriprep_are_label_images_and_its_anatomy_is_not(shared_data):
    folder = shared_data / "ds005-fmriprep" / "derivatives" / "fmriprep" / "sub-01" / "anat"
    kinds = {}
    for name in ("brainmask", "dtissue", "preproc"):
        volume = read_volume(open_image(folder / f"sub-01_T1w_{name}.nii.gz"))
        kinds[name] = looks_like_labels(volume, sample_values(volume))
    assert kinds == {"brainmask": True, "dtissue": True, "preproc": False}


def test_anatomy_of_8_bits_is_not_a_label_image(shared_data):
    for name in (
        "oro.nifti/mniLR.nii.gz",
        "orientations/PSR.nii.gz",
        "studyforrest-mini/sub-02/anat/sub-02_T1w.nii.gz",
    ):
        volume = read_volume(open_image(shared_data / name))
        assert share_like_neighbour(volume) < 0.4
        assert not looks_like_labels(volume, sample_values(volume))


def test_share_of_like_neighbours_is_that_of_the_roughest_axis():
    data = np.array([1, 1, 1, 2, 2, 0]).reshape(6, 1, 1)
    # Of the four pairs without a 0, three are alike.
    assert share_like_neighbour(Volume(data)) == 0.75
    assert share_like_neighbour(Volume(np.repeat(data, 3, axis=1))) == 0.75


def test_extremes_are_those_of_all_finite_values():
    assert find_extremes(Volume(np.array([[[np.nan, -np.inf, -2.5, 3.5]]]))) == (-2.5, 3.5)


def test_extremes_change_places_where_the_slope_is_negative():
    assert find_extremes(Volume(np.array([[[0, 10]]], np.int16), -2.0, 1.0)) == (-19, 1)


def test_extremes_of_no_value_are_0_and_1():
    assert find_extremes(Volume(np.full((2, 2, 2), np.nan))) == (0, 1)


def test_sample_of_a_small_volume_is_all_of_it():
    volume = Volume(np.arange(504.0).reshape(7, 8, 9))
    assert sample_values(volume).tolist() == list(range(504))


def test_sample_of_a_large_volume_is_a_part_from_all_over():
    data = np.broadcast_to(np.arange(1, 241, dtype=np.float32), (240, 120, 240))
    values = sample_values(Volume(data))
    assert 200_000 < values.size < 800_000
    assert values.min() <= 3
    assert values.max() >= 238


def test_sample_of_a_nearly_empty_volume_is_all_that_is_there():
    data = np.zeros((120, 120, 120), np.int16)
    data[1, 1, 1:4] = (5, 6, 7)
    assert sorted(sample_values(Volume(data))) == [5, 6, 7]


@pytest.mark.parametrize(
    ("stored", "slope", "spacing"),
    [(np.array([1, 5], np.int16), 1.0, 1), (np.array([1, 5], np.int16), -0.25, 0.25), (np.array([1.0, 5.0]), 1.0, 1),
     (np.array([1.5, 5.0]), 1.0, 0)],
)  # fmt: skip
def test_spacing_is_the_step_between_neighbouring_values(stored, slope, spacing):
    assert find_spacing(Volume(stored.reshape(1, 1, 2), slope)) == spacing


@pytest.mark.parametrize(
    ("nonzero", "signed"),
    [([-3.0, -2, 2, 3], True), ([1.0, 2, 3], False), ([-1.0, -2, -3], False), ([], False), ([-0.1, 50, 60, 70], False)],
)
def test_sign_counts_where_both_sides_matter(nonzero, signed):
    assert looks_signed(np.array(nonzero)) is signed
