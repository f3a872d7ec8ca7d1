"""A study of three runs in which every time course is known, for the tests of the time series page."""

from pathlib import Path

import nibabel as nib
import numpy as np

SHAPE = (12, 14, 10)
# task -> volumes, TR in s, ending
TASKS = {"flash": (48, 2.0, ".nii.gz"), "rest": (30, 3.0, ".nii.gz"), "story": (40, 1.5, ".nii")}
# The voxel that answers the flashes, off the centre on each axis; its neighbours do not.
ACTIVE = (8, 4, 6)
ONSETS, DURATION, RESPONSE = (8.0, 40.0, 72.0), 10.0, 60.0
SPIKE, SPIKE_HEIGHT = 20, 300.0
DRIFT = 2.0  # image units a volume
FLASH = "made/sub-01/func/sub-01_task-flash_bold.nii.gz"
STORY = "made/sub-01/func/sub-01_task-story_bold.nii"
T1W = "made/sub-01/anat/sub-01_T1w.nii.gz"


def level(i, j, k):
    """Return what a voxel of a run measures at rest, before any drift."""
    return 1000.0 + 10 * i + 5 * j + k


def course(task: str, ijk) -> np.ndarray:
    """Return the time course of a voxel, (T,) float64, image units.

    The level differs from voxel to voxel, story's is 500 higher; flash drifts, has a spike, and its active voxel
    answers each flash two volumes later.
    """
    n_volumes, tr, _ = TASKS[task]
    volumes = np.arange(n_volumes)
    values = np.full(n_volumes, level(*ijk))
    if task == "story":
        values += 500 + 3 * (volumes % 4)
    if task == "rest":
        values += 4 * (volumes % 2)
    if task == "flash":
        values += DRIFT * volumes + SPIKE_HEIGHT * (volumes == SPIKE)
        if tuple(ijk) == ACTIVE:
            late = volumes * tr - 2 * tr
            values += RESPONSE * sum((late >= onset) & (late < onset + DURATION) for onset in ONSETS)
    return values


def write_study(root: Path, affine: np.ndarray) -> Path:
    """Write a BIDS study: three runs, flash with events and confounds, and a T1w on a grid of its own."""
    (root / "sub-01" / "func").mkdir(parents=True)
    (root / "dataset_description.json").write_text('{"Name": "made", "BIDSVersion": "1.9.0"}', encoding="utf-8")
    for task in TASKS:
        _write_run(root, task, affine)
    stem = root / "sub-01" / "func" / "sub-01_task-flash"
    rows = [f"{onset}\t{DURATION}\t{'left' if number == 1 else 'right'}" for number, onset in enumerate(ONSETS)]
    Path(f"{stem}_events.tsv").write_text("\n".join(["onset\tduration\ttrial_type", *rows, ""]), encoding="utf-8")
    _write_confounds(root)
    _write_t1w(root, affine)
    return root


def _write_run(root: Path, task: str, affine: np.ndarray) -> None:
    n_volumes, tr, ending = TASKS[task]
    data = np.empty((*SHAPE, n_volumes), np.int16)
    for ijk in np.ndindex(SHAPE):
        data[ijk] = course(task, ijk)
    img = nib.Nifti1Image(data, affine)
    img.header["pixdim"][4] = tr
    img.header.set_xyzt_units("mm", "sec")
    nib.save(img, root / "sub-01" / "func" / f"sub-01_task-{task}_bold{ending}")


def _write_confounds(root: Path) -> None:
    n_volumes = TASKS["flash"][0]
    folder = root / "derivatives" / "made" / "sub-01" / "func"
    folder.mkdir(parents=True)
    rows = [f"{1000 + DRIFT * t:g}\t{0.1 * (t == SPIKE):g}" for t in range(n_volumes)]
    text = "\n".join(["global_signal\tframewise_displacement", *rows, ""])
    (folder / "sub-01_task-flash_desc-confounds_timeseries.tsv").write_text(text, encoding="utf-8")


def _write_t1w(root: Path, affine: np.ndarray) -> None:
    """Write voxels of half the size over the same box."""
    finer = affine @ np.diag([0.5, 0.5, 0.5, 1.0])
    finer[:3, 3] = (affine @ [-0.25, -0.25, -0.25, 1.0])[:3]
    i, j, k = np.indices([2 * n for n in SHAPE])
    (root / "sub-01" / "anat").mkdir(parents=True)
    nib.save(nib.Nifti1Image((100 + i + j + k).astype(np.int16), finer), root / "sub-01" / "anat" / "sub-01_T1w.nii.gz")
