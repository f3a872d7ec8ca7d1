"""Small studies built for tests: tiny NIfTI files under the names that real folders use."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np

T1W_SHAPE = (7, 8, 9)
RUN_SHAPE = (3, 4, 5, 6)
MNI = "MNI152NLin2009cAsym"


def write_image(path: Path, shape=T1W_SHAPE, *, tr=2.0, unit="sec", voxel=2.0) -> Path:
    """Write a tiny int16 image, its folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    img = nib.Nifti1Image(np.ones(shape, dtype=np.int16), np.diag([voxel, voxel, voxel, 1.0]))
    img.header.set_xyzt_units("mm", unit)
    if len(shape) == 4:
        img.header["pixdim"][4] = tr
    img.to_filename(path)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a text file, its folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def write_json(path: Path, content) -> Path:
    """Write a JSON file, its folders included."""
    return write_text(path, json.dumps(content))


def write_bids(root: Path) -> Path:
    """Write two subjects, raw and preprocessed, with inherited sidecars, sessions and tables."""
    write_json(root / "dataset_description.json", {"Name": "Two subjects", "BIDSVersion": "1.9.0"})
    write_json(root / "task-game_bold.json", {"RepetitionTime": 2.0, "TaskName": "game", "EchoTime": 0.03})
    write_text(
        root / "participants.tsv", "participant_id\tage\tgroup\nsub-01\t31\tNone\nsub-02\tn/a\tpatient\nsub-03\t40\t\n"
    )
    func = root / "sub-01" / "func"
    write_image(root / "sub-01" / "anat" / "sub-01_T1w.nii.gz")
    write_image(root / "sub-01" / "anat" / "sub-01_T2w.nii.gz")
    for run in ("1", "2"):
        write_image(func / f"sub-01_task-game_run-{run}_bold.nii.gz", RUN_SHAPE)
    write_json(func / "sub-01_task-game_run-2_bold.json", {"EchoTime": 0.05})
    write_text(func / "sub-01_task-game_run-01_events.tsv", "onset\tduration\ttrial_type\n0\t1\tleft\n")
    write_text(root / "task-game_events.tsv", "onset\tduration\n0\t1\n")
    write_image(root / "sub-02" / "ses-a" / "anat" / "sub-02_ses-a_T1w.nii.gz")
    write_image(root / "sub-02" / "ses-b" / "anat" / "sub-02_ses-b_T1w.nii.gz")
    write_image(root / "sub-02" / "ses-b" / "func" / "sub-02_ses-b_task-rest_bold.nii.gz", RUN_SHAPE)
    prep = root / "derivatives" / "fmriprep-23" / "sub-01"
    stem = prep / "func" / "sub-01_task-game_run-1"
    write_image(prep / "anat" / f"sub-01_space-{MNI}_desc-preproc_T1w.nii.gz")
    write_image(prep / "anat" / "sub-01_desc-brain_mask.nii.gz")
    write_image(Path(f"{stem}_space-{MNI}_desc-preproc_bold.nii.gz"), RUN_SHAPE)
    write_image(Path(f"{stem}_space-{MNI}_desc-brain_mask.nii.gz"), RUN_SHAPE[:3])
    write_image(Path(f"{stem}_space-T1w_desc-preproc_bold.nii.gz"), RUN_SHAPE)
    write_text(Path(f"{stem}_desc-confounds_timeseries.tsv"), "trans_x\n" + "0.1\n" * 6)
    return root


def write_notes(root: Path) -> Path:
    """Write the learning notes' own names: words after the suffix, and no dataset_description.json."""
    write_image(root / "sub-005" / "anat" / "sub-005_T1w_defaced.nii")
    for task in ("game", "film", "rest"):
        write_image(root / "sub-005" / "func" / f"sub-005_task-{task}_run-01_bold_defaced.nii", RUN_SHAPE)
    write_json(root / "sub-005" / "func" / "sub-005_task-game_run-01_bold.json", {"RepetitionTime": 1.5})
    write_text(root / "sub-005" / "func" / "sub-005_task-game_run-01_events.tsv", "onset\tduration\n0\t1\n")
    return root


def write_fcp(root: Path) -> Path:
    """Write two sites in the 1000 Functional Connectomes layout."""
    for site, number in (("Baltimore", "17017"), ("Leiden", "01787")):
        folder = root / site / f"sub{number}"
        write_image(folder / "anat" / "mprage_anonymized.nii.gz")
        write_image(folder / "anat" / "mprage_skullstripped.nii.gz")
        write_image(folder / "func" / "rest.nii.gz", RUN_SHAPE)
        write_text(root / site / f"{site}_demographics.txt", f"sub{number} 27 m\n")
    return root
