"""Volumes: the numbers of one frame in their own type, and how they become values."""

import gzip
import os
import shutil
import tracemalloc
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from lib.images.file_problems import READ_ERRORS
from lib.images.image import open_image, read_volume
from lib.images.volumes import Volume, read_frame, stated_zooms
from tests.builders.image_files import NIBABEL_DATA, SHIPPED, count_up, nifti_bytes, values_by_nibabel, write


@pytest.mark.parametrize("name", SHIPPED)
def test_every_format_shows_the_values_that_nibabel_reads(name):
    image = open_image(NIBABEL_DATA / name)
    assert (*image.shape, image.n_volumes) == SHIPPED[name]
    expected = values_by_nibabel(NIBABEL_DATA / name)
    if image.is_time_first:
        expected = np.moveaxis(expected, 0, -1)
    expected = expected.reshape(SHIPPED[name])
    for t in range(image.n_volumes):
        assert np.allclose(read_volume(image, t).values(), expected[..., t], rtol=1e-6)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_scaling_of_an_image_is_that_of_its_volumes(name):
    image = open_image(NIBABEL_DATA / name)
    volume = read_volume(image, image.n_volumes - 1)
    assert (volume.slope, volume.inter) == image.scaling
    assert volume.stored.shape == image.shape
    assert volume.stored.dtype.isnative


@pytest.mark.parametrize(
    "name", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]
)
def test_a_real_file_of_each_type_keeps_it(name, shared_data):
    path = shared_data / "datatypes" / f"{name}.nii"
    image = open_image(path)
    volume = read_volume(image)
    assert image.dtype.name == volume.stored.dtype.name == name
    assert np.array_equal(volume.values(), np.asarray(nib.load(path).dataobj))


@pytest.mark.parametrize("name", ["rgb-3D.nii", "rgb-4D.nii"])
def test_a_real_colour_file_is_shown_by_its_brightness(name, shared_data):
    path = shared_data / "datatypes" / name
    image = open_image(path)
    raw = np.asarray(nib.load(path).dataobj).reshape(*image.shape, -1)[..., 0]
    expected = 0.299 * raw["R"] + 0.587 * raw["G"] + 0.114 * raw["B"]
    volume = read_volume(image)
    assert image.is_rgb
    assert volume.stored.dtype == np.float32
    assert np.allclose(volume.values(), expected, atol=1e-4)


@pytest.mark.parametrize("name", ["zstat1.nii.gz", "mniLR.nii.gz", "ffd.nii.gz"])
def test_a_real_file_shows_the_values_that_nibabel_reads(name, shared_data):
    path = shared_data / "oro.nifti" / name
    image = open_image(path)
    expected = nib.load(path).get_fdata().reshape(*image.shape, image.n_volumes)
    assert np.allclose(read_volume(image, image.n_volumes - 1).values(), expected[..., -1], rtol=1e-6)


def test_a_volume_of_a_large_unpacked_file_is_mapped_not_read(tmp_path):
    path = write(tmp_path / "large.nii", nifti_bytes(np.zeros((1, 1, 1), np.float32), dim1=512, dim2=512, dim3=512))
    os.truncate(path, 352 + 4 * 512**3)
    tracemalloc.start()
    volume = read_volume(open_image(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(volume.stored, np.memmap)
    assert volume.value_at((511, 511, 511)) == 0
    assert peak < 5e6


def test_reading_one_packed_volume_takes_the_memory_of_one(tmp_path):
    path = write(tmp_path / "run.nii.gz", nifti_bytes(np.zeros((50, 60, 70, 20), np.int16)))
    image = open_image(path)
    tracemalloc.start()
    read_volume(image, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 50 * 60 * 70 * 2 + 2e6


def test_a_packed_file_of_several_members_reads_as_one(tmp_path):
    """Parallel packers (bgzip, pigz -i) and `cat a.gz b.gz` write more than one gzip member."""
    data = count_up((7, 8, 9, 3))
    raw = nifti_bytes(data)
    path = tmp_path / "members.nii.gz"
    path.write_bytes(b"".join(gzip.compress(raw[start : start + 500]) for start in range(0, len(raw), 500)))
    image = open_image(path)
    for t in range(3):
        assert np.array_equal(read_volume(image, t).stored, data[..., t])


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.int64, np.float32, np.float64])
def test_a_volume_is_read_in_the_type_it_has_on_disk(dtype, ending, tmp_path):
    data = count_up((7, 8, 9, 3)).astype(dtype)
    image = open_image(write(tmp_path / f"run{ending}", nifti_bytes(data)))
    for t in range(3):
        stored = read_volume(image, t).stored
        assert stored.dtype == dtype
        assert np.array_equal(stored, data[..., t])


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_big_endian_numbers_are_turned_into_native_ones(ending, tmp_path):
    header = nib.Nifti1Header(endianness=">")
    header.set_data_dtype(np.int16)
    img = nib.Nifti1Image(count_up(), np.eye(4), header)
    path = write(tmp_path / f"big{ending}", img.to_bytes())
    image = open_image(path)
    assert image.dtype == np.dtype(">i2")
    assert read_volume(image).stored.dtype == np.dtype(np.int16)
    assert read_volume(image).stored.dtype.isnative
    assert np.array_equal(read_volume(image).values(), count_up())


def test_slope_and_intercept_apply_to_what_is_read(tmp_path):
    image = open_image(write(tmp_path / "brain.nii", nifti_bytes(count_up(), scl_slope=0.5, scl_inter=-10)))
    volume = read_volume(image)
    assert image.scaling == (0.5, -10.0)
    assert volume.stored.dtype == np.int16
    # Voxel (1, 2, 3) is the 1 * 72 + 2 * 9 + 3 = 93rd; 93 / 2 - 10 = 36.5.
    assert volume.value_at((1, 2, 3)) == 36.5
    assert volume.values(1, 2, 3) == 36.5
    assert volume.values(slice(None), 2).shape == (7, 9)
    assert volume.values(slice(None), 2).dtype == np.float32
    assert volume.values(..., 3)[1, 2] == 36.5


@pytest.mark.parametrize("slope", [0, np.nan, np.inf])
def test_a_slope_that_is_no_number_means_none(slope, tmp_path):
    """The NIfTI standard: with a slope of 0, no scaling is applied."""
    image = open_image(write(tmp_path / "brain.nii", nifti_bytes(count_up(), scl_slope=slope, scl_inter=7)))
    assert image.scaling == (1.0, 0.0)
    assert read_volume(image).value_at((1, 2, 3)) == 93


def test_a_value_at_a_voxel_is_exact_in_float64(tmp_path):
    image = open_image(write(tmp_path / "brain.nii", nifti_bytes(np.full((7, 8, 9), 0.1))))
    assert read_volume(image).value_at((6, 7, 8)) == 0.1


def test_values_without_scaling_are_the_stored_numbers_themselves():
    stored = count_up()
    assert np.shares_memory(Volume(stored).values(), stored)
    assert Volume(stored).values().dtype == np.int16


def test_values_do_not_write_into_the_stored_numbers():
    stored = count_up()
    Volume(stored, 2.0, 1.0).values()
    assert np.array_equal(stored, count_up())


def test_a_mapped_file_cannot_be_written_into(tmp_path):
    stored = read_volume(open_image(write(tmp_path / "brain.nii", nifti_bytes(count_up())))).stored
    with pytest.raises(ValueError, match="read-only"):
        stored[0, 0, 0] = 1


def test_a_value_above_what_float32_holds_is_infinite_and_warns_nobody():
    assert np.isposinf(Volume(np.array([[[1e300]]]), 1e300).values()).all()


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_what_is_no_number_is_kept(ending, tmp_path):
    data = np.ones((7, 8, 9), np.float32)
    data[1, 2, 3], data[4, 5, 6], data[0, 0, 1] = np.nan, np.inf, -np.inf
    volume = read_volume(open_image(write(tmp_path / f"odd{ending}", nifti_bytes(data))))
    assert np.isnan(volume.value_at((1, 2, 3)))
    assert volume.value_at((4, 5, 6)) == np.inf
    assert volume.value_at((0, 0, 1)) == -np.inf
    assert np.isfinite(volume.values()).sum() == 7 * 8 * 9 - 3


def test_what_is_no_number_is_kept_through_a_scaling():
    volume = Volume(np.array([[[np.nan, np.inf, -np.inf]]], np.float32), 2.0, 1.0)
    assert np.array_equal(volume.values().ravel(), [np.nan, np.inf, -np.inf], equal_nan=True)


def test_a_constant_image_is_constant(tmp_path):
    raw = nifti_bytes(np.full((7, 8, 9), 5, np.int16), scl_slope=2, scl_inter=1)
    volume = read_volume(open_image(write(tmp_path / "flat.nii.gz", raw)))
    assert np.unique(volume.values()) == [11]


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_complex_number_is_shown_by_its_magnitude(dtype, ending, tmp_path):
    data = np.zeros((7, 8, 9), dtype)
    data[1, 2, 3] = 3 - 4j
    image = open_image(write(tmp_path / f"k{ending}", nifti_bytes(data)))
    volume = read_volume(image)
    assert image.is_complex
    assert image.scaling == (volume.slope, volume.inter) == (1.0, 0.0)
    assert volume.stored.dtype == np.float32
    assert volume.value_at((1, 2, 3)) == 5
    assert volume.value_at((1, 2, 4)) == 0


def test_a_complex_number_is_scaled_before_its_magnitude_is_taken(tmp_path):
    data = np.full((7, 8, 9), 3 + 4j, np.complex64)
    volume = read_volume(open_image(write(tmp_path / "k.nii", nifti_bytes(data, scl_slope=2, scl_inter=0))))
    assert volume.value_at((0, 0, 0)) == 10


@pytest.mark.parametrize("names", ["RGB", "RGBA"])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_colour_is_shown_by_its_brightness(names, ending, tmp_path):
    data = np.zeros((7, 8, 9), [(name, "u1") for name in names])
    for index, colour in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]):
        data[0, 0, index] = (*colour, 9)[: len(names)]
    img = nib.Nifti1Image(data, np.eye(4))
    image = open_image(write(tmp_path / f"rgb{ending}", img.to_bytes()))
    volume = read_volume(image)
    assert image.is_rgb
    assert image.scaling == (1.0, 0.0)
    # ITU-R BT.601: 0.299, 0.587 and 0.114 of 255; together 255.
    assert np.allclose(volume.stored[0, 0, :5], [76.245, 149.685, 29.07, 255, 0], atol=1e-3)


def with_factors(folder: Path, factors: str) -> Path:
    """Write a copy of a real AFNI file with a factor for each of its three volumes, 0 meaning none."""
    shutil.copy(NIBABEL_DATA / "example4d+orig.BRIK.gz", folder / "run+orig.BRIK.gz")
    text = (NIBABEL_DATA / "example4d+orig.HEAD").read_text()
    text += f"\ntype  = float-attribute\nname  = BRICK_FLOAT_FACS\ncount = 3\n {factors}\n"
    (folder / "run+orig.HEAD").write_text(text)
    return folder / "run+orig.HEAD"


def test_afni_factors_that_differ_scale_each_volume_by_its_own(tmp_path):
    path = with_factors(tmp_path, "2 0 0.5")
    image = open_image(path)
    assert image.scaling == (1.0, 0.0)
    plain = open_image(NIBABEL_DATA / "example4d+orig.HEAD")
    for t, factor in enumerate((2, 1, 0.5)):
        volume = read_volume(image, t)
        assert volume.stored.dtype == np.float32
        assert np.array_equal(volume.values(), read_volume(plain, t).stored * factor)


def test_afni_factors_that_agree_leave_the_numbers_as_stored(tmp_path):
    image = open_image(with_factors(tmp_path, "0.5 0.5 0.5"))
    assert image.scaling == (0.5, 0.0)
    assert read_volume(image, 2).stored.dtype == np.int16
    assert np.allclose(read_volume(image, 2).values(), image.img.get_fdata()[..., 2])


def test_damage_behind_the_voxels_of_a_packed_file_is_noticed(tmp_path):
    """With its packed tail zeroed, a file gave wrong voxels without a word: nobody compared gzip's checksum."""
    path = tmp_path / "image.nii.gz"
    values = np.arange(7 * 8 * 9, dtype=np.int16).reshape(7, 8, 9)
    nib.save(nib.Nifti1Image(values, np.eye(4)), path)
    packed = bytearray(path.read_bytes())
    packed[-8:-4] = bytes(4)
    path.write_bytes(packed)
    with pytest.raises(READ_ERRORS):
        read_frame(nib.load(path), (7, 8, 9), 0)


def test_minc_states_the_step_of_time_that_the_file_has():
    """nibabel's header said 2 s, the size of a voxel, where the file says 1 s."""
    img = nib.load(NIBABEL_DATA / "minc1_4d.mnc")
    assert stated_zooms(img) == (1.0, 2.0, 2.0, 2.0)


@pytest.mark.parametrize("value", [16_777_217, 2**53 + 1, 2**63 + 5, 2**64 - 1])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_whole_number_is_read_out_to_its_last_digit(value, ending, tmp_path):
    data = np.zeros((7, 8, 9), np.uint64)
    data[1, 2, 3] = value
    volume = read_volume(open_image(write(tmp_path / f"labels{ending}", nifti_bytes(data))))
    assert volume.value_at((1, 2, 3)) == value
    assert isinstance(volume.value_at((1, 2, 3)), int)


def test_a_whole_number_with_a_whole_slope_is_exact_too(tmp_path):
    data = np.full((7, 8, 9), 2**53 + 1, np.int64)
    volume = read_volume(open_image(write(tmp_path / "a.nii", nifti_bytes(data, scl_slope=2, scl_inter=-3))))
    assert volume.value_at((0, 0, 0)) == 2 * (2**53 + 1) - 3
    halves = read_volume(open_image(write(tmp_path / "b.nii", nifti_bytes(data.astype(np.int16), scl_slope=0.5))))
    assert isinstance(halves.value_at((0, 0, 0)), float)
