"""Small sound files of every format that the app opens, to be damaged."""

import io
import re
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.testing import data_path

from tests.builders.image_files import nifti_bytes

SHAPE = (5, 4, 3, 4)


@dataclass(frozen=True)
class Seed:
    """The files of one image, unpacked, by their endings.

    Attributes
    ----------
    files : the contents by the ending of the file's name, what is opened first.
    header : the ending of the file with the header, and how many bytes of it are one.
    body : the ending of the file with the voxels.
    """

    files: dict[str, bytes]
    header: tuple[str, int]
    body: str

    @property
    def opened(self) -> str:
        """The ending of the file that a person chooses."""
        return next(iter(self.files))


def numbers(shape=SHAPE, dtype=np.int16) -> np.ndarray:
    """Return numbers that are all different, in the type of a scanner."""
    return (np.arange(np.prod(shape)).reshape(shape) % 251 * 7 - 300).astype(dtype)


def make_seed(name: str) -> Seed:
    """Return the sound image of a format."""
    return SEEDS[name]()


def _nifti1() -> Seed:
    return Seed({".nii": _scaled_nifti(numbers())}, (".nii", 352), ".nii")


def _nifti1_float() -> Seed:
    return Seed({".nii": nifti_bytes(numbers(dtype=np.float32))}, (".nii", 352), ".nii")


def _packed_nifti1() -> Seed:
    return Seed({".nii.gz": _scaled_nifti(numbers())}, (".nii.gz", 352), ".nii.gz")


def _nifti2() -> Seed:
    return Seed({".nii": nifti_bytes(numbers(), kind=nib.Nifti2Image)}, (".nii", 544), ".nii")


def _pair(kind) -> Seed:
    img = kind(numbers(), np.diag([-2.0, 2.5, 3.0, 1.0]))
    files = {part: io.BytesIO() for part in ("header", "image", "mat")}
    img.file_map = {part: nib.FileHolder(fileobj=files[part]) for part in img.file_map}
    img.to_file_map()
    return Seed({".hdr": files["header"].getvalue(), ".img": files["image"].getvalue()}, (".hdr", 352), ".img")


def _mgh(ending: str) -> Seed:
    raw = nib.MGHImage(numbers(), np.diag([-2.0, 2.5, 3.0, 1.0])).to_bytes()
    return Seed({ending: raw}, (ending, 284), ending)


def _afni() -> Seed:
    text = (Path(data_path) / "example4d+orig.HEAD").read_text()
    text = re.sub(r"(name = DATASET_DIMENSIONS\s+count = 5\s+)33 41 25", r"\g<1>5 4 3", text)
    return Seed(
        {"+orig.HEAD": text.encode(), "+orig.BRIK": numbers((5, 4, 3, 3)).tobytes("F")},
        ("+orig.HEAD", 1 << 20),
        "+orig.BRIK",
    )


def _parrec() -> Seed:
    files = {ending: _public(f"phantom_EPI_asc_CLEAR_2_1{ending}") for ending in (".PAR", ".REC")}
    return Seed(files, (".PAR", 1 << 20), ".REC")


def _minc1() -> Seed:
    return Seed({".mnc": _public("minc1_4d.mnc")}, (".mnc", 3000), ".mnc")


def _minc2() -> Seed:
    return Seed({".mnc": _public("minc2_4d.mnc")}, (".mnc", 8000), ".mnc")


def _scaled_nifti(data: np.ndarray) -> bytes:
    return nifti_bytes(data, scl_slope=0.5, scl_inter=10.0)


def _public(name: str) -> bytes:
    return (Path(data_path) / name).read_bytes()


SEEDS = {
    "NIfTI-1": _nifti1,
    "NIfTI-1 of floats": _nifti1_float,
    "packed NIfTI-1": _packed_nifti1,
    "NIfTI-2": _nifti2,
    "NIfTI pair": lambda: _pair(nib.Nifti1Pair),
    "Analyze": lambda: _pair(nib.Spm99AnalyzeImage),
    "MGH": lambda: _mgh(".mgh"),
    "packed MGH": lambda: _mgh(".mgz"),
    "AFNI": _afni,
    "PAR/REC": _parrec,
    "MINC1": _minc1,
    "MINC2": _minc2,
}
