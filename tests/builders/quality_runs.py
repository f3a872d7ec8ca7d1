"""A run of known quality for the tests of the quality page: where its head, its spike and its first volumes are."""

from pathlib import Path

import nibabel as nib
import numpy as np

SHAPE, N_VOLUMES, TR = (14, 16, 10), 40, 2.0
SPIKE, JUMP, THRESHOLD = 25, 30, 0.5
HEAD = (slice(4, 10), slice(3, 9), slice(2, 8))
JUMP_MM = 1.5


def head_mask() -> np.ndarray:
    """Return where the head is, (14, 16, 10) bool, 216 voxels."""
    mask = np.zeros(SHAPE, dtype=bool)
    mask[HEAD] = True
    return mask


def write_run(path: Path, affine: np.ndarray, seed: int = 7) -> Path:
    """Write a run of 40 volumes: a head of about 1000 in noise of 20, two bright first volumes and one spike."""
    rng = np.random.default_rng(seed)
    mask = head_mask()
    data = rng.normal(20, 2, (*SHAPE, N_VOLUMES))
    data[mask] += 1000 + rng.normal(0, 10, (mask.sum(), N_VOLUMES))
    data[mask, 0] += 500
    data[mask, 1] += 300
    data[mask, SPIKE] += 100
    img = nib.Nifti1Image(data.clip(0).astype(np.int16), affine)
    img.header["pixdim"][4] = TR
    img.header.set_xyzt_units("mm", "sec")
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(img, path)
    return path


def write_mask(path: Path, affine: np.ndarray) -> Path:
    """Write the head as a mask on the run's grid."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(head_mask().astype(np.uint8), affine), path)
    return path


def motion_table() -> np.ndarray:
    """Return (40, 6) parameters, translations in mm first: still but for 1.5 mm along z from volume 30 on."""
    six = np.zeros((N_VOLUMES, 6))
    six[:, 0] = 0.02 * (np.arange(N_VOLUMES) % 2)
    six[JUMP:, 2] = JUMP_MM
    six[:, 3] = 0.0005 * (np.arange(N_VOLUMES) % 2)
    return six


def write_confounds(path: Path, six: np.ndarray | None = None) -> Path:
    """Write the parameters as fMRIPrep names them."""
    names = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = motion_table() if six is None else six
    lines = ["\t".join(names), *("\t".join(f"{value:.6g}" for value in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_study(root: Path, affine: np.ndarray, subjects=("01", "02")) -> Path:
    """Write a BIDS study with a mask and confounds a run; the last subject has no motion and a damaged second run."""
    (root / "dataset_description.json").parent.mkdir(parents=True, exist_ok=True)
    (root / "dataset_description.json").write_text('{"Name": "made", "BIDSVersion": "1.9.0"}', encoding="utf-8")
    for number, subject in enumerate(subjects):
        stem = f"sub-{subject}/func/sub-{subject}_task-rest"
        write_run(root / f"{stem}_bold.nii.gz", affine, seed=number)
        write_mask(root / f"derivatives/made/{stem}_desc-brain_mask.nii.gz", affine)
        if subject != subjects[-1]:
            write_confounds(root / f"derivatives/made/{stem}_desc-confounds_timeseries.tsv")
    last = root / f"sub-{subjects[-1]}/func/sub-{subjects[-1]}_task-broken_bold.nii.gz"
    last.write_bytes((root / f"sub-{subjects[0]}/func/sub-{subjects[0]}_task-rest_bold.nii.gz").read_bytes()[:4000])
    return root


def write_endless_run(path: Path) -> Path:
    """Write a run that takes minutes to measure and no room on disk: 32767 volumes of nothing but holes."""
    header = nib.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape((64, 64, 64, 32767))
    header.set_xyzt_units("mm", "sec")
    header["vox_offset"] = 352
    header["magic"] = b"n+1"
    with path.open("wb") as out:
        header.write_to(out)
        out.truncate(352 + 2 * 64**3 * 32767)
    return path
