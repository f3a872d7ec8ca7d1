"""The end of the processes that measure: nobody is left who holds something of theirs."""

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

from lib.cohort.ending import FEEDER, end_processes
from lib.cohort.on_cores import AHEAD
from tests.conftest import ROOT


def feeders() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == FEEDER]


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_nobody_hands_out_runs_any_more_and_nobody_measures():
    from joblib.externals.loky import get_reusable_executor

    processes = get_reusable_executor(max_workers=2, timeout=60)
    measuring = {one.result() for one in [processes.submit(os.getpid) for _ in range(8)]}
    waiting = [processes.submit(time.sleep, 60) for _ in range(2 * AHEAD)]
    wait_until(lambda: all(one.running() for one in waiting))
    assert feeders()
    end_processes()
    assert not feeders()
    assert not any(Path(f"/proc/{pid}").exists() for pid in measuring)
    assert all(one.done() for one in waiting)


def test_a_server_that_never_measured_starts_nothing_for_its_end():
    program = textwrap.dedent("""
        import sys
        from lib.cohort.ending import end_processes
        end_processes()
        print("joblib" in sys.modules)
    """)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
