"""A scheduler or a worker that could measure otherwise than the app is refused with what differs, in one sentence."""

import shutil
from pathlib import Path

import dask
import nibabel
import pytest

from lib.cohort.all_runs import SCHEDULER_VARIABLE, measure_study
from lib.cohort.fitting_cluster import connect
from lib.cohort.runs_to_measure import list_runs
from lib.errors import InputError
from tests.builders.dask_cluster import PATIENCE, address_of, run_scheduler, run_workers
from tests.conftest import ROOT


def write_package(folder: Path, name: str, version: str) -> Path:
    """Write what Python knows an installed package's version by; return the folder."""
    facts = folder / f"{name}-{version}.dist-info" / "METADATA"
    facts.parent.mkdir(parents=True)
    facts.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    return folder


def write_code(folder: Path, addition: str = "") -> Path:
    """Write the app's code with an addition to one of its modules; return the folder."""
    shutil.copytree(ROOT / "lib", folder / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "lib" / "quality" / "dvars.py").open("a", encoding="utf-8") as module:
        module.write(addition)
    return folder


def other_nibabel(folder: Path) -> Path:
    return write_package(write_code(folder), "nibabel", "4.0.1")


def other_code(folder: Path) -> Path:
    return write_code(folder, "SCALE = 2\n")


def no_code(folder: Path) -> Path:
    return folder


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """Return a client of a scheduler without workers, and the folder of its `scheduler.json`."""
    folder = tmp_path_factory.mktemp("scheduler")
    with run_scheduler(folder) as client:
        yield client, folder


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (other_nibabel, f"has nibabel 4.0.1, not {nibabel.__version__}, so it could measure other numbers. Install"),
        (other_code, "has other code of the app, so it could measure other numbers. Start it again with PYTHONPATH"),
        (no_code, "cannot import the app's code (No module named 'lib'): start it with PYTHONPATH set to the app's"),
    ],
)
def test_a_worker_that_could_measure_otherwise_is_refused(scheduler, study, folder, tmp_path, monkeypatch, write, told):
    client, cluster_folder = scheduler
    monkeypatch.setenv(SCHEDULER_VARIABLE, address_of(client))
    with run_workers(cluster_folder, write.__name__, "--no-nanny", code=write(tmp_path / "code")):
        client.wait_for_workers(1, timeout=PATIENCE)
        (worker,) = client.nthreads()
        with pytest.raises(InputError) as raised:
            measure_study(list_runs(study, "made"), folder=folder)
    assert str(raised.value).startswith(f"The worker at {worker} {told}")
    assert not folder.exists()


@pytest.mark.filterwarnings("ignore::distributed.versions.VersionMismatchWarning")
def test_a_scheduler_of_another_dask_is_refused(tmp_path):
    other = write_package(tmp_path / "other", "dask", "2024.1.0")
    with run_scheduler(tmp_path, PYTHONPATH=str(other)) as client:
        address = address_of(client)
        with pytest.raises(InputError) as raised, connect(address):
            pytest.fail("It was let pass.")
    assert str(raised.value).startswith(
        f"The scheduler at {address} has dask 2024.1.0, not {dask.__version__}, so it may not understand the app."
    )
