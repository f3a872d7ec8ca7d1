"""What is imported before it is needed: start-up pays for every import, and so does a small host's memory."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

# Submodules, because nibabel asks for the empty shell of scipy and Streamlit imports plotly by itself.
HEAVY = (
    "nilearn", "sklearn", "scipy.stats", "scipy.signal", "scipy.ndimage", "scipy.sparse", "scipy.optimize",
    "distributed",
)  # fmt: skip
PREAMBLE = "import sys; sys.path.insert(0, '.'); sys.argv = ['app.py']; "
SAY = f"; print(sorted(name for name in {HEAVY} if name in sys.modules))"
PLOTLY = "{name for name in sys.modules if name.partition('.')[0] in ('plotly', '_plotly_utils')}"


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def first_run(tmp_path_factory) -> list[str]:
    """Return what the first visitor's first page, the studies, imports in a server that has just been started."""
    code = (
        "import os; os.environ['VOXEL_EXPLORER_CACHE'] = sys.argv[0] + '-cache'; "
        "from streamlit.testing.v1 import AppTest; "
        "found = AppTest.from_file('app.py', default_timeout=60).run(); assert not found.exception, found.exception; "
        "print(sorted(sys.modules))"
    )
    start = f"import sys; sys.path.insert(0, '.'); sys.argv = [{str(tmp_path_factory.mktemp('app') / 'app')!r}]; "
    return eval(run_python(start + code))


def test_the_server_starts_without_heavy_imports():
    assert run_python(PREAMBLE + "import app" + SAY) == "[]"


def test_the_server_starts_without_any_module_that_opens_images():
    assert (
        run_python(PREAMBLE + "import app; print([n for n in ('nibabel', 'h5py', 'pandas') if n in sys.modules])")
        == "[]"
    )


def test_plotly_is_not_imported_by_us_when_the_server_starts():
    """Streamlit 1.67 imports plotly itself where it is installed, so the most that can be asked is no more of it."""
    code = f"import streamlit; before = {PLOTLY}; import app; print(sorted({PLOTLY} - before))"
    assert run_python(PREAMBLE + code) == "[]"


@pytest.mark.parametrize("name", HEAVY)
def test_the_first_page_runs_without(first_run, name):
    assert name not in first_run


def test_dask_is_not_needed_where_no_cluster_is_named(tmp_path):
    """It is no part of requirements.txt: all cores have to do without it."""
    code = (
        "sys.modules['distributed'] = sys.modules['dask'] = None; from pathlib import Path; "
        "from lib.cohort.all_runs import measure_study; from lib.cohort.runs_to_measure import RunToMeasure; "
        f"print(measure_study([RunToMeasure('made/a', 'a', Path('a.nii'))], folder=Path({str(tmp_path)!r}))[0].error)"
    )
    assert "a.nii" in run_python(PREAMBLE + "import os; os.environ.pop('DASK_SCHEDULER_ADDRESS', None); " + code)
