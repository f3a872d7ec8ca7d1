"""What sessions hold outlives a lost connection, and ends when the session cannot come back."""

import errno
import logging
import os

import pytest
from streamlit import config

from lib.cache.sessions import Sessions, grace_seconds


@pytest.fixture
def sessions(tmp_path, monkeypatch) -> Sessions:
    """Return a server's sessions, with an own folder on disk."""
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path))
    return Sessions()


def end(sessions: Sessions, *names: str) -> int:
    """Lose these sessions for too long to come back; return how many have ended."""
    sessions.end_the_lost(lambda name: name not in names, 1000)
    return sessions.end_the_lost(lambda name: name not in names, 1000 + grace_seconds() + 1)


def keep_file(sessions: Sessions, name: str):
    """Let a session keep a file, and return what it holds and where the file lies."""
    held = sessions.of(name)
    path = held.folder.path / "brain.nii"
    path.write_bytes(b"abc")
    return held, path


def test_a_session_gets_the_same_again(sessions):
    assert sessions.of("one") is sessions.of("one")
    assert sessions.of("one").folder is not sessions.of("two").folder


def test_a_session_that_is_back_in_time_has_lost_nothing(sessions):
    """A connection that drops for a second took the upload with it."""
    held, path = keep_file(sessions, "one")
    for lost_at in (1000, 2000, 3000):
        sessions.end_the_lost(lambda name: False, lost_at)
        sessions.end_the_lost(lambda name: False, lost_at + grace_seconds())
        sessions.end_the_lost(lambda name: True, lost_at + grace_seconds() + 1)
    assert path.read_bytes() == b"abc"
    assert sessions.of("one") is held


def test_a_session_is_kept_as_long_as_the_host_has_streamlit_keep_it(sessions):
    """Where that was longer than two minutes, the session came back to an upload that was deleted."""
    usual = grace_seconds()
    config.set_option("server.disconnectedSessionTTL", 600)
    try:
        _, path = keep_file(sessions, "one")
        assert [sessions.end_the_lost(lambda name: False, now) for now in (1000, 1600, 1601)] == [0, 0, 1]
        assert not path.exists()
    finally:
        config.set_option("server.disconnectedSessionTTL", usual)


def test_a_session_that_cannot_come_back_takes_all_it_held_with_it(sessions):
    held, path = keep_file(sessions, "gone")
    ended = []
    held.at_end.append(lambda: ended.append("its reading"))
    held.tickets["planes"] = ["a ticket"]
    _, other = keep_file(sessions, "here")
    assert end(sessions, "gone") == 1
    assert not path.parent.exists()
    assert (ended, held.tickets) == (["its reading"], {})
    assert other.read_bytes() == b"abc"
    assert sessions.of("gone") is not held


def test_a_session_that_cannot_be_ended_keeps_no_other_from_it(sessions, caplog):
    """After an error while one session ended, none was ended any more, and nobody heard of it."""
    one, path = keep_file(sessions, "one")
    _, stuck = keep_file(sessions, "two")
    _, other = keep_file(sessions, "three")
    ended = []
    one.at_end += [lambda: os.rmdir(path.parent), lambda: ended.append("the next of the same session")]
    # Not even root deletes a folder through a link.
    stuck.parent.rename(stuck.parent.with_name("elsewhere"))
    stuck.parent.symlink_to("elsewhere")
    assert end(sessions, "one", "two", "three") == 3
    assert ended == ["the next of the same session"]
    assert not path.parent.exists()
    assert not other.parent.exists()
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert [record.exc_info[1].errno for record in caplog.records] == [errno.ENOTEMPTY, None]
    assert "symbolic link" in str(caplog.records[1].exc_info[1])


def test_a_session_that_cannot_be_ended_is_told_once(sessions, caplog):
    held, path = keep_file(sessions, "one")
    held.at_end.append(lambda: os.rmdir(path.parent))
    assert [end(sessions, "one"), end(sessions, "one"), end(sessions, "one")] == [1, 0, 0]
    assert len(caplog.records) == 1


def test_a_session_that_keeps_no_file_has_no_folder(sessions, tmp_path):
    sessions.of("one")
    assert list((tmp_path / "sessions").glob("*/*")) == []
