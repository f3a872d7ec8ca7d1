"""Processes that are measured from outside: Python code run in one of its own, and the memory that one takes."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.e2e.server import ROOT


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


def own_mb(pid: int | str = "self") -> float:
    """Return how much memory a process has now that is no file's, in MB: it cannot be dropped and read again."""
    return _status(pid, "RssAnon")


def n_threads(pid: int | str = "self") -> int:
    """Return how many threads a process has now."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def n_open_files(pid: int | str = "self") -> int:
    """Return how many files, sockets and pipes a process holds open now."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def mapped_files(pid: int | str, below: Path) -> list[str]:
    """Return the files below a folder that a process has mapped now, each as often as it is mapped."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    names = [line.split(maxsplit=5)[5] for line in lines if len(line.split(maxsplit=5)) == 6]
    return [name for name in names if name.startswith(f"{below}/")]


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
