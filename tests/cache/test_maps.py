"""Maps that can be shown: windows, grids, pictures over time, kept for all sessions."""

import nibabel as nib
import numpy as np
import pytest
from nibabel.affines import apply_affine

from lib import runs
from lib.cache.images import volume_of
from lib.cache.maps import difference_map, histogram_of, image_map, is_on_same_grid, resampled_on, run_map, window_of
from lib.errors import InputError
from lib.images.maps import Map
from lib.images.volumes import Volume
from lib.images.windowing import choose_window, count_values
from lib.runs.maps import RUN_MAP_NAMES
from tests.cache.conftest import SHAPE


def values_on(shown, base) -> np.ndarray:
    return resampled_on(shown, base).volume().values()


@pytest.fixture
def run(save, rng):
    """Return a run of six volumes that has been read through, and its values."""
    values = rng.integers(100, 1000, (*SHAPE, 6)).astype(np.int16)
    image = save(values, name="run.nii")
    runs.prepare_run(image, runs.runs_folder())
    return image, values.astype(np.float64)


def test_an_image_is_a_map_of_its_volumes(save, data):
    image = save(np.stack([data, data + 1], axis=-1))
    shown = image_map(image)
    assert (shown.key, shown.title, shown.unit, shown.n_volumes) == (image.key, "image.nii", "image units", 2)
    assert shown.volume(1).value_at((1, 2, 3)) == data[1, 2, 3] + 1
    # The cursor may come from a longer run.
    assert shown.volume(7).value_at((1, 2, 3)) == data[1, 2, 3] + 1


def test_a_map_keeps_the_space_that_its_file_states(tmp_path, oblique_affine, save):
    img = nib.Nifti1Image(np.ones(SHAPE, np.int16), oblique_affine)
    img.set_sform(oblique_affine, code=4)
    img.set_qform(oblique_affine, code=1)
    nib.save(img, tmp_path / "coded.nii")
    from lib.cache.images import open_image

    shown = image_map(open_image(tmp_path / "coded.nii", "coded.nii"))
    assert (shown.space, shown.form_code) == (4, 4)


def test_windows_and_histograms_are_those_of_the_volume(save, data):
    image = save(data)
    assert window_of(image_map(image)) == choose_window(volume_of(image))
    expected = count_values(volume_of(image))
    np.testing.assert_array_equal(histogram_of(image_map(image)).counts, expected.counts)
    np.testing.assert_array_equal(histogram_of(image_map(image)).edges, expected.edges)


@pytest.mark.parametrize(
    ("name", "compute"),
    [
        ("mean", lambda x: x.mean(-1)),
        ("SD", lambda x: x.std(-1)),
        ("tSNR", lambda x: x.mean(-1) / x.std(-1)),
        ("temporal derivative SD", lambda x: np.diff(x, axis=-1).std(-1)),
    ],
)
def test_maps_over_time_are_what_they_say(run, name, compute):
    image, values = run
    shown = run_map(image, name)
    np.testing.assert_allclose(shown.volume().values(), compute(values), rtol=1e-4)
    assert (shown.title, shown.source, shown.n_volumes) == (name, "run.nii", 1)
    assert name in RUN_MAP_NAMES


def test_maps_of_a_run_are_told_apart(run):
    image, _ = run
    assert len({image_map(image).key, *(run_map(image, name).key for name in RUN_MAP_NAMES)}) == 5


def test_a_map_over_time_needs_the_whole_run(save, data):
    image = save(np.stack([data, data + 1], axis=-1))
    with pytest.raises(InputError, match="has not been read through yet, so it has no tSNR over time"):
        run_map(image, "tSNR")


def test_a_single_volume_has_no_map_over_time(save, data):
    with pytest.raises(InputError, match=r"image\.nii has one volume, so it has no tSNR over time\. Choose a run"):
        run_map(save(data), "tSNR")


def test_a_map_that_no_run_has_is_said(run):
    with pytest.raises(InputError, match="A run has the maps mean, SD, tSNR, temporal derivative SD, so there is no"):
        run_map(run[0], "kurtosis")


def test_a_difference_moves_with_the_volume_and_lies_about_zero(run):
    image, values = run
    shown = difference_map(image, 2)
    np.testing.assert_allclose(shown.volume(5).values(), values[..., 5] - values[..., 2])
    window = window_of(shown)
    assert window.is_signed
    assert window.low == -window.high
    # Judged by the middle of the run, volume 3, and not by the first.
    reach = np.percentile(np.abs(values[..., 3] - values[..., 2]), 99.5)
    assert window.high == pytest.approx(reach, rel=0.05)


def test_a_difference_from_the_middle_is_judged_by_another_volume(run):
    assert window_of(difference_map(run[0], 3)).high > 0


def test_what_is_no_label_by_nature_is_not_taken_for_labels(oblique_affine):
    """A tSNR of a few whole numbers would be coloured as regions are."""
    from lib.spaces.grids import Grid

    few = np.kron(np.arange(8).reshape(2, 2, 2), np.ones((4, 4, 4))).astype(np.int16)
    shown = Map("few", Grid(few.shape, oblique_affine), lambda t: Volume(few), "few")
    measured = Map("few measured", shown.grid, shown.read, "few", is_signed=False)
    assert window_of(shown).is_labels
    assert not window_of(measured).is_labels


def test_layer_on_the_same_grid_is_not_resampled(save, data):
    base, layer = save(data), save(data[::-1].copy(), name="layer.nii")
    assert is_on_same_grid(base, layer)
    np.testing.assert_array_equal(values_on(image_map(layer), base), data[::-1])


def test_layer_stored_the_other_way_round_keeps_every_voxel(save, data, oblique_affine):
    """Resampled, it lost its border: rounding carried those voxels out of the layer, where nilearn finds 0."""
    flipped = oblique_affine @ np.diag([-1.0, 1, 1, 1])
    flipped[:3, 3] = apply_affine(oblique_affine, (6, 0, 0))
    base, layer = save(data), save(data[::-1].copy(), flipped, "layer.nii")
    assert is_on_same_grid(base, layer)
    np.testing.assert_array_equal(values_on(image_map(layer), base), data)


def test_labels_are_resampled_without_new_numbers(save, rng, oblique_affine):
    """A spline between region 17 and region 1012 passes through regions that are not there."""
    labels = np.kron(rng.choice([17, 1012, 2035], (4, 4, 4)), np.ones((3, 3, 3), int)).astype(np.int32)
    base = save(np.zeros(SHAPE, np.int16))
    layer = save(labels, oblique_affine @ np.diag([0.7, 0.7, 0.7, 1]), "labels.nii")
    values = values_on(image_map(layer), base)
    assert set(np.unique(values)) <= {0, 17, 1012, 2035}
    assert np.unique(values).size > 1


def test_outside_of_a_map_lies_what_says_nothing(save, data, oblique_affine):
    """A map of p, which is 1 where there is nothing, would be most significant beside the brain at 0."""
    image = save(data)
    p = Map("p", image.grid, lambda t: Volume(np.full(SHAPE, 0.25, np.float32)), "p", null=1.0)
    moved = oblique_affine.copy()
    moved[:3, 3] = apply_affine(oblique_affine, (4, 0, 0))
    values = values_on(p, save(data, moved, "moved.nii"))
    np.testing.assert_allclose(values[:2, 2:-2, 2:-2], 0.25, atol=1e-5)
    np.testing.assert_array_equal(values[5:], 1.0)


def test_resampled_maps_are_kept_for_each_base(save, data):
    layer = image_map(save(data, name="layer.nii"))
    small, large = save(data, name="small.nii"), save(np.zeros((9, 9, 9), np.int16), name="large.nii")
    keys = {resampled_on(layer, base).key for base in (small, large)}
    assert len(keys) == 2
    assert resampled_on(layer, large).volume().stored.shape == (9, 9, 9)
