"""Packed files: unpacked as gunzip does it, whatever lies behind the last voxel."""

import gzip
import io
import shutil
import subprocess

import nibabel as nib
import numpy as np
import pytest
from isal import isal_zlib

from lib.images.gzip_stream import open_gzip
from lib.images.image import open_image, read_volume
from tests.builders.image_files import count_up, nifti_bytes, refusal

DATA = count_up((7, 8, 9, 3))
# What a file may hold behind its last member.
BEHIND = {
    "one byte": b"x",
    "text": b"<html>502 Bad Gateway</html>",
    "zeros to the end of a block": b"\0" * 10_240,
    "zeros, then more": b"\0" * 600 + b"more",
    "half of a mark": b"\x1f\x8b",
    "more than is read at once": bytes(range(1, 31)) * 10_000,
}


def pack_in_members(plain: bytes, n: int, between: bytes = b"") -> bytes:
    """Return gzip members of n bytes each, as bgzip writes them, and an empty one at the end."""
    parts = [gzip.compress(plain[start : start + n], 1) for start in range(0, len(plain), n)]
    return between.join([*parts, gzip.compress(b"")])


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("name", ["run.nii.gz", "run.mgz"])
def test_bytes_behind_the_packed_ones_are_left_alone(name, behind, tmp_path):
    """nibabel and gunzip read such a file; the app refused its last volume, and its time courses, as damaged."""
    plain = nifti_bytes(DATA) if name.endswith(".gz") else nib.MGHImage(DATA, np.eye(4)).to_bytes()
    path = tmp_path / name
    path.write_bytes(gzip.compress(plain, 1) + BEHIND[behind])
    image = open_image(path)
    for t in range(3):
        assert np.array_equal(read_volume(image, t).stored, DATA[..., t])
    assert np.array_equal(np.asarray(nib.load(path).dataobj), DATA)


@pytest.mark.parametrize("between", [b"", b"\0" * 100], ids=["one after another", "zeros between"])
def test_members_are_one_stream(between, tmp_path):
    """As bgzip writes them; Python and nibabel skip zeros between them."""
    path = tmp_path / "run.nii.gz"
    path.write_bytes(pack_in_members(nifti_bytes(DATA), 1000, between))
    image = open_image(path)
    assert np.array_equal(read_volume(image, 2).stored, DATA[..., 2])
    assert np.array_equal(np.asarray(nib.load(path).dataobj), DATA)


@pytest.mark.skipif(shutil.which("gunzip") is None, reason="needs gunzip")
@pytest.mark.parametrize("behind", BEHIND)
def test_the_stream_is_what_gunzip_writes(behind, tmp_path, rng):
    path = tmp_path / "some.gz"
    path.write_bytes(pack_in_members(rng.bytes(300_000), 70_000) + BEHIND[behind])
    unpacked = subprocess.run(["gunzip", "-c", path], capture_output=True, check=False).stdout
    assert len(unpacked) == 300_000
    with open_gzip(path.open("rb")) as stream:
        assert stream.read() == unpacked


def test_any_place_of_the_stream_can_be_gone_to(rng):
    plain = rng.bytes(3_000_000)
    stream = open_gzip(io.BytesIO(pack_in_members(plain, 900_000)))
    for place in (2_999_990, 0, 899_999, 900_001, 2_500_000):
        assert stream.seek(place) == place
        assert stream.read(20) == plain[place : place + 20]
        assert stream.tell() == min(place + 20, 3_000_000)
    stream.seek(100)
    stream.seek(5, io.SEEK_CUR)
    assert stream.read(1) == plain[105:106]
    assert stream.seek(5_000_000) == 3_000_000
    assert stream.read(1) == b""


def test_the_file_is_closed_with_its_stream():
    file = io.BytesIO(gzip.compress(b"plain"))
    with open_gzip(file) as stream:
        stream.read()
    assert file.closed


def test_a_member_that_is_cut_off_is_no_end(rng):
    whole = pack_in_members(rng.bytes(50_000), 20_000)
    with pytest.raises(EOFError):
        open_gzip(io.BytesIO(whole[:-30])).read()


def test_a_checksum_that_does_not_fit_is_damage(tmp_path):
    whole = bytearray(gzip.compress(nifti_bytes(DATA), 1))
    whole[-8] ^= 1
    with pytest.raises(isal_zlib.error):
        open_gzip(io.BytesIO(whole)).read()
    (tmp_path / "run.nii.gz").write_bytes(whole)
    assert refusal(tmp_path / "run.nii.gz").startswith("run.nii.gz is damaged: it cannot be unpacked to its end.")
