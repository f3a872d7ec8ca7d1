"""Mean and SD over time straight from a run's file: those of its store, to the last digit that counts."""

import numpy as np
import pytest

from lib.quality.run_measuring import each_volume
from lib.runs import prepare_run, read_map
from lib.runs.map_sums import MapSums
from tests.builders.run_files import save_run


@pytest.mark.parametrize("n_volumes", [3, 8, 21])
def test_maps_from_the_file_are_the_store_s(tmp_path, oblique_affine, rng, n_volumes):
    values = rng.normal(1000, 5, (7, 8, 9, n_volumes)).astype(np.float32)
    values[1, 2, 3, 1] = values[..., n_volumes - 1] = np.nan
    image = save_run(tmp_path / "bold.nii.gz", values, oblique_affine, slope=(2.0, -7.0))
    sums = MapSums(image)
    for volume in each_volume(image, None):
        sums.add(volume)
    store = prepare_run(image, tmp_path / "stores")
    for found, name in zip(sums.finish(), ("mean", "sd"), strict=True):
        assert found.shape == (7, 8, 9)
        np.testing.assert_allclose(found, read_map(store, name), rtol=1e-4, atol=1e-4)
