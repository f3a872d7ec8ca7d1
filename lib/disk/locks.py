"""Locks on files that end with the process that holds them.

`flock` belongs to an open file, not to a process: it keeps two threads apart as well as two programs, the kernel
releases it when the process dies, and a memory map keeps it for as long as the map lives. Systems without it (Windows)
go without: stores are then built twice at worst, and mapped files cannot be deleted there anyway.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

try:
    import fcntl
except ImportError:
    fcntl = None

# Whether a lock says anything of who holds it.
CAN_LOCK = fcntl is not None
# Seconds between two looks at a lock that somebody else holds.
POLL_SECONDS = 0.05


def share(descriptor: int) -> None:
    """Mark an open file as in use, for as long as it or a map of it is open.

    Raises
    ------
    BlockingIOError
        Somebody is removing the file.
    """
    if fcntl is not None and not _try_lock(descriptor, fcntl.LOCK_SH):
        raise BlockingIOError(errno.EWOULDBLOCK, "is being removed")


def is_in_use(path: Path) -> bool:
    """Return whether any process, this one included, has marked the file as in use."""
    if fcntl is None:
        return False
    try:
        # Open for writing, because network file systems give an exclusive lock to nobody else.
        descriptor = os.open(path, os.O_RDWR)
    except (FileNotFoundError, IsADirectoryError):
        # Nobody has open what is no file.
        return False
    try:
        return not _try_lock(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


@contextmanager
def hold(path: Path, wait: Callable[[], None] | None) -> Iterator[bool]:
    """Hold a lock file while the block runs; yield whether it is held.

    Parameters
    ----------
    path : Path
        The lock file; made here and removed at the end.
    wait : function or None
        Called between tries while somebody else holds the lock; it may raise. None: do not wait.
    """
    descriptor = _acquire(path, wait)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            path.unlink(missing_ok=True)
            os.close(descriptor)


def _acquire(path: Path, wait: Callable[[], None] | None) -> int | None:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if fcntl is None:
            return descriptor
        # The file may have been removed by its last holder between opening and locking: then it keeps nobody out.
        if _try_lock(descriptor, fcntl.LOCK_EX) and _is_same_file(descriptor, path):
            return descriptor
        os.close(descriptor)
        if wait is None:
            return None
        wait()
        sleep(POLL_SECONDS)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        # A network file system without locks: as good as a system without them.
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP):
            raise
    return True


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
