"""What sessions hold outlives a lost connection, and ends when the session cannot come back."""

import pytest

from lib.cache.sessions import GRACE_SECONDS, Sessions


@pytest.fixture
def sessions(tmp_path, monkeypatch) -> Sessions:
    """Return a server's sessions, with an own folder on disk."""
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path))
    return Sessions()


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
        sessions.end_the_lost(lambda name: False, lost_at + GRACE_SECONDS)
        sessions.end_the_lost(lambda name: True, lost_at + GRACE_SECONDS + 1)
    assert path.read_bytes() == b"abc"
    assert sessions.of("one") is held


def test_a_session_that_cannot_come_back_takes_all_it_held_with_it(sessions):
    held, path = keep_file(sessions, "gone")
    ended = []
    held.at_end.append(lambda: ended.append("its reading"))
    held.tickets["planes"] = ["a ticket"]
    _, other = keep_file(sessions, "here")
    for now in (1000, 1000 + GRACE_SECONDS + 1):
        sessions.end_the_lost(lambda name: name == "here", now)
    assert not path.parent.exists()
    assert (ended, held.tickets) == (["its reading"], {})
    assert other.read_bytes() == b"abc"
    assert sessions.of("gone") is not held


def test_a_session_that_keeps_no_file_has_no_folder(sessions, tmp_path):
    sessions.of("one")
    assert list((tmp_path / "sessions").glob("*/*")) == []
