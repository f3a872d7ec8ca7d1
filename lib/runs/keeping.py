"""How much disk the stores may take, where, and which of them goes first."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from lib.disk.cache_folder import CACHE_VARIABLE, cache_folder
from lib.disk.locks import hold, is_in_use
from lib.disk.session_folders import session_folder_of
from lib.errors import InputError
from lib.images.size_limits import size_text
from lib.runs.layout import MANIFEST, SERIES, store_name

# All stores together; of a small disk, half of what is free.
MAX_CACHE_BYTES = 20 << 30
PART_SUFFIX, LOCK_SUFFIX, GONE_SUFFIX = ".part", ".lock", ".gone"


def runs_folder() -> Path:
    """Return the folder for the stores of the server's own runs."""
    return cache_folder() / "runs"


def store_folder(path: Path) -> Path:
    """Return the folder for the store of a run: an upload's ends with its session, the others' are kept.

    Parameters
    ----------
    path : Path
        The run's file.
    """
    session = session_folder_of(path)
    return runs_folder() if session is None else session / "runs"


def store_bound(folder: Path) -> int:
    """Return how many bytes all stores in a folder may take together."""
    free = shutil.disk_usage(folder).free
    return min(MAX_CACHE_BYTES, (free + sum(_size(store) for store in _stores(folder))) // 2)


def make_room(folder: Path, needed: int, name: str) -> None:
    """Remove the stores used longest ago until `needed` bytes fit into the bound and onto the disk.

    Stores in use stay. What a dead process left half-made goes.

    Raises
    ------
    InputError
        There is not enough room even so.
    """
    _remove_left_over(folder)
    bound = store_bound(folder)
    stores = sorted(_stores(folder), key=_last_used)
    held = sum(_size(store) for store in stores)
    for store in stores:
        if held + needed <= bound and needed <= shutil.disk_usage(folder).free:
            break
        if not is_in_use(store / SERIES):
            held -= _size(store)
            remove_store(store)
    if needed > bound or needed > shutil.disk_usage(folder).free:
        raise no_room(folder, needed, name)


def no_room(folder: Path, needed: int, name: str) -> InputError:
    """Return the sentence for a disk that is too full."""
    free = min(shutil.disk_usage(folder).free, store_bound(folder))
    return InputError(
        f"{name} takes {size_text(needed)} on disk once unpacked, but {size_text(free)} are available for it. "
        f"Free some space, or start the app with {CACHE_VARIABLE} set to a folder on a larger disk."
    )


def forget_run(key: str, folder: Path) -> None:
    """Remove the store of an image, if there is one; who has it open can go on reading."""
    remove_store(Path(folder) / store_name(key))


def remove_store(store: Path) -> None:
    """Remove a store's folder, or what stands in its place; it is renamed first, so that nobody opens half of it."""
    gone = store.with_suffix(GONE_SUFFIX)
    delete(gone)
    try:
        os.replace(store, gone)
    except FileNotFoundError:
        return
    except OSError:
        # An earlier removal of the same store was cut off, or (Windows) a file of it is mapped.
        gone = store
    delete(gone)


def delete(path: Path) -> None:
    """Remove a folder with all that is in it, or whatever else stands in its place, as far as that is allowed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(OSError):
        path.unlink()


def _remove_left_over(folder: Path) -> None:
    for left in (*folder.glob(f"*{PART_SUFFIX}"), *folder.glob(f"*{GONE_SUFFIX}")):
        with hold(left.with_suffix(LOCK_SUFFIX), wait=None) as is_held:
            if is_held:
                delete(left)


def _stores(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if entry.is_dir() and not entry.suffix]


def _size(store: Path) -> int:
    try:
        return sum(file.stat().st_size for file in store.iterdir())
    except FileNotFoundError:
        return 0


def _last_used(store: Path) -> float:
    try:
        return (store / MANIFEST).stat().st_mtime
    except FileNotFoundError:
        return 0.0
