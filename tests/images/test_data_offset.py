"""Data offsets: what a header says of where its voxels begin is held against the file, and told as that."""

import struct

import nibabel as nib
import numpy as np
import pytest

from lib.images import size_limits
from lib.images.image import open_image, read_volume
from tests.builders.image_files import count_up, nifti_bytes, refusal, save, write


@pytest.mark.parametrize(
    ("offset", "said"),
    [(1e18, "10^18"), (2.5e21, "2.5 x 10^21"), (3e9, "3,000,000,000"), (2e6, "2,000,000")],
)
def test_data_that_begin_behind_the_end_of_the_file_are_told_as_that(offset, said, tmp_path):
    """A flipped bit in the offset was told as "announces 1e+15 PB a volume", of a file of a kilobyte."""
    path = write(tmp_path / "brain.nii", nifti_bytes(count_up(), vox_offset=offset))
    assert refusal(path) == (
        f"brain.nii is cut off or damaged: its header says that the data begin at byte {said}, but the file has "
        "1,360 bytes. Copy or export it again."
    )


def test_a_packed_file_is_held_against_what_it_can_unpack_to(tmp_path):
    path = write(tmp_path / "brain.nii.gz", nifti_bytes(count_up(), vox_offset=1e18))
    assert f"begin at byte 10^18, but the file has {path.stat().st_size} packed bytes" in refusal(path)


@pytest.mark.parametrize(("offset", "said"), [(np.inf, "inf"), (np.nan, "nan"), (-1000, "-1,000")])
@pytest.mark.parametrize("name", ["brain.nii", "brain.nii.gz"])
def test_an_offset_that_is_no_byte_is_told_as_that(name, offset, said, tmp_path):
    path = write(tmp_path / name, nifti_bytes(count_up(), vox_offset=offset))
    assert f"the data begin at byte {said}, which no file has" in refusal(path)


def test_the_offset_of_a_pair_is_held_against_the_file_of_its_voxels(tmp_path):
    save(nib.Nifti1Pair, count_up(), np.eye(4), tmp_path / "brain.img")
    raw = bytearray((tmp_path / "brain.hdr").read_bytes())
    raw[108:112] = struct.pack("<f", 1e18)
    (tmp_path / "brain.hdr").write_bytes(raw)
    assert "begin at byte 10^18, but the file has 1,008 bytes" in refusal(tmp_path / "brain.hdr")


def test_the_offset_of_a_nifti2_file_is_read_where_it_stands(tmp_path):
    raw = bytearray(nifti_bytes(count_up(), kind=nib.Nifti2Image))
    raw[168:176] = struct.pack("<q", 10**18)
    assert "begin at byte 10^18" in refusal(write(tmp_path / "brain.nii", bytes(raw)))


def test_what_lies_before_the_data_is_passed_over_up_to_a_limit(tmp_path, monkeypatch):
    raw = nifti_bytes(count_up(), vox_offset=5008)
    path = write(tmp_path / "brain.nii", raw[:352] + bytes(5008 - 352) + raw[352:])
    assert np.array_equal(read_volume(open_image(path)).stored, count_up())
    monkeypatch.setattr(size_limits, "MAX_VOLUME_BYTES", 5000)
    assert "begin at byte 5,008, but at most 5,000 bytes are passed over" in refusal(path)
