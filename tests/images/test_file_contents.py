"""Contents: a file that holds something else than its name promises is told by its first bytes."""

import gzip
import shutil

import nibabel as nib
import numpy as np
import pytest

from lib.images.file_contents import describe_content
from tests.builders.image_files import NIBABEL_DATA, assert_is_clear, count_up, nifti_bytes, refusal, write


@pytest.mark.parametrize(("ending", "text"), [(".nii", "a,b\n1,2\n"), (".nii.gz", "a,b\n1,2\n"), (".mgz", "x\ty\n")])
def test_a_table_named_like_an_image_is_plain_text(ending, text, tmp_path):
    path = tmp_path / f"table{ending}"
    path.write_text(text)
    assert refusal(path).startswith(f"table{ending} holds plain text, not an image")


def test_a_table_that_was_packed_is_plain_text_too(tmp_path):
    assert "holds plain text" in refusal(write(tmp_path / "table.nii.gz", "Größe,Wert\n1,2\n".encode() * 100))


def test_a_brik_packed_in_a_way_that_is_not_read_says_so(tmp_path):
    shutil.copy(NIBABEL_DATA / "scaled+tlrc.HEAD", tmp_path)
    (tmp_path / "scaled+tlrc.BRIK.bz2").write_bytes(b"BZh91AY&SY" + bytes(100))
    assert refusal(tmp_path / "scaled+tlrc.HEAD").startswith("scaled+tlrc.BRIK.bz2 is packed with bzip2. Unpack it")


def test_an_unpacked_mgh_under_a_packed_name_says_how_to_rename_it(tmp_path):
    path = tmp_path / "free.mgz"
    path.write_bytes(nib.MGHImage(count_up(), np.eye(4)).to_bytes())
    assert refusal(path) == "free.mgz is an unpacked MGH file with a packed name. Rename it to end in .mgh."


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".mgz", ".img"])
@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"PK\x03\x04" + bytes(600), "is a zip archive. Unpack it"),
        (b"BZh91AY&SY" + bytes(600), "is packed with bzip2"),
        (b"\xfd7zXZ\x00" + bytes(600), "is packed with xz"),
        (b"\x28\xb5\x2f\xfd" + bytes(600), "is packed with zstd"),
        (bytes(257) + b"ustar" + bytes(600), "is a tar archive"),
        (bytes(128) + b"DICM" + bytes(600), "is a DICOM file. Convert its series to NIfTI, for instance with dcm2niix"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600), "is a picture, not a grid of voxels"),
        (b"\xff\xd8\xff\xe0" + bytes(600), "is a picture, not a grid of voxels"),
        (b"%PDF-1.7\n\xe2\xe3", "is a PDF document"),
        (b"<!DOCTYPE html><html></html>", "holds a web page, not an image: the download failed"),
        (b"\n  <HTML>login</HTML>", "holds a web page, not an image: the download failed"),
        (b'<?xml version="1.0"?><GIFTI Version="1.0">', "is a GIFTI surface"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "holds plain text, not an image"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "is a Git LFS pointer"),
        (b"/annex/objects/MD5E-s100--0123.nii.gz\n", "is a git-annex pointer"),
        (b"../.git/annex/objects/zz/qq/MD5E-s1--x.nii.gz", "is a git-annex pointer"),
    ],
)
def test_other_formats_are_named_with_the_way_out(ending, start, words, tmp_path):
    path = tmp_path / f"brain{ending}"
    path.write_bytes(start)
    message = describe_content(path, "mine.nii")
    assert message.startswith(f"mine.nii {words}")
    assert_is_clear(message, tmp_path)


def test_a_link_that_was_saved_as_text_names_the_file_it_leads_to(tmp_path):
    """Git without symbolic links, and zip archives, turn links into small texts."""
    path = tmp_path / "rest.nii.gz"
    path.write_text("../../sub-02/func/sub-02_task-rest_bold.nii.gz")
    assert describe_content(path, path.name) == (
        "rest.nii.gz is a link that was saved as text; it leads to sub-02_task-rest_bold.nii.gz. "
        "Choose that file, or copy the folder again with its links."
    )


def test_what_was_packed_is_looked_into(tmp_path):
    assert describe_content(write(tmp_path / "a.nii.gz", b"<html></html>"), "a.nii.gz").startswith(
        "a.nii.gz holds a web"
    )


def test_a_file_that_was_packed_twice_says_so(tmp_path):
    path = write(tmp_path / "brain.nii.gz", gzip.compress(nifti_bytes(count_up())))
    assert refusal(path) == "brain.nii.gz is packed twice. Unpack it once with gunzip and open the result."


@pytest.mark.parametrize(("ending", "right"), [(".nii", ".nii.gz"), (".mgh", ".mgz"), (".img", ".img.gz")])
def test_a_packed_file_under_an_unpacked_name_says_how_to_rename_it(ending, right, tmp_path):
    path = tmp_path / f"brain{ending}"
    path.write_bytes(gzip.compress(nifti_bytes(count_up())))
    assert describe_content(path, path.name) == (
        f"brain{ending} is a gzip file with an unpacked name. Rename it to end in {right}."
    )


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
def test_an_unpacked_nifti_under_a_packed_name_says_how_to_rename_it(kind, tmp_path):
    path = tmp_path / "brain.nii.gz"
    path.write_bytes(nifti_bytes(count_up(), kind=kind))
    assert describe_content(path, path.name) == (
        "brain.nii.gz is an unpacked NIfTI file with a packed name. Rename it to end in .nii."
    )


def test_bytes_that_are_nothing_known_under_a_packed_name_are_no_gzip(tmp_path):
    path = tmp_path / "brain.nii.gz"
    path.write_bytes(bytes(range(256)) * 4)
    assert "is named like a gzip file but is none" in refusal(path)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_a_nifti_file_without_its_mark_shows_what_stands_there(name, tmp_path):
    message = refusal(write(tmp_path / name, nifti_bytes(count_up(), magic=b"n?1\0")))
    assert message.startswith(f"{name} has b'n?1' where a NIfTI file has its mark, b'n+1' or b'n+2'")


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_a_file_that_is_what_its_name_says_has_nothing_to_be_told(kind, name, tmp_path):
    assert describe_content(write(tmp_path / name, nifti_bytes(count_up(), kind=kind)), name) is None


@pytest.mark.parametrize("name", ["anatomical.nii", "test.mgz", "tiny.mnc", "small.mnc", "scaled+tlrc.HEAD", "T1.PAR"])
def test_a_real_file_of_each_format_has_nothing_to_be_told(name):
    assert describe_content(NIBABEL_DATA / name, name) is None


def test_a_text_whose_first_bytes_end_within_a_letter_is_still_a_text(tmp_path):
    for length in range(540, 548):
        path = tmp_path / "names.nii"
        path.write_bytes(("a" * (length % 4) + "脑" * 300).encode())
        assert describe_content(path, path.name) == (
            "names.nii holds plain text, not an image. Choose a .nii, .nii.gz, .mgz or .mgh file."
        )


def test_numbers_are_not_taken_for_text(tmp_path, rng):
    path = tmp_path / "raw.img"
    path.write_bytes(rng.integers(0, 3000, 1000).astype(np.int16).tobytes())
    assert describe_content(path, path.name) is None
