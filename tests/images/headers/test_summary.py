"""The facts about an image that a person asks for first, in words."""

import shutil
from pathlib import Path

import h5py
import nibabel as nib
import numpy as np
import pytest

from lib.errors import InputError
from lib.images.headers import Field, summarise_image
from lib.images.image import open_image, read_volume

NIBABEL_DATA = Path(nib.__file__).parent / "tests" / "data"
SHAPE = (7, 8, 9)
EXAMPLES = (
    "anatomical.nii", "functional.nii", "example4d.nii.gz", "example_nifti2.nii.gz", "standard.nii.gz", "test.mgz",
    "example4d+orig.HEAD", "scaled+tlrc.HEAD", "phantom_EPI_asc_CLEAR_2_1.PAR", "phantom_varscale.PAR", "tiny.mnc",
    "minc1_4d.mnc", "small.mnc", "minc2_4d.mnc", "minc2-4d-d.mnc",
)  # fmt: skip


def save_nifti(path, affine, *, shape=SHAPE, dtype=np.int16, slope=None, inter=None, order="<", step=None, unit=None):
    data = np.zeros(shape, dtype=dtype)
    img = nib.Nifti1Image(data, affine, nib.Nifti1Header(endianness=order))
    img.set_data_dtype(dtype)
    img.header.set_slope_inter(slope, inter)
    if unit:
        img.header.set_xyzt_units("mm", unit)
    if step is not None:
        img.header["pixdim"][4] = step
    nib.save(img, path)
    return open_image(path)


def find(fields: list[Field], name: str) -> Field:
    (field,) = [one for one in fields if one.name == name]
    return field


def shown(image, name: str) -> str:
    return find(summarise_image(image), name).value


def test_grid_voxels_and_axes_are_in_words(tmp_path, oblique_affine):
    fields = summarise_image(save_nifti(tmp_path / "head.nii", oblique_affine))
    assert find(fields, "Shape").value == "7 x 8 x 9"
    assert find(fields, "Volumes").value == "1"
    assert find(fields, "Voxel size").value == "2 x 2.5 x 3 mm"
    assert find(fields, "Axes").value == (
        "First index grows to the Left. Second index grows to the Anterior. Third index grows to the Superior."
    )
    assert "Written LAS for short" in find(fields, "Axes").meaning


def test_three_dimensional_image_has_no_tr(tmp_path, oblique_affine):
    names = [field.name for field in summarise_image(save_nifti(tmp_path / "head.nii", oblique_affine))]
    assert "TR" not in names


def test_size_on_disk_is_held_against_the_unpacked_numbers(tmp_path, oblique_affine):
    """352 bytes of header and 7 x 8 x 9 voxels of 2 bytes."""
    image = save_nifti(tmp_path / "head.nii", oblique_affine)
    assert shown(image, "Size") == "1.4 kB on disk, 1.0 kB unpacked (ratio 0.741)"


def test_numbers_without_a_slope_stay_as_they_are(tmp_path, oblique_affine):
    fields = summarise_image(save_nifti(tmp_path / "head.nii", oblique_affine))
    assert find(fields, "Type on disk").value == "int16"
    assert find(fields, "Type on disk").meaning == "Whole numbers, negative ones too; 2 bytes a voxel."
    assert find(fields, "Type in memory").value == "int16"
    assert find(fields, "Slope and intercept").value == "none"


def test_slope_and_intercept_are_written_as_a_rule(tmp_path, oblique_affine):
    image = save_nifti(tmp_path / "head.nii", oblique_affine, slope=75.5, inter=-1024)
    assert shown(image, "Slope and intercept") == "value = 75.5 x stored - 1024"
    assert shown(image, "Type in memory") == "float32"


@pytest.mark.parametrize(("order", "words"), [("<", "little-endian"), (">", "big-endian")])
def test_byte_order_is_named(tmp_path, oblique_affine, order, words):
    image = save_nifti(tmp_path / "head.nii", oblique_affine, order=order)
    assert shown(image, "Byte order") == words


def test_single_bytes_have_no_order(tmp_path, oblique_affine):
    image = save_nifti(tmp_path / "head.nii", oblique_affine, dtype=np.uint8)
    assert shown(image, "Byte order") == "none"
    assert "1 byte a voxel" in find(summarise_image(image), "Type on disk").meaning


def test_complex_numbers_are_shown_by_their_magnitude(tmp_path, oblique_affine):
    field = find(summarise_image(save_nifti(tmp_path / "c.nii", oblique_affine, dtype=np.complex64)), "Type in memory")
    assert (field.value, field.meaning) == ("float32", "What is shown is the magnitude.")


def test_description_is_text_whatever_it_holds(tmp_path, oblique_affine):
    img = nib.Nifti1Image(np.zeros(SHAPE, dtype=np.int16), oblique_affine)
    img.header["descrip"] = b"<b>5\xb5m</b>\x1b"
    nib.save(img, tmp_path / "head.nii")
    assert shown(open_image(tmp_path / "head.nii"), "Description") == "<b>5µm</b>\ufffd"


def test_missing_description_is_said(tmp_path, oblique_affine):
    assert shown(save_nifti(tmp_path / "head.nii", oblique_affine), "Description") == "(none)"


def test_unit_other_than_millimetres_is_said_to_be_ignored(tmp_path, oblique_affine):
    img = nib.Nifti1Image(np.zeros(SHAPE, dtype=np.int16), oblique_affine)
    img.header.set_xyzt_units("micron", "sec")
    nib.save(img, tmp_path / "mouse.nii")
    field = find(summarise_image(open_image(tmp_path / "mouse.nii")), "Unit of space")
    assert field.value == "µm"
    assert "taken as mm all the same" in field.meaning


@pytest.mark.parametrize(
    ("step", "unit", "value"),
    [
        (2.5, "sec", "2.5 s"),
        (2500, "msec", "2.5 s (the header states 2500 ms)"),
        (2.5e6, "usec", "2.5 s (the header states 2500000 µs)"),
        (0.0, "sec", "none that can be used (the header states 0 s)"),
        (-2.5, "sec", "none that can be used (the header states -2.5 s)"),
        (np.nan, "sec", "none that can be used (the header states nan s)"),
        (2.5, "hz", "none that can be used (the header states 2.5 Hz)"),
        (2.5, "unknown", "2.5 s (the header states 2.5 unknown)"),
    ],
)
def test_tr_is_read_in_the_headers_unit(tmp_path, oblique_affine, step, unit, value):
    image = save_nifti(tmp_path / "run.nii", oblique_affine, shape=(*SHAPE, 4), step=step, unit=unit)
    assert shown(image, "TR") == value
    assert shown(image, "Volumes") == "4"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ffd_original_TR3_sec", None),
        ("ffd_TR3000_msec", None),
        ("ffd_TR3e6_usec", None),
        ("ffd_TR3000_says_sec", "surely 3000 ms"),
        ("ffd_TR3_units_unknown", "has no unit; it is read as seconds"),
        ("ffd_TR0", "is zero"),
        ("ffd_TR-3", "is negative (-3)"),
        ("ffd_TRnan", "is not a number"),
        ("ffd_timeunit_hz", "which is not a time"),
    ],
)
def test_what_is_wrong_with_a_tr_is_said_in_words(shared_data, name, words):
    field = find(summarise_image(open_image(shared_data / "tr-units" / f"{name}.nii.gz")), "TR")
    assert field.value.startswith("3 s") == (name not in ("ffd_TR0", "ffd_TR-3", "ffd_TRnan", "ffd_timeunit_hz"))
    if words is None:
        assert field.meaning == "Time from one volume to the next (repetition time)."
    else:
        assert words in field.meaning


def test_volumes_along_a_fifth_dimension_have_no_tr(tmp_path, oblique_affine):
    image = save_nifti(tmp_path / "field.nii", oblique_affine, shape=(*SHAPE, 1, 3), step=2.0, unit="sec")
    fields = summarise_image(image)
    assert find(fields, "TR").value == "none"
    assert "along a dimension that is not time" in find(fields, "Volumes").meaning


@pytest.mark.parametrize("name", ["minc1_4d.mnc", "minc2_4d.mnc"])
def test_minc_tr_is_its_time_step_and_not_a_voxel_size(name):
    """nibabel overwrites the time step in a MINC header with a voxel size, 2 mm here; the file says 1 s."""
    image = open_image(NIBABEL_DATA / name)
    assert image.img.header.get_zooms()[0] == 2.0
    assert shown(image, "TR") == "1 s"


@pytest.mark.parametrize(("last", "tr"), [("time", "2 s"), ("vector_dimension", "none")])
def test_last_axis_of_a_minc_file_is_time_only_by_name(tmp_path, last, tr):
    """A colour or a vector lies along an axis of its own, whose steps are no seconds."""
    path = tmp_path / "run.mnc"
    shutil.copy(NIBABEL_DATA / "minc2_4d.mnc", path)
    with h5py.File(path, "a") as file:
        root = file["minc-2.0"]
        root["image/0/image"].attrs["dimorder"] = np.bytes_(f"zspace,yspace,xspace,{last}")
        for name in ("image-max", "image-min"):
            root["image/0"][name].attrs["dimorder"] = np.bytes_("zspace,yspace")
        root["dimensions/time"].attrs["step"] = 2.0
        root["dimensions/xspace"].attrs["step"] = 3.0
        if last != "time":
            root["dimensions"].move("time", last)
    assert shown(open_image(path), "TR") == tr


def test_parrec_volumes_that_do_not_follow_in_time_have_no_tr(tmp_path):
    path = tmp_path / "echoes.PAR"
    text = (NIBABEL_DATA / "phantom_EPI_asc_CLEAR_2_1.PAR").read_text()
    line = "Dynamic scan      <0=no 1=yes> ?   :   "
    path.write_text(text.replace(f"{line}1", f"{line}0"))
    shutil.copy(NIBABEL_DATA / "phantom_EPI_asc_CLEAR_2_1.REC", path.with_suffix(".REC"))
    assert shown(open_image(path), "TR") == "none"


def test_afni_run_has_its_tr_and_a_bucket_none(tmp_path):
    assert shown(open_image(NIBABEL_DATA / "example4d+orig.HEAD"), "TR") == "3 s"
    for suffix in (".HEAD", ".BRIK.gz"):
        shutil.copy(NIBABEL_DATA / f"example4d+orig{suffix}", tmp_path / f"bucket+orig{suffix}")
    head = tmp_path / "bucket+orig.HEAD"
    blocks = head.read_text().split("\n\n")
    head.write_text("\n\n".join(block for block in blocks if "TAXIS_" not in block))
    assert shown(open_image(head), "TR") == "none"


def test_scaling_that_differs_from_slice_to_slice_is_said():
    image = open_image(NIBABEL_DATA / "phantom_varscale.PAR")
    assert shown(image, "Slope and intercept") == "one for each slice"


@pytest.mark.parametrize("name", EXAMPLES)
def test_type_in_memory_is_the_type_that_reading_gives(name):
    image = open_image(NIBABEL_DATA / name)
    assert shown(image, "Type in memory") == read_volume(image).values(0, 0, 0).dtype.name


@pytest.mark.parametrize("name", ["int8", "uint8", "uint16", "int64", "float32", "float64", "rgb-3D", "rgb-4D"])
def test_type_in_memory_of_real_types_is_what_reading_gives(shared_data, name):
    image = open_image(shared_data / "datatypes" / f"{name}.nii")
    assert shown(image, "Type in memory") == read_volume(image).values(0, 0, 0).dtype.name
    assert shown(image, "Type on disk") == ("RGB" if name.startswith("rgb") else name)


def test_128_bit_floats_are_narrowed_on_reading(tmp_path, oblique_affine):
    if not nib.casting.have_binary128():
        pytest.skip("this processor has no 128-bit floats of the kind that NIfTI defines")
    image = save_nifti(tmp_path / "wide.nii", oblique_affine, dtype=np.longdouble)
    assert shown(image, "Type in memory") == read_volume(image).values(0, 0, 0).dtype.name == "float64"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("anatomical.nii", "NIfTI-1, header and voxels in one file"),
        ("example_nifti2.nii.gz", "NIfTI-2, header and voxels in one file"),
        ("test.mgz", "FreeSurfer MGH, header and voxels in one file"),
        ("scaled+tlrc.HEAD", "AFNI, a pair of files"),
        ("phantom_EPI_asc_CLEAR_2_1.PAR", "Philips PAR/REC, a pair of files"),
        ("tiny.mnc", "MINC, header and voxels in one file"),
    ],
)
def test_format_is_named(name, words):
    assert shown(open_image(NIBABEL_DATA / name), "Format") == words


def test_no_voxel_is_read(tmp_path, oblique_affine, rng):
    """Voxels that are cut off behind the first kilobytes do not keep the header from being summed up."""
    data = rng.integers(0, 1000, (70, 80, 90)).astype(np.int16)
    nib.save(nib.Nifti1Image(data, oblique_affine), tmp_path / "head.nii.gz")
    image = open_image(tmp_path / "head.nii.gz")
    image.path.write_bytes(image.path.read_bytes()[:5000])
    assert shown(image, "Shape") == "70 x 80 x 90"
    with pytest.raises(InputError):
        read_volume(image)


def test_file_that_went_away_is_one_sentence(tmp_path, oblique_affine):
    image = save_nifti(tmp_path / "head.nii", oblique_affine)
    image.path.write_bytes(b"")
    with pytest.raises(InputError, match=r"head\.nii is empty"):
        summarise_image(image)
