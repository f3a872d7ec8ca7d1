"""The text files of the simulated study: descriptions, sidecars, events and confounds."""

import json
from collections.abc import Callable

import numpy as np

from lib.studies.simulated.courses import framewise_displacement, motion_parameters, tissue_courses
from lib.studies.simulated.known import DERIVATIVES, KNOWN, Run
from lib.studies.simulated.readme import make_readme

BIDS_VERSION = "1.10.0"


def study_texts() -> dict[str, Callable[[], str]]:
    """Return relative path -> function that makes the text of that file."""
    texts = {
        "README": make_readme,
        "dataset_description.json": lambda: _json(
            {
                "Name": "Voxel Explorer sample: two simulated subjects",
                "BIDSVersion": BIDS_VERSION,
                "DatasetType": "raw",
                "License": "CC0",
                "GeneratedBy": [{"Name": "Voxel Explorer", "Description": "Simulated data: nobody was scanned."}],
            }
        ),
        "participants.tsv": lambda: _table(
            ["participant_id", "age", "sex", "handedness", "group"],
            [["sub-01", "27", "F", "right", "simulated"], ["sub-02", "34", "M", "left", "simulated"]],
        ),
        "participants.json": lambda: _json(
            {
                "age": {"Description": "Invented age", "Units": "year"},
                "sex": {"Description": "Invented sex", "Levels": {"F": "female", "M": "male"}},
                "handedness": {"Description": "Invented handedness"},
                "group": {"Description": "Both subjects are simulated"},
            }
        ),
        # At the root, so that both subjects' game runs inherit from it.
        "task-game_bold.json": lambda: _json(_bold_sidecar("game")),
        "sub-01/func/sub-01_task-game_bold.json": lambda: _json({"EchoTime": 0.03, "FlipAngle": 75}),
        f"{DERIVATIVES}/dataset_description.json": lambda: _json(
            {
                "Name": "Masks and confounds of the simulated subjects, laid out as fMRIPrep does",
                "BIDSVersion": BIDS_VERSION,
                "DatasetType": "derivative",
                "License": "CC0",
                "GeneratedBy": [
                    {"Name": "Voxel Explorer", "Description": "Written from the simulation itself, not estimated."}
                ],
            }
        ),
    }
    for name, note in _T1W_NOTES.items():
        texts[name] = lambda note=note: _json({"Modality": "MR", "Description": note})
    for run in KNOWN.runs:
        if run.task != "game":
            texts[f"{run.stem}_bold.json"] = lambda run=run: _json(_bold_sidecar(run.task))
        if run.blocks:
            texts[f"{run.stem}_events.tsv"] = lambda run=run: _events(run)
        texts[run.confounds_path] = lambda run=run: _confounds(run)
        texts[run.confounds_path.replace(".tsv", ".json")] = lambda: _json(_CONFOUND_NOTES)
    return texts


def _bold_sidecar(task: str) -> dict:
    return {
        "TaskName": task,
        "RepetitionTime": KNOWN.tr,
        "EchoTime": 0.035,
        "Manufacturer": "none: simulated",
        "Instructions": "None: this run is simulated.",
    }


def _events(run: Run) -> str:
    trials = sorted((onset, name) for name, onsets in run.blocks for onset in onsets)
    rows = [[f"{onset:.1f}", f"{run.block_duration:.1f}", name] for onset, name in trials]
    return _table(["onset", "duration", "trial_type"], rows)


def _confounds(run: Run) -> str:
    motion = motion_parameters(run)
    columns = {**tissue_courses(run), "framewise_displacement": framewise_displacement(motion)}
    columns |= dict(zip(("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"), motion.T, strict=True))
    for n in range(KNOWN.n_non_steady):
        columns[f"non_steady_state_outlier{n:02d}"] = (np.arange(run.n_volumes) == n).astype(float)
    rows = zip(*columns.values(), strict=True)
    return _table(list(columns), [["n/a" if np.isnan(value) else f"{value:.8g}" for value in row] for row in rows])


def _table(names: list[str], rows: list[list[str]]) -> str:
    return "\n".join("\t".join(row) for row in [names, *rows]) + "\n"


def _json(content: dict) -> str:
    return json.dumps(content, indent=2) + "\n"


_T1W_NOTES = {
    "sub-01/anat/sub-01_T1w.json": "Simulated from the MNI152 template.",
    "sub-01/anat/sub-01_acq-mismatch_T1w.json": "Simulated; qform and sform disagree on purpose.",
    "sub-02/anat/sub-02_T1w.json": "Simulated from the MNI152 template.",
}

_CONFOUND_NOTES = {
    "global_signal": {"Description": "Mean of the noiseless simulation over the brain", "Method": "Simulation"},
    "csf": {"Description": "Mean of the noiseless simulation over cerebrospinal fluid", "Method": "Simulation"},
    "white_matter": {"Description": "Mean of the noiseless simulation over white matter", "Method": "Simulation"},
    "framewise_displacement": {"Description": "Power's framewise displacement, radius 50 mm", "Units": "mm"},
    "trans_x": {"Description": "Where the head went, to the right", "Units": "mm"},
    "trans_y": {"Description": "Where the head went, to the front", "Units": "mm"},
    "trans_z": {"Description": "Where the head went, upwards", "Units": "mm"},
    "rot_x": {"Description": "Rotation about x, right-handed", "Units": "rad"},
    "rot_y": {"Description": "Rotation about y, right-handed", "Units": "rad"},
    "rot_z": {"Description": "Rotation about z, right-handed", "Units": "rad"},
}
