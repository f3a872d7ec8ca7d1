"""A study whose every name and text would be more than text to Markdown, Plotly, HTML or a spreadsheet."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np

from tests.builders import quality_runs

# As far as a file name may hold it: no slash. And without the underscores that part a name.
NAME = (
    "![x](https:evil.example) www.evil.example me@evil.example <b>n<b> <img src=https:evil.example> :red[r] :smile: "
    ":streamlit: `c` $m$ %{y} &lt; a -> b -- c ~~s~~ #h"
)
TEXT = (
    "=1+1 ![x](https://evil.example/i.png) <img src=https://evil.example/j.png> https://evil.example/x "
    "www.evil.example me@evil.example <b>n</b> <a href='https://evil.example/l'>l</a> [l](https://evil.example) "
    ":red[r] :smile: :streamlit: :material/home: `c` $m$ %{y} &lt; a -> b -- c *e* ~~s~~ |t| #h"
)
OTHER = f"1. {TEXT}"
# A header's fields are shorter.
DESCRIP, INTENT = "![x](https://evil.example/d) www.evil.example <b>n</b> :smile:", "<b>n www.evil.io"
RUN = f"sub-01/func/sub-01_task-{NAME}_run-1_bold.nii.gz"
SECOND = RUN.replace("run-1", "run-2")
T1W = f"sub-01/anat/sub-01_acq-{NAME}_T1w.nii.gz"
MASK = f"derivatives/made/{RUN.replace('_bold', '_desc-brain_mask')}"


def write_study(root: Path, affine: np.ndarray) -> Path:
    """Write two runs with events, confounds, a mask and a sidecar, an anatomy, and the study's own tables."""
    for number, path in enumerate((RUN, SECOND)):
        _put_texts_in(quality_runs.write_run(root / path, affine, seed=number))
    _write(root / "dataset_description.json", json.dumps({"Name": TEXT, "BIDSVersion": "1.9.0"}))
    _write(root / "participants.tsv", f"participant_id\t{TEXT}\nsub-01\t{TEXT}\nsub-02\t{OTHER}\n")
    _write(root / RUN.replace(".nii.gz", ".json"), json.dumps({TEXT: TEXT, "TaskName": TEXT}))
    events = [f"{onset}\t6\t{kind}" for onset, kind in ((4, TEXT), (20, OTHER), (40, TEXT), (60, OTHER))]
    _write(root / RUN.replace("_bold.nii.gz", "_events.tsv"), "\n".join(["onset\tduration\ttrial_type", *events, ""]))
    made = root / "derivatives" / "made"
    _write(made / "dataset_description.json", json.dumps({"Name": TEXT, "BIDSVersion": "1.9.0"}))
    table = quality_runs.write_confounds(made / RUN.replace("_bold.nii.gz", "_desc-confounds_timeseries.tsv"))
    first, *rows = table.read_text("utf-8").splitlines()
    lines = [f"{first}\t{TEXT}", *(f"{row}\t{number % 7}" for number, row in enumerate(rows))]
    _write(table, "\n".join([*lines, ""]))
    quality_runs.write_mask(root / MASK, affine)
    _write_anatomy(root / T1W, affine)
    return root


def _put_texts_in(path: Path) -> None:
    img = nib.load(path)
    img = nib.Nifti1Image(np.asanyarray(img.dataobj), img.affine, img.header)
    img.header["descrip"], img.header["intent_name"], img.header["db_name"] = DESCRIP, INTENT, INTENT
    nib.save(img, path)


def _write_anatomy(path: Path, affine: np.ndarray) -> None:
    i, j, k = np.indices([2 * n for n in quality_runs.SHAPE])
    path.parent.mkdir(parents=True, exist_ok=True)
    finer = affine @ np.diag([0.5, 0.5, 0.5, 1.0])
    nib.save(nib.Nifti1Image((100 + i + j + k).astype(np.int16), finer), path)
    _put_texts_in(path)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
