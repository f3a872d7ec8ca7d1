"""Where do a session's files lie, and when do they go? With the session, with its server, or when the next one starts.

Below the cache folder, each server has a folder, and in it each session that keeps files. A lock file beside a server's
folder is held for as long as its process lives: who can take the lock of another server's folder knows that nobody is
behind it any more, however that server ended.
"""

import os
import shutil
import tempfile
import weakref
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from lib.disk.cache_folder import cache_folder
from lib.disk.locks import CAN_LOCK, hold

LOCK_SUFFIX = ".lock"


@dataclass(frozen=True, eq=False)
class SessionFolder:
    """A folder that is deleted by `remove`, when nothing refers to this object any more, and at the process's end.

    Attributes
    ----------
    path : Path
        The folder; only the server's own user can look into it.
    """

    path: Path
    _finalizer: weakref.finalize = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # The callback must not refer to self, or it would keep itself alive.
        object.__setattr__(self, "_finalizer", weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True))

    def remove(self) -> None:
        """Delete the folder now; a second call does nothing.

        Raises
        ------
        OSError
            Something in it cannot be deleted; all else has been.
        """
        self._finalizer()
        if os.path.lexists(self.path):
            shutil.rmtree(self.path)  # which now says what the finalizer must not


class ServerFolder:
    """A server's folder for its sessions: locked while it is there, and deleted as a `SessionFolder` is."""

    def __init__(self, parent: Path) -> None:
        held = ExitStack()
        # A name that nobody else has, so nobody but a sweeper holds its lock, and that for a moment.
        name = uuid4().hex
        held.enter_context(hold(parent / f"{name}{LOCK_SUFFIX}", wait=lambda: None))
        self.path = parent / name
        self.path.mkdir(mode=0o700)
        held.callback(shutil.rmtree, self.path, ignore_errors=True)
        self._finalizer = weakref.finalize(self, held.close)

    def open_session(self) -> SessionFolder:
        """Make an empty folder for one session."""
        self.path.mkdir(mode=0o700, exist_ok=True)
        return SessionFolder(Path(tempfile.mkdtemp(dir=self.path)))

    def remove(self) -> None:
        """Delete the folder with all sessions in it, and give up its lock; a second call does nothing."""
        self._finalizer()


def sessions_folder() -> Path:
    """Return where the folders of servers lie."""
    return cache_folder() / "sessions"


def open_server_folder(parent: Path | None = None) -> ServerFolder:
    """Make a folder for the sessions of this server, in `sessions_folder()` unless another one is given.

    Raises
    ------
    OSError
        It cannot be made.
    """
    parent = parent or sessions_folder()
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ServerFolder(parent)


def sweep(parent: Path | None = None) -> list[str]:
    """Delete what servers that are no more have left behind; return the names of their folders.

    Folders of living servers stay. A system without locks (Windows) cannot tell them apart, so all stay there.
    """
    parent = parent or sessions_folder()
    if not CAN_LOCK or not parent.is_dir():
        return []
    swept = []
    for name in sorted({entry.name.removesuffix(LOCK_SUFFIX) for entry in parent.iterdir()}):
        with hold(parent / f"{name}{LOCK_SUFFIX}", wait=None) as is_held:
            if is_held:
                shutil.rmtree(parent / name, ignore_errors=True)
                swept.append(name)
    return swept


def session_folder_of(path: Path) -> Path | None:
    """Return the session's folder that a file lies in; None where it belongs to no session."""
    parent = sessions_folder()
    if not path.is_relative_to(parent):
        return None
    below = path.relative_to(parent).parts
    return parent / below[0] / below[1] if len(below) > 2 else None
