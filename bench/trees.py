"""Synthetic studies of any size: names and empty headers, no voxels."""

from pathlib import Path

RUNS_A_SUBJECT = 3
FILES_A_SUBJECT = 2 + 3 * RUNS_A_SUBJECT + 2 * RUNS_A_SUBJECT


def write_tree(root: Path, n_files: int) -> int:
    """Write a BIDS study with fMRIPrep derivatives of at least `n_files` files below `root`, and return their number.

    Images hold 2048 zeros: the index knows them by their names and never opens one.
    """
    root.mkdir(parents=True, exist_ok=True)
    (root / "dataset_description.json").write_text('{"Name": "Synthetic", "BIDSVersion": "1.9.0"}')
    (root / "task-rest_bold.json").write_text('{"RepetitionTime": 2.0}')
    n_subjects = -(-(n_files - 3) // FILES_A_SUBJECT)
    labels = [f"{number:04d}" for number in range(1, n_subjects + 1)]
    rows = "".join(f"sub-{label}\t{20 + int(label) % 50}\n" for label in labels)
    (root / "participants.tsv").write_text(f"participant_id\tage\n{rows}")
    return 3 + sum(_write_subject(root, label) for label in labels)


def _write_subject(root: Path, label: str) -> int:
    raw, derived = root / f"sub-{label}", root / "derivatives" / "fmriprep" / f"sub-{label}" / "func"
    for folder in (raw / "anat", raw / "func", derived):
        folder.mkdir(parents=True)
    image, names = bytes(2048), [raw / "anat" / f"sub-{label}_T1w.nii.gz", raw / "anat" / f"sub-{label}_T1w.json"]
    for run in range(1, RUNS_A_SUBJECT + 1):
        stem = f"sub-{label}_task-rest_run-{run:02d}"
        names += [raw / "func" / f"{stem}_{ending}" for ending in ("bold.nii.gz", "bold.json", "events.tsv")]
        names += [derived / f"{stem}_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"]
        names += [derived / f"{stem}_desc-confounds_timeseries.tsv"]
    for name in names:
        name.write_bytes(
            image if name.suffix == ".gz" else b"{}" if name.suffix == ".json" else b"onset\tduration\n0\t1\n"
        )
    return len(names)
