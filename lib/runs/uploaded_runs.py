"""The stores that one session's uploads left behind: forgotten with the session."""

import weakref
from pathlib import Path

from lib.runs import forget_run, runs_folder


class SessionRuns:
    """Keys of uploaded runs whose stores go when nothing refers to this object any more."""

    def __init__(self, folder: Path | None = None) -> None:
        self._keys: set[str] = set()
        # The callback must not refer to self, or it would keep itself alive.
        weakref.finalize(self, _forget_all, self._keys, folder or runs_folder())

    def add(self, key: str) -> None:
        """Let the store of this key end with the session."""
        self._keys.add(key)


def _forget_all(keys: set[str], folder: Path) -> None:
    for key in keys:
        forget_run(key, folder)
