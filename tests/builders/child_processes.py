"""Processes that a process has started: which they are, and when they have ended."""

import os
import select
import time
from pathlib import Path


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started and that are still there."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended since it was listed
    return [child for child, parent in parents.items() if parent == pid]


def have_ended(pids: list[int], seconds: float) -> bool:
    """Wait until processes that are not this one's own have ended, at most so long; return whether they have."""
    end = time.monotonic() + seconds
    for pid in pids:
        try:
            watched = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([watched], [], [], max(0, end - time.monotonic()))[0]:
                return False
        finally:
            os.close(watched)
    return True


def wait_for_busy_child(pid: int, work: float, seconds: float) -> int:
    """Wait until a child of a process has worked so many seconds, which no import takes; return which."""
    end = time.monotonic() + seconds
    while True:
        for child in children_of(pid):
            if _seconds_worked(child) >= work:
                return child
        if time.monotonic() > end:
            raise TimeoutError(f"no child of {pid} has worked {work} s within {seconds} s")
        time.sleep(0.05)


def _seconds_worked(pid: int) -> float:
    try:
        numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(numbers[11]) / os.sysconf("SC_CLK_TCK")
