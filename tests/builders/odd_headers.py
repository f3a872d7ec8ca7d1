"""A NIfTI file that is right in every respect, and ways to spoil one field of it."""

import nibabel as nib
import numpy as np
from nibabel.eulerangles import euler2mat

from lib.images.headers.doctor import examine_header

SCANNER = np.array([[-4.0, 0, 0, 126], [0, 4, 0, -110], [0, 0, 4, -60], [0, 0, 0, 1]])
SHAPE = (32, 40, 30)


def make_image(affine=SCANNER, shape=SHAPE, tr=2.0):
    """A run or volume that the doctor finds nothing wrong with."""
    img = nib.Nifti1Image(np.zeros(shape, np.int16), affine)
    img.set_sform(affine, 1)
    img.set_qform(affine, 1)
    img.header.set_xyzt_units("mm", "sec")
    if len(shape) == 4:
        img.header.set_zooms((*img.header.get_zooms()[:3], tr))
    return img


def stored(img, tmp_path, **fields):
    """Write the image with header fields that nibabel would not write, and open the file."""
    raw = bytearray(img.to_bytes())
    header = nib.Nifti1Header(bytes(raw[:348]), check=False)
    for name, value in fields.items():
        header[name] = value
    raw[:348] = header.binaryblock
    path = tmp_path / "stored.nii"
    path.write_bytes(raw)
    return nib.load(path)


def finding(img, name, sidecar_tr=None):
    return next(found for found in examine_header(img, sidecar_tr) if found.name == name)


def turned(degrees):
    affine = SCANNER.copy()
    affine[:3, :3] = euler2mat(x=np.deg2rad(degrees)) @ affine[:3, :3]
    return affine
