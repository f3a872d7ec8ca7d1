"""Sizes: what a header announces is refused before anything is unpacked, and nothing beyond it is read."""

import gzip
import os
import shutil
import struct
import tracemalloc

import nibabel as nib
import numpy as np
import pytest

from lib.images import size_limits
from lib.images.image import open_image, read_volume
from lib.images.size_limits import size_text
from tests.builders.image_files import NIBABEL_DATA, count_up, nifti_bytes, refusal, save, write, write_endless


def test_a_small_packed_file_that_announces_a_huge_grid_is_refused_by_its_header(tmp_path):
    path = write(tmp_path / "bomb.nii.gz", nifti_bytes(count_up(), dim1=500, dim2=500, dim3=500))
    message = refusal(path)
    assert message.startswith(
        f"bomb.nii.gz holds {path.stat().st_size:,} packed bytes, which cannot unpack to the 250,0"
    )


@pytest.mark.parametrize("name", ["bomb.nii.gz", "bomb.mgz"])
def test_a_packed_file_without_end_is_read_only_as_far_as_its_header_says(name, tmp_path):
    data = count_up((7, 8, 9, 2))
    start = nifti_bytes(data) if name.endswith(".gz") else nib.MGHImage(data, np.eye(4)).to_bytes()
    path = write_endless(tmp_path / name, start)
    tracemalloc.start()
    stored = read_volume(open_image(path), 1).stored
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(stored, data[..., 1])
    assert peak < 20e6


@pytest.mark.parametrize("size", [0, -16, 2**31 - 16])
def test_a_header_extension_without_end_is_not_read(size, tmp_path):
    """nibabel reads an extension whole, whatever size it announces; 0 means to the end of the file."""
    start = bytearray(nifti_bytes(count_up(), has_extension=1, vox_offset=4096))
    start[352:352] = struct.pack("<ii", size, 6).ljust(4096 - 352, b"\0")
    message = refusal(write_endless(tmp_path / "bomb.nii.gz", bytes(start)))
    assert f"announces a header extension of {size:,} bytes" in message


def test_a_header_of_its_own_without_end_is_not_read(tmp_path):
    save(nib.Nifti1Pair, count_up(), np.eye(4), tmp_path / "pair.img.gz")
    start = bytearray(gzip.decompress((tmp_path / "pair.hdr.gz").read_bytes())[:348])
    write_endless(tmp_path / "pair.hdr.gz", bytes(start) + b"\1\0\0\0")
    for name in ("pair.hdr.gz", "pair.img.gz"):
        assert "announces a header extension of 0 bytes" in refusal(tmp_path / name)


def test_real_header_extensions_are_read(tmp_path):
    img = nib.Nifti1Image(count_up(), np.eye(4), dtype=np.int16)
    img.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"first"))
    img.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"second" * 100))
    nib.save(img, tmp_path / "notes.nii.gz")
    image = open_image(tmp_path / "notes.nii.gz")
    assert len(image.img.header.extensions) == 2
    assert np.array_equal(read_volume(image).stored, count_up())


def test_a_minc1_file_larger_than_memory_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.mnc"
    path.write_bytes(b"CDF\x01")
    os.truncate(path, 3 << 30)
    assert "announces 3.2 GB a volume" in refusal(path)


@pytest.mark.parametrize("dims", [(32767, 32767, 32767), (2000, 2000, 2000), (7, -8, -9)])
def test_an_mgz_is_refused_by_its_header_before_its_voxels_are_passed_through(dims, tmp_path):
    """nibabel goes through all of the file to a footer behind the voxels."""
    start = bytearray(nib.MGHImage(count_up(), np.eye(4)).to_bytes())
    struct.pack_into(">3i", start, 4, *dims)
    message = refusal(write_endless(tmp_path / "bomb.mgz", bytes(start)))
    assert "announces" in message or "has the shape 7 x -8 x -9" in message


def test_voxels_that_begin_far_behind_the_header_are_refused(tmp_path):
    raw = bytearray(nifti_bytes(count_up(), kind=nib.Nifti2Image))
    struct.pack_into("<q", raw, 168, 1 << 40)
    message = refusal(write_endless(tmp_path / "far.nii.gz", bytes(raw)))
    assert "the data begin at byte 1,099,511,627,776, but the file has" in message


def test_a_brik_that_is_cut_off_says_so_with_both_sizes(tmp_path):
    shutil.copy(NIBABEL_DATA / "scaled+tlrc.HEAD", tmp_path)
    (tmp_path / "scaled+tlrc.BRIK").write_bytes((NIBABEL_DATA / "scaled+tlrc.BRIK").read_bytes()[:1000])
    assert "holds 1,000 bytes, but its header announces 218,268" in refusal(tmp_path / "scaled+tlrc.HEAD")


def test_a_rec_that_is_cut_off_says_so_with_both_sizes(tmp_path):
    name = "phantom_EPI_asc_CLEAR_2_1"
    shutil.copy(NIBABEL_DATA / f"{name}.PAR", tmp_path)
    (tmp_path / f"{name}.REC").write_bytes(bytes(1000))
    assert "holds 1,000 bytes, but its header announces 221,184" in refusal(tmp_path / f"{name}.PAR")


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (1_048_576, "1.0 MB"),
        (1 << 30, "1.1 GB"),
        (70_362_300_000_000, "70.4 TB"),
        (2_305_561_547_000_000_000, "2,305.6 PB"),
        (10**38, "1e+23 PB"),
    ],
)
def test_a_size_is_written_in_the_unit_that_a_person_would_use(n_bytes, text):
    assert size_text(n_bytes) == text


def test_an_unpacked_file_that_is_longer_than_announced_opens(tmp_path):
    path = tmp_path / "padded.nii"
    path.write_bytes(nifti_bytes(count_up()) + bytes(1000))
    assert np.array_equal(read_volume(open_image(path)).stored, count_up())


def test_zeros_that_were_packed_as_tight_as_gzip_can_are_believed(tmp_path):
    data = np.zeros((200, 200, 200), np.uint8)
    path = tmp_path / "mask.nii.gz"
    path.write_bytes(gzip.compress(nifti_bytes(data), 9))
    assert read_volume(open_image(path)).stored.max() == 0


def test_a_volume_above_the_limit_is_refused_though_the_file_holds_it(tmp_path):
    path = write(tmp_path / "large.nii", nifti_bytes(np.zeros((1, 1, 1), np.float32), dim1=1000, dim2=1000, dim3=1000))
    os.truncate(path, 352 + 4 * 1000**3)
    assert refusal(path) == (
        "large.nii announces 4.0 GB a volume and 4.0 GB in all, more than the 1.1 GB and 68.7 GB that can be shown. "
        "Crop or resample it, or check that its header is right."
    )


def test_a_run_is_limited_as_a_whole_and_not_by_its_volume(tmp_path):
    raw = nifti_bytes(np.zeros((1, 1, 1, 2), np.float32), dim1=500, dim2=500, dim3=200, dim4=400)
    path = write(tmp_path / "run.nii", raw)
    os.truncate(path, 352 + 4 * 500 * 500 * 200 * 400)
    assert "announces 200.0 MB a volume and 80.0 GB in all" in refusal(path)


def test_a_volume_above_its_share_of_the_memory_is_refused_with_both_numbers(tmp_path, monkeypatch):
    """Half a megabyte unpacked to 503: on a small host it would have taken the whole server with it."""
    path = write(tmp_path / "big.nii.gz", nifti_bytes(np.zeros((100, 100, 100), np.int16)))
    monkeypatch.setattr(size_limits, "host_memory", lambda: 16_000_000)
    assert read_volume(open_image(path)).stored.shape == (100, 100, 100)
    monkeypatch.setattr(size_limits, "host_memory", lambda: 12_000_000)
    assert refusal(path) == (
        "big.nii.gz announces 2.0 MB a volume, but this server has 12.0 MB of memory, of which one volume may take an "
        "eighth, 1.5 MB. Crop or resample it, or open it on a computer with more memory."
    )


def test_a_system_that_does_not_tell_its_memory_has_the_other_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(size_limits, "host_memory", lambda: None)
    assert read_volume(open_image(write(tmp_path / "brain.nii", nifti_bytes(count_up())))).stored.shape == (7, 8, 9)
