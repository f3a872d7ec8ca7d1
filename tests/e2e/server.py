"""The app as a visitor meets it: `streamlit run app.py -- FOLDER ...` in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.conftest import ROOT

START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running Streamlit: its address, without a slash at the end, the file that its log goes to, and its process."""

    url: str
    log: Path
    pid: int

    def read_log(self, start: int = 0) -> str:
        """Return what was logged after `start` bytes."""
        return self.log.read_bytes()[start:].decode(errors="replace")

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """End the process as a crash does, with nothing cleared away; return when it has ended."""
        os.kill(self.pid, signal.SIGKILL)
        # Its status stays, for whoever started it.
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)


@contextmanager
def run_server(log: Path, *folders: Path, port: int | None = None, **environment: str) -> Iterator[Server]:
    """Run the app with the start folders given, until the block ends; see `run_streamlit`."""
    with run_streamlit(log, ["run", "app.py"], *folders, port=port, PYTHONUNBUFFERED="1", **environment) as server:
        yield server


@contextmanager
def run_streamlit(
    log: Path, what: list[str], *arguments: object, is_awaited: bool = True, port: int | None = None, **environment: str
) -> Iterator[Server]:
    """Run `streamlit WHAT -- ARGUMENTS`, until the block ends.

    Nothing is asked of it but whether it is up, so that the block's first request is its first page.

    Parameters
    ----------
    what : list of str
        ``["run", script]`` or ``["hello"]``.
    is_awaited : bool
        Whether the block begins when the server answers, or as soon as its process exists.
    port : int, optional
        Where another server was before; a free one by default.
    environment : str
        Variables of the process besides those of this one.
    """
    port = port or _free_port()
    command = [
        sys.executable, "-m", "streamlit", *what, "--server.address", "127.0.0.1", "--server.port", str(port),
        "--server.headless", "true", "--", *map(str, arguments),
    ]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )
    try:
        server = Server(f"http://127.0.0.1:{port}", log, process.pid)
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(server: Server, process: subprocess.Popen) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{server.url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, ConnectionError, TimeoutError):
            # Not listening yet; asked again soon.
            time.sleep(0.05)
    ended = process.poll()
    state = f"did not answer within {START_SECONDS} s" if ended is None else f"ended with status {ended}"
    raise RuntimeError(f"The app {state}. Its log:\n{server.read_log()}")
