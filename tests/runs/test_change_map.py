"""The map of change from volume to volume."""

import numpy as np

from lib.quality.mean_sd_tsnr import derivative_sd
from lib.runs import prepare_run, read_masked
from lib.runs.change_map import derivative_sd_map
from tests.builders.run_files import save_run


def test_a_voxel_that_alternates_by_four_changes_with_an_sd_near_four(tmp_path, oblique_affine):
    values = np.zeros((7, 8, 9, 21), dtype=np.int16)
    values[2, 3, 4] = 100 + 4 * (np.arange(21) % 2)
    values[5, 6, 7] = 3 * np.arange(21)
    change = derivative_sd_map(prepare_run(save_run(tmp_path / "bold.nii.gz", values, oblique_affine), tmp_path / "s"))
    assert change[2, 3, 4] == 4
    # A steady rise always changes by the same 3.
    assert change[5, 6, 7] == 0
    assert change[0, 0, 0] == 0


def test_map_is_the_metric_of_every_voxel_scaling_included(tmp_path, oblique_affine, rng):
    values = rng.integers(900, 1100, (7, 8, 9, 23), dtype=np.int16)
    image = save_run(tmp_path / "bold.nii", values, oblique_affine, slope=(2.5, -30.0))
    store = prepare_run(image, tmp_path / "stores")
    everywhere = np.ones(store.shape, dtype=bool)
    expected = derivative_sd(read_masked(store, everywhere)).reshape(store.shape)
    np.testing.assert_allclose(derivative_sd_map(store), expected, rtol=1e-5)


def test_a_volume_without_values_takes_its_own_changes_alone(tmp_path, oblique_affine, rng):
    values = rng.normal(1000, 5, (7, 8, 9, 23)).astype(np.float32)
    values[..., 11] = np.nan
    store = prepare_run(save_run(tmp_path / "bold.nii", values, oblique_affine), tmp_path / "stores")
    expected = np.nanstd(np.diff(values.astype(np.float64), axis=3), axis=3)
    np.testing.assert_allclose(derivative_sd_map(store), expected, rtol=1e-5)
