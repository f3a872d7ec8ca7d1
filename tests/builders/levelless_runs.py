"""Runs whose numbers would mislead: demeaned, standardised, negative, with gaps; and images without plain values."""

from pathlib import Path

import nibabel as nib
import numpy as np

from tests.builders.quality_runs import HEAD, N_VOLUMES, SHAPE, TR, head_mask, write_run

# Volumes that no voxel has, and one more that a single voxel of the head misses.
GAPS = (7, 20, 21)
HOLED, HOLE = (5, 4, 3), 33
# A voxel of the head that none of the runs has spoilt.
WHOLE = (6, 5, 4)
COLOUR, COLOUR_AT, BRIGHTNESS = (200, 100, 50), (2, 3, 4), 0.299 * 200 + 0.587 * 100 + 0.114 * 50
COMPLEX, MAGNITUDE = 3 + 4j, 5
KINDS = ("acquired", "demeaned", "standardised", "negative", "gaps", "half")


def write_images(root: Path, affine: np.ndarray) -> Path:
    """Write a run as acquired, one of each kind made of it, its brain's mask, an RGB image and a complex one."""
    root.mkdir(parents=True, exist_ok=True)
    run = nib.load(write_run(root / "acquired_bold.nii.gz", affine))
    data = np.asarray(run.dataobj, np.float32)
    for kind in KINDS[1:]:
        write_kind(root / f"{kind}_bold.nii.gz", data, affine, kind)
    nib.save(nib.Nifti1Image(head_mask().astype(np.uint8), affine), root / "head_mask.nii.gz")
    colours = np.zeros(SHAPE, [("R", "u1"), ("G", "u1"), ("B", "u1")])
    colours[HEAD] = (10, 20, 30)
    colours[COLOUR_AT] = COLOUR
    nib.save(nib.Nifti1Image(colours, affine), root / "colours.nii.gz")
    nib.save(nib.Nifti1Image(np.full(SHAPE, COMPLEX, np.complex64), affine), root / "complex.nii.gz")
    return root


def write_kind(path: Path, data: np.ndarray, affine: np.ndarray, kind: str) -> Path:
    """Write a kind of run made of one as acquired, (I, J, K, T)."""
    img = nib.Nifti1Image(make_kind(data, kind).astype(np.float32), affine)
    img.header["pixdim"][4] = TR
    img.header.set_xyzt_units("mm", "sec")
    nib.save(img, path)
    return path


def make_kind(data: np.ndarray, kind: str) -> np.ndarray:
    """Return a run without its mean, in all or in its head alone, in SDs, with its sign turned, or with gaps."""
    if kind == "gaps":
        holed = data.astype(np.float32)
        holed[..., list(GAPS)] = np.nan
        if data.shape == (*SHAPE, N_VOLUMES):
            holed[(*HOLED, HOLE)] = np.inf
        return holed
    if kind == "negative":
        return -data
    demeaned = data - data.mean(axis=3, keepdims=True)
    if kind == "half":
        return np.where(head_mask()[..., np.newaxis], demeaned, data)
    if kind == "demeaned":
        return demeaned
    sd = data.std(axis=3, keepdims=True)
    return np.divide(demeaned, sd, out=np.zeros_like(demeaned), where=sd > 0)
