"""What happens to a store that is found damaged: it is taken out of the way, and the log says why."""

import logging
from pathlib import Path

from lib.disk.cache_folder import CACHE_VARIABLE
from lib.disk.locks import hold
from lib.errors import InputError
from lib.runs.keeping import LOCK_SUFFIX, remove_store
from lib.runs.layout import SERIES

log = logging.getLogger(__name__)

# Device and number of a file: what stays the same while it is renamed, and is nobody else's while it is open.
FileId = tuple[int, int]


class StoreDamaged(InputError):
    """The stored copy of a run was damaged and has been taken out of the way, so that it can be made again."""


def damaged(name: str) -> StoreDamaged:
    """Return the sentence for a visitor whose run's store turned out to be damaged."""
    return StoreDamaged(
        f"The stored copy of {name} was damaged; it is being made again from the file, which takes as long as the "
        "first time. Wait until it has been read through."
    )


def cannot_be_removed(name: str, home: Path) -> InputError:
    """Return the sentence for a damaged store that cannot be taken out of the way."""
    return InputError(
        f"The stored copy of {name} is damaged, and the folder {home.name} that holds it cannot be removed. Remove it "
        f"from the app's cache, or start the app with {CACHE_VARIABLE} set to another folder."
    )


def discard(home: Path, name: str, flaw: str, identity: FileId | None = None) -> None:
    """Take a damaged store out of the way, and say so in the log.

    Parameters
    ----------
    home : Path
        The store's folder, or whatever is in its place.
    name : str
        What the visitor calls the run.
    flaw : str
        Which file of it is wrong, and how.
    identity : FileId, optional
        Of its time-major file, for one who has had it open for long: somebody may have put a sound store in its place.
    """
    log.warning("The store %s of %s is damaged, so it is made again: %s", home.name, name, flaw)
    try:
        with hold(home.with_suffix(LOCK_SUFFIX), wait=None) as is_held:
            # Who holds the lock instead is making it again already.
            if is_held and (identity is None or identity == file_id(home / SERIES)):
                remove_store(home)
    except OSError as error:
        log.warning("The store %s cannot be removed: %s", home.name, error)


def file_id(path: Path) -> FileId | None:
    """Return what tells a file from every other one, or None where there is none."""
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return state.st_dev, state.st_ino
