"""The benchmarks' images are what their names say, so that the numbers mean what the table says."""

import nibabel as nib
import numpy as np
import pytest

from bench import images
from bench.images import Images


@pytest.fixture
def small(tmp_path, monkeypatch) -> Images:
    """Images of the same kinds, small enough for a test."""
    monkeypatch.setattr(images, "RUN_SHAPE", (7, 8, 9))
    monkeypatch.setattr(images, "T1W_SHAPE", (10, 12, 14))
    return Images(tmp_path, n_volumes=5)


def test_a_packed_run_holds_the_numbers_of_the_plain_one(small):
    plain, packed = (nib.load(small.run(is_packed=is_packed)) for is_packed in (False, True))
    assert plain.shape == packed.shape == (7, 8, 9, 5)
    assert plain.get_data_dtype() == np.int16
    np.testing.assert_array_equal(np.asarray(plain.dataobj), np.asarray(packed.dataobj))


def test_a_slope_changes_the_values_and_not_what_is_stored(small):
    plain = nib.load(small.run(is_packed=False))
    scaled = nib.load(small.run(is_packed=False, has_slope=True))
    np.testing.assert_array_equal(scaled.dataobj.get_unscaled(), plain.dataobj.get_unscaled())
    np.testing.assert_allclose(scaled.get_fdata(), plain.get_fdata() * images.SLOPE + images.INTER)


def test_every_voxel_of_the_head_changes_over_time(small):
    data = nib.load(small.run(is_packed=False)).get_fdata()
    inside = data[..., 0] > 1000
    assert inside.any()
    assert (data[inside].std(axis=-1) > 0).all()


def test_the_map_lies_on_the_grid_of_the_t1w(small):
    t1w, overlay = nib.load(small.t1w), nib.load(small.map)
    assert t1w.shape == overlay.shape == (10, 12, 14)
    np.testing.assert_array_equal(t1w.affine, overlay.affine)
    assert (t1w.get_data_dtype(), overlay.get_data_dtype()) == (np.int16, np.float32)


def test_a_fresh_name_is_another_file_of_the_same_content(small):
    run = small.run(is_packed=True)
    first, second = small.fresh(run, 1), small.fresh(run, 2)
    assert len({run, first, second}) == 3
    assert first.read_bytes() == run.read_bytes()
