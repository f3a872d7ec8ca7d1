"""How long it takes to know what a study of 10,000 files holds."""

from collections.abc import Iterator

from bench.comparing import Row
from bench.processes import run_python
from bench.trees import write_tree
from bench.workbench import Workbench

N_FILES = 10_000
DERIVATIVES = '{"Name": "fMRIPrep", "BIDSVersion": "1.9.0", "GeneratedBy": [{"Name": "fMRIPrep"}]}'
OURS = """
import json, sys, time
from lib.studies import read_study
start = time.perf_counter()
study = read_study(sys.argv[1])
taken = 1e3 * (time.perf_counter() - start)
runs = sum(file.name.suffix == "bold" for file in study.files)
print(json.dumps({"ms": taken, "runs": runs, "subjects": len(study.subjects)}))
"""
REFERENCE = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
from bids import BIDSLayout
start = time.perf_counter()
layout = BIDSLayout(sys.argv[1], derivatives=True)
taken = 1e3 * (time.perf_counter() - start)
runs = len(layout.get(suffix="bold", extension=".nii.gz"))
print(json.dumps({"ms": taken, "runs": runs, "subjects": len(layout.get_subjects())}))
"""


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the row about indexing."""
    tree = bench.folder / "tree"
    write_tree(tree, 300 if bench.is_quick else N_FILES)
    # pybids reads no derivatives that do not say who made them.
    (tree / "derivatives" / "fmriprep" / "dataset_description.json").write_text(DERIVATIVES)
    ours, theirs = [], []
    for turn in range(bench.times(15)):
        for _ in range(bench.times(3)):
            ours.append(run_python(OURS, tree))
        theirs.append(run_python(REFERENCE, tree))
        assert {found["subjects"] for found in (ours[-1], theirs[-1])} == {ours[-1]["subjects"]}, turn
    yield Row(
        f"indexing a {N_FILES:,}-file BIDS tree",
        "ms",
        tuple(found["ms"] for found in ours),
        "pybids BIDSLayout",
        tuple(found["ms"] for found in theirs),
        ratio=1 / 5,
    )
