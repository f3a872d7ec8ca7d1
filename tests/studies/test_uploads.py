"""Uploads: copied once, named safely, gone with their session."""

import gzip
import hashlib
import io
import resource

import nibabel as nib
import numpy as np
import pytest

from lib.errors import InputError
from lib.images.image import open_image, read_volume
from lib.studies.uploads import safe_name, spool_upload


class OneWayStream(io.RawIOBase):
    """A stream that cannot seek, as a network connection."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self._inner.readinto(buffer)


def test_an_upload_lies_in_the_folder_with_its_content_and_digest(tmp_path):
    upload = spool_upload(io.BytesIO(b"abc"), "brain.nii", tmp_path)
    assert upload.path.read_bytes() == b"abc"
    assert upload.path.is_relative_to(tmp_path)
    assert (upload.name, upload.path.name) == ("brain.nii", "brain.nii")
    # The SHA-256 of "abc" is the first example of FIPS 180-2.
    assert upload.key == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_an_upload_of_several_chunks_is_copied_whole(tmp_path, rng):
    content = rng.bytes(3 * (1 << 20) + 7)
    upload = spool_upload(io.BytesIO(content), "brain.mgz", tmp_path)
    assert upload.path.read_bytes() == content
    assert upload.key == hashlib.sha256(content).hexdigest()


def test_a_stream_that_was_read_before_is_read_from_its_beginning(tmp_path):
    stream = io.BytesIO(b"abcdef")
    stream.read()
    assert spool_upload(stream, "brain.nii", tmp_path).path.read_bytes() == b"abcdef"


def test_a_stream_that_cannot_seek_is_taken(tmp_path):
    assert spool_upload(OneWayStream(b"abcdef"), "brain.nii", tmp_path).path.read_bytes() == b"abcdef"


def test_the_same_upload_twice_is_one_file(tmp_path):
    first = spool_upload(io.BytesIO(b"abc"), "brain.nii", tmp_path)
    second = spool_upload(io.BytesIO(b"abc"), "brain.nii", tmp_path)
    assert first == second
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [first.path]


def test_two_contents_under_one_name_are_kept_apart(tmp_path):
    first = spool_upload(io.BytesIO(b"abc"), "brain.nii", tmp_path)
    second = spool_upload(io.BytesIO(b"xyz"), "brain.nii", tmp_path)
    assert first.path.read_bytes() == b"abc"
    assert second.path.read_bytes() == b"xyz"


def test_an_upload_opens_as_an_image_under_its_name_and_digest(tmp_path, oblique_affine):
    data = np.arange(7 * 8 * 9, dtype=np.int16).reshape(7, 8, 9)
    packed = gzip.compress(nib.Nifti1Image(data, oblique_affine).to_bytes())
    upload = spool_upload(io.BytesIO(packed), "my brain.nii.gz", tmp_path)
    image = open_image(upload.path, name=upload.name, key=upload.key)
    assert (image.name, image.key) == ("my_brain.nii.gz", upload.key)
    assert np.array_equal(read_volume(image).stored, data)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("brain.nii.gz", "brain.nii.gz"),
        ("T1.MGZ", "T1.MGZ"),
        ("sub-01_T1w+orig.nii", "sub-01_T1w+orig.nii"),
        ("/etc/passwd.nii", "passwd.nii"),
        ("../../../up.nii", "up.nii"),
        ("C:\\Users\\me\\brain.mgh", "brain.mgh"),
        ("my brain (1).nii", "my_brain_1.nii"),
        ("<img src=x onerror=alert(1)>.nii", "img_src_x_onerror_alert_1.nii"),
        ("a\x00b\n`c`$d.nii.gz", "a_b_c_d.nii.gz"),
        ("Gehirn-Übung.nii", "Gehirn-Übung.nii"),
        ("脑.nii.gz", "脑.nii.gz"),
        (".nii.gz", "image.nii.gz"),
        ("-rf.nii", "rf.nii"),
        ("..nii", "image.nii"),
    ],
)
def test_a_name_is_data_and_never_a_path(given, safe):
    assert safe_name(given) == safe


def test_a_name_written_with_combining_marks_is_the_composed_one():
    assert safe_name("U\u0308bung.nii") == "Übung.nii"


def test_a_long_name_keeps_its_ending_and_fits_a_file_system():
    short = safe_name("脑" * 300 + ".nii.gz")
    assert short.endswith("脑.nii.gz")
    assert len(short.encode()) == 120 + len(".nii.gz")


@pytest.mark.parametrize("name", ["table.csv", "brain", "brain.gz", "brain.dcm", "brain.nii.exe", ""])
def test_other_endings_are_refused_with_what_is_taken(name, tmp_path):
    with pytest.raises(InputError, match=r"cannot be uploaded: an uploaded image ends in \.nii, \.nii\.gz, \.mgz or"):
        spool_upload(io.BytesIO(b"abc"), name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_half_of_a_pair_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(InputError, match=r"^brain.img cannot .* convert them to one \.nii\.gz first\.$"):
        spool_upload(io.BytesIO(b"abc"), "brain.img", tmp_path)


@pytest.mark.parametrize("kind", [io.BytesIO, OneWayStream])
def test_an_upload_above_the_limit_is_refused_with_both_sizes(kind, tmp_path):
    with pytest.raises(InputError, match=r"^brain\.nii is .*, but an upload may have 2\.0 kB\. Crop it") as refused:
        spool_upload(kind(bytes(3000)), "brain.nii", tmp_path, max_bytes=2000)
    assert ("3.0 kB" if kind is io.BytesIO else "more than 2.0 kB") in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_an_upload_at_the_limit_is_taken(tmp_path):
    assert spool_upload(io.BytesIO(bytes(2000)), "brain.nii", tmp_path, max_bytes=2000).path.stat().st_size == 2000


def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path):
    """A limit on the size of files stands for the full disk: the write fails in the same place."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises(InputError, match=r"^brain\.nii does not fit on the server's disk, where .* are free"):
            spool_upload(io.BytesIO(bytes(3 << 20)), "brain.nii", tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_an_upload_into_a_folder_that_was_swept_away_makes_it_again(tmp_path):
    folder = tmp_path / "session"
    assert spool_upload(io.BytesIO(b"abc"), "brain.nii", folder).path.read_bytes() == b"abc"
