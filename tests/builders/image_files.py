"""Small image files made by hand, with headers that tell the truth or do not."""

import gzip
import re
import struct
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from lib.errors import InputError
from lib.images.image import open_image, read_volume

NIBABEL_DATA = Path(nib.__file__).parent / "tests" / "data"

# Files that nibabel ships, and their shapes with time last.
SHIPPED = {
    "anatomical.nii": (33, 41, 25, 1),
    "functional.nii": (17, 21, 3, 20),
    "example4d.nii.gz": (128, 96, 24, 2),
    "example_nifti2.nii.gz": (32, 20, 12, 2),
    "test.mgz": (3, 4, 5, 2),
    "example4d+orig.HEAD": (33, 41, 25, 3),
    "example4d+orig.BRIK.gz": (33, 41, 25, 3),
    "scaled+tlrc.HEAD": (47, 54, 43, 1),
    "scaled+tlrc.BRIK": (47, 54, 43, 1),
    "phantom_EPI_asc_CLEAR_2_1.PAR": (64, 64, 9, 3),
    "phantom_EPI_asc_CLEAR_2_1.REC": (64, 64, 9, 3),
    "phantom_varscale.PAR": (64, 64, 9, 3),
    "tiny.mnc": (10, 20, 20, 1),
    "minc1_4d.mnc": (10, 20, 20, 2),
    "small.mnc": (18, 28, 29, 1),
    "minc2_4d.mnc": (10, 20, 20, 2),
    "minc2-4d-d.mnc": (16, 16, 16, 5),
}

# Where NIfTI-1 keeps a field, and how (https://nifti.nimh.nih.gov/nifti-1/documentation/nifti1fields).
NIFTI1_FIELDS = {
    "sizeof_hdr": ("<i", 0),
    "dim0": ("<h", 40),
    "dim1": ("<h", 42),
    "dim2": ("<h", 44),
    "dim3": ("<h", 46),
    "dim4": ("<h", 48),
    "datatype": ("<h", 70),
    "pixdim3": ("<f", 88),
    "vox_offset": ("<f", 108),
    "scl_slope": ("<f", 112),
    "scl_inter": ("<f", 116),
    "magic": ("4s", 344),
    "has_extension": ("B", 348),
}


def count_up(shape=(7, 8, 9), dtype=np.int16) -> np.ndarray:
    """Return an array in which every voxel has its own number, 0 at the first and growing with the last index."""
    return np.arange(np.prod(shape)).astype(dtype).reshape(shape)


def nifti_bytes(data: np.ndarray, affine=None, kind=nib.Nifti1Image, **fields) -> bytes:
    """Return an unpacked NIfTI file in which the header `fields` were overwritten (NIfTI-1 only)."""
    img = kind(data, np.diag([2.0, 2.5, 3.0, 1.0]) if affine is None else affine, dtype=data.dtype)
    # Stored as they are: nibabel would choose a slope of its own for floats in integers.
    img.header.set_slope_inter(1, 0)
    raw = bytearray(img.to_bytes())
    for name, value in fields.items():
        form, offset = NIFTI1_FIELDS[name]
        struct.pack_into(form, raw, offset, value)
    return bytes(raw)


def write(path: Path, raw: bytes) -> Path:
    """Write bytes as they are, packed where the name says so."""
    path.write_bytes(gzip.compress(raw, 1) if path.name.lower().endswith((".gz", ".mgz")) else raw)
    return path


def write_mgh(path: Path, *, has_ras: bool = True) -> Path:
    """Write a small FreeSurfer file that states its orientation, or says in its header that it does not."""
    raw = bytearray(nib.MGHImage(count_up(dtype=np.float32), np.diag([-2.0, 2.5, 3.0, 1.0])).to_bytes())
    raw[28:30] = int(has_ras).to_bytes(2, "big")
    return write(path, bytes(raw))


def write_endless(path: Path, start: bytes) -> Path:
    """Write a small .gz that unpacks to `start` and then to 16 GB of zeros."""
    zeros = gzip.compress(bytes(1 << 24), 9)
    path.write_bytes(gzip.compress(start) + zeros * 1000)
    return path


def assert_is_clear(message: str, folder: Path) -> None:
    """Assert what every message promises: one or two whole sentences, on one line, without the server's folders."""
    assert "\n" not in message
    assert message.endswith(".")
    assert len(re.findall(r"[.!?](?= |$)", message)) <= 2, message
    assert str(folder) not in message
    assert str(folder.parent) not in message
    assert not re.search(r"(?<!\w)/\w+/\w", message), message
    assert "Error" not in message
    assert "Traceback" not in message


def save(kind, data, affine, path) -> None:
    """Write an image in the type of its data."""
    img = kind(data, affine)
    img.set_data_dtype(data.dtype)
    nib.save(img, path)


def read_last(path, **names):
    """Open a file and read its last volume."""
    image = open_image(path, **names)
    return read_volume(image, image.n_volumes - 1)


def refusal(path, **names) -> str:
    """Return the sentence with which opening the file, or reading its last volume, is refused."""
    with pytest.raises(InputError) as refused:
        read_last(path, **names)
    assert_is_clear(str(refused.value), Path(path).parent)
    return str(refused.value)


def values_by_nibabel(path) -> np.ndarray:
    """Return what nibabel makes of the whole file, and close what it leaves open."""
    img = nib.load(path)
    values = img.get_fdata()
    if isinstance(img, nib.parrec.PARRECImage):
        img.dataobj.file_like.close()
    return values
