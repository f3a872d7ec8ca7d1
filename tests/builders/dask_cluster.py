"""A real Dask cluster on this computer for the tests: processes for a scheduler and for workers, gone at the end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client

from tests.conftest import ROOT

PATIENCE = 60
# A scheduler that is asked what a worker does that was killed a moment ago tries half a minute to reach it.
SOON = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
# Nothing listens but on this computer; a page of figures is for people.
ALONE = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")


@contextmanager
def run_scheduler(folder: Path, **environment: str) -> Iterator[Client]:
    """Run a scheduler until the block ends; give a client of it, for looking at what it does.

    Parameters
    ----------
    folder : for logs, and for `scheduler.json`, by which workers find it.
    environment : variables of the process besides those of this one.
    """
    options = (*ALONE, "--port", "0", "--scheduler-file", _file(folder))
    with (
        _run(folder / "scheduler.log", {**SOON, **environment}, "scheduler", *options),
        # Waits until the file is there.
        Client(scheduler_file=_file(folder), timeout=PATIENCE, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def run_workers(folder: Path, name: str, *options: str, code: Path = ROOT) -> Iterator[None]:
    """Run workers of one thread each, which import the app's code from a folder, until the block ends."""
    environment = {"PYTHONPATH": str(code)}
    scratch = ("--local-directory", str(folder / "scratch"))
    options = (*ALONE, *scratch, "--nthreads", "1", "--name", name, "--scheduler-file", _file(folder), *options)
    with _run(folder / f"{name}.log", environment, "worker", *options):
        yield


@contextmanager
def run_cluster(folder: Path) -> Iterator[Client]:
    """Run a scheduler and two worker processes, each started again by its nanny when it ends, until the block ends."""
    with run_scheduler(folder) as client, run_workers(folder, "pair", "--nworkers", "2"):
        client.wait_for_workers(2, timeout=PATIENCE)
        yield client


def address_of(client: Client) -> str:
    """Return the address of a client's scheduler."""
    return client.scheduler.address


def _file(folder: Path) -> str:
    return str(folder / "scheduler.json")


@contextmanager
def _run(log: Path, environment: dict[str, str], *command: str) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *command], stdout=out, stderr=subprocess.STDOUT, cwd=log.parent,
            env={**os.environ, **environment},
        )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
