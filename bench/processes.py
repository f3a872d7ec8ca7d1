"""Servers and other processes that are measured from outside: started, watched, ended."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.server import ROOT, Server, _free_port, _wait_until_up

REFERENCE_PAGES = Path(__file__).parent / "pages_for_reference"


@dataclass(frozen=True)
class MeasuredServer(Server):
    """A running Streamlit, and the number of its process."""

    pid: int


@contextmanager
def run_streamlit(
    log: Path, target: str | Path, *arguments: object, is_awaited: bool = True, **environment: str
) -> Iterator[MeasuredServer]:
    """Run `streamlit run TARGET -- ARGUMENTS`, or `streamlit hello`, until the block ends.

    Parameters
    ----------
    target : str or Path
        A script, or "hello".
    is_awaited : bool
        Whether the block begins when the server answers, or as soon as its process exists.
    environment : str
        Variables of the process besides those of this one.
    """
    port = _free_port()
    what = ["hello"] if target == "hello" else ["run", str(target)]
    command = [
        sys.executable, "-m", "streamlit", *what, "--server.address", "127.0.0.1", "--server.port", str(port),
        "--server.headless", "true", "--", *map(str, arguments),
    ]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )
    try:
        server = MeasuredServer(f"http://127.0.0.1:{port}", log, process.pid)
        if is_awaited:
            _wait_until_up(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_python(code: str, *arguments: object) -> dict:
    """Run Python code in a process of its own; return the JSON object that it prints.

    Its arguments are in `sys.argv[1:]`, and the functions of this module can be imported.
    """
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"A measured process failed:\n{done.stderr}")
    return json.loads(done.stdout)


def run_beside(work: Coroutine):
    """Run a coroutine to its end in a thread of its own: Playwright keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def resident_mb(pid: int | str = "self") -> float:
    """Return how much memory a process has now, mapped files included, in MB."""
    return _status(pid, "VmRSS")


def peak_mb(pid: int | str = "self") -> float:
    """Return the most memory that a process has had since `forget_peak`, mapped files included, in MB."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int | str = "self") -> None:
    """Let the peak of a process start anew from what it has now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _status(pid: int | str, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"The system does not tell {name} of process {pid}.")
