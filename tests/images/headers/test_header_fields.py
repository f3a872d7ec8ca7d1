"""Every field of a header, with its value and a sentence; and the facts that a person asks for first."""

import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from lib.errors import InputError
from lib.images.headers import Field, list_fields
from lib.images.headers.afni import list_afni_fields
from lib.images.headers.analyze import list_analyze_fields
from lib.images.headers.field import REPLACEMENT, clean_text, code_text, value_text
from lib.images.headers.mgh import list_mgh_fields
from lib.images.headers.nifti import list_nifti_fields
from lib.images.image import open_image

NIBABEL_DATA = Path(nib.__file__).parent / "tests" / "data"
SHAPE = (7, 8, 9)


def save(img, path) -> Path:
    nib.save(img, path)
    return path


def nifti(affine, shape=SHAPE, dtype=np.int16, kind=nib.Nifti1Image):
    return kind(np.zeros(shape, dtype=dtype), affine)


def shown(fields: list[Field], name: str) -> str:
    """Return the value of the one field of that name."""
    (field,) = [one for one in fields if one.name == name]
    return field.value


@pytest.mark.parametrize("kind", [nib.Nifti1Header, nib.Nifti2Header, nib.nifti1.Nifti1PairHeader])
def test_every_nifti_field_has_a_sentence(kind):
    fields = list_nifti_fields(kind())
    assert [field.name for field in fields] == list(kind().keys())
    assert all(field.meaning.endswith(".") and field.value for field in fields)


@pytest.mark.parametrize("kind", [nib.AnalyzeHeader, nib.Spm99AnalyzeHeader, nib.Spm2AnalyzeHeader])
def test_every_analyze_field_has_a_sentence(kind):
    fields = list_analyze_fields(kind())
    assert [field.name for field in fields] == list(kind().keys())
    assert all(field.meaning.endswith(".") and field.value for field in fields)


def test_every_mgh_field_has_a_sentence():
    header = nib.freesurfer.mghformat.MGHHeader()
    fields = list_mgh_fields(header)
    assert [field.name for field in fields] == list(header.keys())
    assert all(field.meaning.endswith(".") and field.value for field in fields)


def test_every_documented_parrec_entry_has_a_sentence():
    """nibabel names what a .PAR file can hold in these two tables; a new entry there would have no sentence here."""
    from lib.images.headers.parrec import GENERAL_MEANINGS, SLICE_MEANINGS

    assert {entry[0] for entry in nib.parrec._hdr_key_dict.values()} == set(GENERAL_MEANINGS)
    assert set(nib.parrec.image_def_dtype.names) == set(SLICE_MEANINGS)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".hdr", ".img"])
def test_codes_of_a_nifti_are_decoded_in_every_storage(tmp_path, oblique_affine, suffix):
    kind = nib.Nifti1Pair if suffix in (".hdr", ".img") else nib.Nifti1Image
    img = nifti(oblique_affine, kind=kind)
    img.set_sform(oblique_affine, code=4)
    img.set_qform(oblique_affine, code=1)
    img.header.set_xyzt_units("mm", "msec")
    img.header.set_dim_info(freq=0, phase=1, slice=2)
    img.header["slice_code"] = 3
    img.header["intent_code"] = 5
    fields = list_fields(open_image(save(img, tmp_path / f"head{suffix}")))
    assert shown(fields, "datatype") == "4 (int16)"
    assert shown(fields, "qform_code") == "1 (scanner)"
    assert shown(fields, "sform_code") == "4 (MNI152)"
    assert shown(fields, "xyzt_units") == "18 (space mm, time msec)"
    assert shown(fields, "slice_code") == "3 (alternating increasing)"
    assert shown(fields, "intent_code") == "5 (z score)"
    assert shown(fields, "dim_info") == "57 (frequency: first index, phase: second index, slice: third index)"
    assert shown(fields, "dim") == "[3, 7, 8, 9, 1, 1, 1, 1]"
    expected = "ni1 (NIfTI-1, a pair of files)" if kind is nib.Nifti1Pair else "n+1 (NIfTI-1, one file)"
    assert shown(fields, "magic") == expected


def test_nifti_2_says_so(tmp_path, oblique_affine):
    fields = list_fields(open_image(save(nifti(oblique_affine, kind=nib.Nifti2Image), tmp_path / "two.nii")))
    assert shown(fields, "sizeof_hdr") == "540"
    assert shown(fields, "magic") == "n+2 (NIfTI-2, one file)"
    assert shown(fields, "eol_check") == "[13, 10, 26, 10]"


def test_fields_are_shown_as_stored_and_not_as_corrected(tmp_path, oblique_affine):
    """nibabel turns negative voxel sizes positive and clears the slope on opening; the file still says otherwise."""
    path = save(nifti(oblique_affine), tmp_path / "odd.nii")
    with path.open("r+b") as stream:
        stream.seek(80)
        stream.write(np.float32(-2.0).tobytes())
        stream.seek(112)
        stream.write(np.array([75.5, -1.0], dtype=np.float32).tobytes())
    fields = list_fields(open_image(path))
    assert shown(fields, "pixdim").split(", ")[1] == "-2"
    assert shown(fields, "scl_slope") == "75.5"
    assert shown(fields, "scl_inter") == "-1"


def test_code_that_no_standard_defines_is_said_to_be_none():
    header = nib.Nifti1Header()
    header["intent_code"], header["slice_code"], header["qform_code"], header["xyzt_units"] = 999, 77, 9, 7
    fields = list_nifti_fields(header)
    assert shown(fields, "intent_code") == "999 (not a NIfTI code)"
    assert shown(fields, "slice_code") == "77 (not a NIfTI code)"
    assert shown(fields, "qform_code") == "9 (not a NIfTI code)"
    assert shown(fields, "xyzt_units") == "7 (space code 7, which is none, time unknown)"


def test_extensions_are_listed_with_code_size_and_beginning(tmp_path, oblique_affine):
    img = nifti(oblique_affine)
    img.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"scanned on a Tuesday"))
    img.header.extensions.append(nib.nifti1.Nifti1Extension(4, b"<?xml version='1.0'?>" + b"a" * 300))
    fields = list_fields(open_image(save(img, tmp_path / "extended.nii.gz")))
    assert shown(fields, "extension 1") == "code 6 (comment), 20 bytes: scanned on a Tuesday"
    assert shown(fields, "extension 2") == f"code 4 (afni), 321 bytes: <?xml version='1.0'?>{'a' * 179}..."


def test_extension_with_an_unregistered_code_is_listed(oblique_affine):
    img = nifti(oblique_affine)
    img.header.extensions.append(nib.nifti1.Nifti1Extension(998, b"\x00\x01binary"))
    assert shown(list_nifti_fields(img.header), "extension 1") == (
        f"code 998 (not registered with nibabel), 8 bytes: {REPLACEMENT}binary"
    )


def test_markup_in_a_description_stays_text(tmp_path, oblique_affine):
    img = nifti(oblique_affine)
    img.header["descrip"] = b"<script>alert('x')</script>"
    fields = list_fields(open_image(save(img, tmp_path / "markup.nii")))
    assert shown(fields, "descrip") == "<script>alert('x')</script>"


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (b"caf\xe9 5 \xb5m\x00\x00", "café 5 µm"),
        (b"\x00\x00", "(empty)"),
        (b"   ", "(empty)"),
        (b"two\nlines\tand  spaces", "two lines and spaces"),
        (b"bell\x07 and\x1b[31m colour", f"bell{REPLACEMENT} and{REPLACEMENT}[31m colour"),
        (b"mid\x00dle", f"mid{REPLACEMENT}dle"),
        ("turned \u202e round, half \ud800", f"turned {REPLACEMENT} round, half {REPLACEMENT}"),
    ],
)
def test_text_is_cleaned(stored, text):
    assert clean_text(stored) == text
    clean_text(stored).encode("utf-8")


def test_long_text_is_cut_and_its_length_said():
    assert clean_text("ab" * 3000) == "ab" * 1000 + "... (6,000 characters)"


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (np.float32(0.1), "0.1"),
        (np.float64(1 / 3), "0.333333"),
        (np.float32(-0.0), "0"),
        (np.int64(2**53 + 1), "9007199254740993"),
        (np.float32(np.nan), "nan"),
        (np.array([1.0, np.inf, -2.5], dtype=">f4"), "[1, inf, -2.5]"),
        (np.eye(2), "[1, 0; 0, 1]"),
        (np.arange(30), f"[{', '.join(str(n) for n in range(24))}, ... (30 values)]"),
        ([], "[]"),
    ],
)
def test_numbers_are_printed_compactly(stored, text):
    assert value_text(stored) == text


def test_code_is_printed_with_its_word():
    assert code_text(4, {4: "int16"}) == "4 (int16)"
    assert code_text(5, {4: "int16"}) == "5 (not a code of this format)"


def test_mgz_header_is_listed(tmp_path, oblique_affine):
    img = nib.MGHImage(np.zeros((*SHAPE, 2), dtype=np.float32), oblique_affine)
    img.header["tr"] = 2000
    fields = list_fields(open_image(save(img, tmp_path / "brain.mgz")))
    assert shown(fields, "dims") == "[7, 8, 9, 2]"
    assert shown(fields, "type") == "3 (float32)"
    assert shown(fields, "delta") == "[2, 2.5, 3]"
    assert shown(fields, "goodRASFlag") == "1 (yes)"
    assert shown(fields, "tr") == "2000"


def test_every_afni_attribute_is_listed_in_the_order_of_the_file():
    image = open_image(NIBABEL_DATA / "example4d+orig.HEAD")
    fields = list_fields(image)
    assert [field.name for field in fields] == list(image.img.header.info)
    assert shown(fields, "ORIENT_SPECIFIC") == (
        "0 (right to left), 3 (anterior to posterior), 4 (inferior to superior)"
    )
    assert shown(fields, "BRICK_TYPES") == "1 (int16) in each of 3 volumes"
    assert shown(fields, "TAXIS_NUMS").endswith(": 3 time points, 25 slice times, unit sec")
    assert shown(fields, "SCENE_DATA").endswith(": original space")
    assert shown(fields, "BRICK_LABS") == "#0, #1, #2"
    assert all("outside AFNI's common ones" not in field.meaning for field in fields)


def test_afni_attribute_without_a_sentence_of_its_own_is_listed_all_the_same():
    header = open_image(NIBABEL_DATA / "scaled+tlrc.HEAD").img.header.copy()
    header.info["VOLREG_MATVEC_000003"] = [1.0, 0.0]
    header.info["LAB_JOURNAL"] = "page 12"
    known, unknown = list_afni_fields(header)[-2:]
    assert known == Field("VOLREG_MATVEC_000003", "[1, 0]", "Matrix by which motion correction moved one volume.")
    assert (unknown.value, "outside AFNI's common ones" in unknown.meaning) == ("page 12", True)


def test_parrec_lists_general_information_and_sums_up_its_table():
    fields = list_fields(open_image(NIBABEL_DATA / "phantom_EPI_asc_CLEAR_2_1.PAR"))
    assert shown(fields, "protocol_name") == "EPI_asc CLEAR"
    assert shown(fields, "exam_date") == "2014.02.14 / 09:00:57"
    assert shown(fields, "repetition_time") == "[2000]"
    assert shown(fields, "dyn_scan") == "1 (yes)"
    assert shown(fields, "per slice: slice number") == "1 to 9 (9 different)"
    assert shown(fields, "per slice: slice orientation") == "1 (transverse)"
    assert shown(fields, "per slice: rescale slope") == "1.29035"
    assert shown(fields, "per slice: contrast type") == "8"


@pytest.mark.parametrize("name", ["minc1_4d.mnc", "minc2_4d.mnc"])
def test_minc_lists_dimensions_and_properties(name):
    fields = list_fields(open_image(NIBABEL_DATA / name))
    assert shown(fields, "image dimorder") == "time,zspace,yspace,xspace"
    assert shown(fields, "xspace direction_cosines") == "[1, 0, 0]"
    assert shown(fields, "zspace start") == "-10"
    assert shown(fields, "study modality") == "MRI__"
    assert shown(fields, "minc_version") == "2.1.20"


@pytest.mark.parametrize("name", ["minc1-no-att.mnc", "minc2-no-att.mnc"])
def test_minc_without_properties_still_lists_its_fields(name):
    assert list_fields(open_image(NIBABEL_DATA / name))


@pytest.mark.parametrize("name", ["anatomical.nii", "minc1_4d.mnc"])
def test_file_that_went_away_is_one_sentence(tmp_path, name):
    path = tmp_path / name
    shutil.copy(NIBABEL_DATA / name, path)
    image = open_image(path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match=f"{name} is empty"):
        list_fields(image)


@pytest.mark.parametrize("name", ["anatomical.nii", "functional.nii", "example4d.nii.gz", "example_nifti2.nii.gz"])
def test_every_nibabel_example_has_text_in_every_cell(name):
    fields = list_fields(open_image(NIBABEL_DATA / name))
    assert all(field.name and field.value and field.meaning.endswith(".") for field in fields)


def test_real_analyze_file_is_listed_with_spms_origin(shared_data):
    fields = list_fields(open_image(shared_data / "oro.nifti" / "avg152T1.img.gz"))
    assert shown(fields, "datatype") == "2 (uint8)"
    assert shown(fields, "origin") == "[46, 64, 37, 0, 0]"
    assert shown(fields, "descrip") == "ICBM AVG 152 T1 TAL LIN"
    assert shown(fields, "pixdim").startswith("[0, -2, 2, 2")


@pytest.mark.parametrize("order", ["LAS", "LPS", "PSR", "RAS", "RPI", "SLA"])
def test_real_files_of_every_storage_order_are_listed(shared_data, order):
    fields = list_fields(open_image(shared_data / "orientations" / f"{order}.nii.gz"))
    assert shown(fields, "sform_code") == "1 (scanner)"
    assert shown(fields, "qform_code") == "0 (unknown)"
