"""Where the simulated study is kept, and how a file of it is built: once, whole or not at all.

A file is written under another name in a hidden folder beside the study and moved into place when it is complete. A
lock file keeps a second session from doing the same work; what is published never depends on it, because two builders
write the same bytes.
"""

import contextlib
import gzip
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from lib.disk.cache_folder import cache_folder
from lib.errors import InputError
from lib.studies.simulated.catalogue import image_recipe
from lib.studies.simulated.known import VERSION
from lib.studies.simulated.texts import study_texts

Progress = Callable[[float, str], None]

WORK_FOLDER = ".building"

STALE_SECONDS = 10.0
"""A lock that its builder has not touched for so long was left by one that was killed: it is touched every piece."""

POLL_SECONDS = 0.1

REPORTS = 25
"""Progress is told about so many times a file: a page need not redraw for each volume."""

COMPRESSION = 1
"""Thermal noise hardly compresses: a higher level costs seconds and saves little."""


def sample_folder() -> Path:
    """Return the folder of the sample study, which need not exist yet.

    Its name carries the version of the simulation, so that a newer one never serves older files.
    """
    return cache_folder() / f"sample-{VERSION}"


def write_sample_study_text(folder: Path) -> None:
    """Write the text files of the study that are not there yet.

    Raises
    ------
    InputError
        The folder cannot be written to.
    """
    with _explain_disk(folder):
        for relative_path, make_text in study_texts().items():
            target = folder / relative_path
            if not target.is_file():
                with _published(folder, relative_path) as part:
                    part.write_bytes(make_text().encode())


def build_sample_file(relative_path: str, folder: Path, progress: Progress | None = None) -> Path:
    """Build one file of the study if it is not there yet, and return its path.

    Sessions and processes that ask at the same time wait for the one that builds. Whatever stops a build, an exception
    of `progress` included, leaves nothing behind.

    Parameters
    ----------
    relative_path : one of `sample_files()`
    folder : of the study; made if need be
    progress : called with a fraction from 0 to 1 and a sentence

    Raises
    ------
    InputError
        The study has no such file, or the folder cannot be written to.
    """
    if relative_path in study_texts():
        write_sample_study_text(folder)
        return folder / relative_path
    recipe = image_recipe(relative_path)
    target = folder / relative_path
    if target.is_file():
        return target
    report = progress or (lambda fraction, text: None)
    with _explain_disk(folder), _lock(folder, relative_path, report) as keep_alive:
        # Another session may have finished it while this one waited.
        if not target.is_file():
            with _published(folder, relative_path) as part, _open_for_writing(part, target.name) as stream:
                recipe.header.write_to(stream)
                for n, piece in enumerate(recipe.pieces()):
                    stream.write(piece.tobytes(order="F"))
                    keep_alive()
                    if (n + 1) * REPORTS // recipe.n_pieces > n * REPORTS // recipe.n_pieces:
                        report((n + 1) / recipe.n_pieces, f"Simulating {target.name}: {n + 1} of {recipe.n_pieces}")
    return target


@contextlib.contextmanager
def _open_for_writing(path: Path, name: str) -> Iterator:
    with path.open("wb") as plain:
        if not name.endswith(".gz"):
            yield plain
            return
        # Neither name nor time in the gzip header: the same study has the same bytes everywhere.
        with gzip.GzipFile("", "wb", COMPRESSION, plain, mtime=0) as stream:
            yield stream


@contextlib.contextmanager
def _published(folder: Path, relative_path: str) -> Iterator[Path]:
    """Give a path to write to; on success it becomes the study's file, on any exception it is gone."""
    target = folder / relative_path
    part = folder / WORK_FOLDER / f"{_flat(relative_path)}.{uuid.uuid4().hex}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def _lock(folder: Path, relative_path: str, report: Progress) -> Iterator[Callable[[], None]]:
    """Hold the lock of one file; gives the function that shows the holder to be alive."""
    lock = folder / WORK_FOLDER / f"{_flat(relative_path)}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    token = uuid.uuid4().hex
    while not _create(lock, token):
        report(0.0, f"Waiting for another session that is simulating {Path(relative_path).name}")
        if _is_stale(lock):
            lock.unlink(missing_ok=True)
        else:
            time.sleep(POLL_SECONDS)
    try:
        _remove_abandoned(lock)
        yield lambda: _touch(lock)
    finally:
        # A session that took the lock for stale may hold it by now.
        if _holder(lock) == token:
            lock.unlink(missing_ok=True)


def _create(lock: Path, token: str) -> bool:
    """Create the lock file unless there is one; tell whether it was created."""
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as stream:
        stream.write(token)
    return True


def _is_stale(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > STALE_SECONDS
    except FileNotFoundError:
        return False


def _holder(lock: Path) -> str | None:
    try:
        return lock.read_text()
    except FileNotFoundError:
        return None


def _touch(lock: Path) -> None:
    # Gone when another session took it for stale: then both build, and the file is the same.
    with contextlib.suppress(FileNotFoundError):
        os.utime(lock)


def _remove_abandoned(lock: Path) -> None:
    """Remove what a killed builder of the same file had begun."""
    for part in lock.parent.glob(f"{lock.stem}.*.part"):
        if _is_stale(part):
            part.unlink(missing_ok=True)


def _flat(relative_path: str) -> str:
    return relative_path.replace("/", "_")


@contextlib.contextmanager
def _explain_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"The sample study cannot be written to the folder {folder.name} of the server "
            f"({error.strerror or error}). Free some space there (it needs 150 MB), or set VOXEL_EXPLORER_CACHE to "
            "another folder and start the app again."
        ) from error
