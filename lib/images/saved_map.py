"""How does a map become a file? One volume of it as NIfTI."""

import re

import nibabel as nib
import numpy as np
from isal import igzip

from lib.images.maps import Map


def map_nifti(shown: Map, t: int = 0) -> bytes:
    """Return a map's volume as a gzipped NIfTI-1 file.

    The numbers are the map's own: in their stored type where no scaling is needed, else float32. The grid goes into
    both forms with the code of the space that the map's file stated, and the title and unit into the description.
    """
    values = np.asarray(shown.volume(t).values())
    img = nib.Nifti1Image(_storable(values), shown.affine)
    img.set_sform(shown.affine, code=shown.form_code)
    img.set_qform(shown.affine, code=shown.form_code)
    img.header.set_xyzt_units(xyz="mm")
    img.header["descrip"] = f"{shown.title}, {shown.unit}".encode("ascii", "replace")[:79]
    return igzip.compress(img.to_bytes(), compresslevel=1)


def map_file_name(shown: Map, t: int = 0) -> str:
    """Return a file name that says what a map is, and of which volume where it has several."""
    words = [shown.source.split(".")[0]]
    if shown.title != shown.source:
        words.append(re.sub(r"[^a-z0-9]+", "-", shown.title.lower()).strip("-"))
    if shown.n_volumes > 1:
        words.append(f"volume-{min(t, shown.n_volumes - 1)}")
    return "_".join(word for word in words if word) + ".nii.gz"


def _storable(values: np.ndarray) -> np.ndarray:
    """Return values in a type that NIfTI has and other programs read: booleans as bytes, half floats as floats."""
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    if values.dtype == np.float16:
        return values.astype(np.float32)
    return values.astype(values.dtype.newbyteorder("="), copy=False)
