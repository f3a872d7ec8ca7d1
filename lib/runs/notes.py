"""What else was found out of a run, kept beside its store: small, and lost with it."""

import json
import os
import zlib
from contextlib import suppress
from uuid import uuid4

from lib.runs.store import RunStore


def read_note(store: RunStore, name: str, of: str) -> dict | None:
    """Return what was kept under a name, or None where nothing was, or it cannot be trusted.

    Parameters
    ----------
    of : str
        What it was found from besides the run; what was found from something else is no answer.
    """
    with suppress(OSError, ValueError, KeyError, TypeError):
        note = json.loads(_path(store, name).read_bytes())
        if note["of"] == of and note["sum"] == _sum(note["value"]):
            return note["value"]
    return None


def keep_note(store: RunStore, name: str, of: str, value: dict) -> None:
    """Keep what JSON can hold under a name; where the disk is full or the store gone, it is found out again."""
    path = _path(store, name)
    part = path.with_suffix(f".{uuid4().hex}")
    with suppress(OSError):
        part.write_text(json.dumps({"of": of, "sum": _sum(value), "value": value}), encoding="utf-8")
        os.replace(part, path)


def _path(store: RunStore, name: str):
    return store.home / f"{name}.note"


def _sum(value) -> int:
    return zlib.crc32(json.dumps(value, sort_keys=True).encode())
