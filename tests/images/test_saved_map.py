"""Maps as files: what another program reads back."""

import gzip

import nibabel as nib
import numpy as np
import pytest

from lib.images.maps import Map
from lib.images.saved_map import map_file_name, map_nifti
from lib.images.volumes import Volume
from lib.spaces.grids import Grid


def made(affine, stored, **facts) -> Map:
    volume = facts.pop("volume", Volume(stored))
    return Map(
        "key", Grid(stored.shape, affine), lambda t: volume, **{"title": "tSNR", "source": "bold.nii.gz", **facts}
    )


def read_back(shown: Map) -> nib.Nifti1Image:
    return nib.Nifti1Image.from_bytes(gzip.decompress(map_nifti(shown)))


def test_a_saved_map_has_its_numbers_its_grid_and_its_space(rng, oblique_affine):
    data = rng.normal(size=(7, 8, 9)).astype(np.float32)
    img = read_back(made(oblique_affine, data, unit="mean / SD", form_code=4))
    np.testing.assert_array_equal(img.get_fdata(), data)
    np.testing.assert_allclose(img.affine, oblique_affine, atol=1e-5)
    assert (int(img.header["sform_code"]), int(img.header["qform_code"])) == (4, 4)
    np.testing.assert_allclose(img.get_qform(), oblique_affine, atol=1e-4)
    assert img.header.get_xyzt_units()[0] == "mm"
    assert img.header["descrip"].tobytes().startswith(b"tSNR, mean / SD")


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, ">i2", ">f4", np.float64, np.int32])
def test_numbers_keep_their_type(dtype, oblique_affine):
    data = np.arange(504, dtype=dtype).reshape(7, 8, 9)
    img = read_back(made(oblique_affine, data))
    assert img.get_data_dtype() == np.dtype(dtype).newbyteorder("=")
    np.testing.assert_array_equal(np.asarray(img.dataobj), data)


@pytest.mark.parametrize(("dtype", "saved"), [(bool, np.uint8), (np.float16, np.float32)])
def test_types_that_other_programs_do_not_read_are_saved_as_their_neighbours(dtype, saved, oblique_affine):
    data = (np.arange(504).reshape(7, 8, 9) % 2).astype(dtype)
    img = read_back(made(oblique_affine, data))
    assert img.get_data_dtype() == saved
    np.testing.assert_array_equal(np.asarray(img.dataobj), data.astype(saved))


def test_a_slope_is_applied_once(oblique_affine):
    stored = np.arange(504, dtype=np.int16).reshape(7, 8, 9)
    img = read_back(made(oblique_affine, stored, volume=Volume(stored, 0.5, 10.0)))
    np.testing.assert_allclose(img.get_fdata(), 10 + 0.5 * stored)


@pytest.mark.parametrize(
    ("facts", "t", "name"),
    [
        ({}, 3, "bold_tsnr.nii.gz"),
        ({"title": "bold.nii.gz", "n_volumes": 20}, 3, "bold_volume-3.nii.gz"),
        ({"title": "minus volume 7", "n_volumes": 20}, 30, "bold_minus-volume-7_volume-19.nii.gz"),
        ({"title": "T1w.nii", "source": "T1w.nii"}, 0, "T1w.nii.gz"),
        ({"title": "SD / mean (%)", "source": ""}, 0, "sd-mean.nii.gz"),
    ],
)
def test_file_names_say_what_a_map_is(facts, t, name, oblique_affine):
    assert map_file_name(made(oblique_affine, np.zeros((7, 8, 9)), **facts), t) == name
