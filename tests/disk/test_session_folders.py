"""A session's files: in a folder of its own, gone with the session, and with a server that was killed."""

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lib.disk.session_folders import open_server_folder, session_folder_of, sessions_folder, sweep
from tests.conftest import ROOT

# A server that keeps a file for a session, says where, and waits for its end.
SERVER = """
import sys
from pathlib import Path
from lib.disk.session_folders import open_server_folder
server = open_server_folder(Path(sys.argv[1]))
session = server.open_session()
(session.path / "brain.nii").write_bytes(b"abc")
print(session.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start_server(tmp_path):
    """Return a function that starts a process with a session, and gives the process and the session's folder."""
    started = []

    def start() -> tuple[subprocess.Popen, Path]:
        command = [sys.executable, "-c", SERVER, str(tmp_path)]
        started.append(subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1], Path(started[-1].stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_sessions_folder_is_new_empty_and_private(tmp_path):
    server = open_server_folder(tmp_path)
    first, second = server.open_session(), server.open_session()
    assert first.path != second.path
    assert list(first.path.iterdir()) == []
    assert first.path.stat().st_mode & 0o077 == 0
    assert server.path.stat().st_mode & 0o077 == 0


def test_a_sessions_folder_vanishes_with_the_last_reference_to_it(tmp_path):
    server = open_server_folder(tmp_path)
    session = server.open_session()
    (session.path / "brain.nii").write_bytes(b"abc")
    del session
    gc.collect()
    assert list(server.path.iterdir()) == []


def test_a_sessions_folder_can_be_removed_at_once_and_twice(tmp_path):
    session = open_server_folder(tmp_path).open_session()
    session.remove()
    session.remove()
    assert not session.path.exists()


def test_a_sessions_folder_that_cannot_be_removed_says_so(tmp_path):
    server = open_server_folder(tmp_path)
    session = server.open_session()
    session.path.rmdir()
    # Not even root deletes a folder through a link.
    session.path.symlink_to(tmp_path)
    with pytest.raises(OSError, match="symbolic link"):
        session.remove()


def test_a_server_that_ends_leaves_nothing(tmp_path, start_server):
    process, session = start_server()
    assert (session / "brain.nii").is_file()
    process.communicate("")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_was_killed_is_swept_and_a_living_one_is_not(tmp_path, start_server):
    """Uploads of a server that was killed used to stay in the temporary folder for ever."""
    killed, left = start_server()
    _, living = start_server()
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert (left / "brain.nii").is_file()
    assert sweep(tmp_path) == [left.parent.name]
    assert (living / "brain.nii").is_file()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [living.parent.name, f"{living.parent.name}.lock"]
    assert sweep(tmp_path) == []


def test_a_folder_that_lost_its_lock_file_is_swept(tmp_path):
    (tmp_path / "0123" / "session").mkdir(parents=True)
    assert sweep(tmp_path) == ["0123"]
    assert list(tmp_path.iterdir()) == []


def test_there_is_nothing_to_sweep_before_the_first_server(tmp_path):
    assert sweep(tmp_path / "nowhere") == []


def test_a_file_knows_its_session(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path))
    session = open_server_folder().open_session()
    assert session_folder_of(session.path / "0123" / "brain.nii") == session.path
    assert session_folder_of(sessions_folder() / "brain.nii") is None
    assert session_folder_of(tmp_path / "runs" / "brain.nii") is None
