"""Small images with known answers, for the browser's tests."""

from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.affines import apply_affine, from_matvec

SHAPE = (24, 28, 20)
# Off the centre on each axis, in the dark part of the picture, and brighter than everything.
BRIGHT = (17, 9, 13)
BRIGHT_VALUE = 231
# The 2 mm grid of a textbook: (0, 20, 44) mm lie in voxel (45, 73, 58).
MNI_2MM_SHAPE = (91, 109, 91)
MNI_2MM = np.array([[-2.0, 0, 0, 90], [0, 2, 0, -126], [0, 0, 2, -72], [0, 0, 0, 1]])
HOT_MM, COLD_MM = (20.0, -30.0, 10.0), (-24.0, 30.0, -16.0)


def oblique() -> np.ndarray:
    """Return an affine with its first axis to the left, turned by some degrees about x and z, with unequal voxels."""
    tilt, turn = np.deg2rad(8.0), np.deg2rad(-6.0)
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    about_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    turned = about_z @ about_x @ np.diag([-4.0, 5.0, 6.0])
    return from_matvec(turned, [47.0, -60.0, -50.0])


def bright_mm() -> np.ndarray:
    """Return where the bright voxel's centre lies, (3,) world mm."""
    return apply_affine(oblique(), BRIGHT)


def oblique_image() -> nib.Nifti1Image:
    """Return values that grow by 5 along j and by 1 along k, from 20 to 174, with one bright voxel."""
    _, j, k = np.indices(SHAPE)
    data = (20 + 5 * j + k).astype(np.int16)
    data[BRIGHT] = BRIGHT_VALUE
    return nib.Nifti1Image(data, oblique())


def mni_image() -> nib.Nifti1Image:
    """Return an ellipsoid on the textbook's grid, all of one value but for a gradient upwards."""
    i, j, k = np.ogrid[: MNI_2MM_SHAPE[0], : MNI_2MM_SHAPE[1], : MNI_2MM_SHAPE[2]]
    inside = ((i - 45) / 35) ** 2 + ((j - 54) / 45) ** 2 + ((k - 40) / 38) ** 2 < 1
    return nib.Nifti1Image(np.where(inside, 60 + k, 0).astype(np.uint8), MNI_2MM)


def signed_map() -> nib.Nifti1Image:
    """Return a map of its own, coarser grid: +5 falling off around `HOT_MM`, -5 around `COLD_MM`, float32."""
    affine = from_matvec(np.diag([7.0, 7.0, 7.0]), [-84.0, -98.0, -84.0])
    places = apply_affine(affine, np.moveaxis(np.indices((25, 29, 25)), 0, -1))
    bumps = [5 * np.exp(-((places - centre) ** 2).sum(-1) / (2 * 12**2)) for centre in (HOT_MM, COLD_MM)]
    return nib.Nifti1Image((bumps[0] - bumps[1]).astype(np.float32), affine)


def write_images(folder: Path) -> Path:
    """Write the images into a new folder, with one in a folder below and a link that leads out; return it."""
    (folder / "below").mkdir(parents=True)
    nib.save(oblique_image(), folder / "oblique.nii.gz")
    nib.save(mni_image(), folder / "below" / "mni-2mm.nii.gz")
    nib.save(signed_map(), folder / "signed.nii.gz")
    outside = folder.parent / "outside.nii.gz"
    nib.save(oblique_image(), outside)
    (folder / "link.nii.gz").symlink_to(outside)
    return folder
