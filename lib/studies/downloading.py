"""Download a public data set in a process of its own: with progress, to be stopped, to be continued."""

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from lib.errors import InputError
from lib.images.size_limits import size_text
from lib.studies.public_data import DATASETS, PROBLEM, Dataset
from lib.studies.simulated import sample_folder

SWITCH = "VOXEL_EXPLORER_DOWNLOADS"
# Written into a data set's folder when all of it is there: half of one is no study yet.
COMPLETE = ".complete"
POLL_SECONDS = 0.2
# Room that the rest of the machine keeps.
SPARE_BYTES = 200_000_000
PROJECT = Path(__file__).parents[2]

Report = Callable[[float, float, str], None]


def are_downloads_offered() -> bool:
    """Return whether visitors may have this server download: unless VOXEL_EXPLORER_DOWNLOADS is "off"."""
    return os.environ.get(SWITCH, "").strip().lower() != "off"


def downloads_folder() -> Path:
    """Return the folder of the downloaded data sets, in the same cache folder as the sample; it need not exist yet."""
    return sample_folder().parent / "downloads"


def downloaded_folders() -> tuple[Path, ...]:
    """Return the folders of the data sets that have been downloaded whole, in the order in which they are offered."""
    folders = (downloads_folder() / dataset.key for dataset in DATASETS)
    return tuple(folder for folder in folders if (folder / COMPLETE).is_file())


def downloaded_subjects(dataset: Dataset) -> int:
    """Return how many subjects of a data set have been downloaded."""
    try:
        return int((downloads_folder() / dataset.key / COMPLETE).read_text())
    except (FileNotFoundError, ValueError):
        return 0


def download(dataset: Dataset, n_subjects: int, report: Report) -> Path:
    """Download a data set, or what is missing of it, and return its folder.

    Parameters
    ----------
    report : called several times a second with bytes so far, bytes in all (about) and a note; whatever it raises stops
        the download, and a later call continues it.

    Raises
    ------
    InputError
        There is no network, no room on the disk, or the source sent something else.
    """
    folder = downloads_folder()
    target = folder / dataset.key
    require_disk(folder, dataset.disk_bytes(n_subjects), dataset.title)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with (folder / f".{dataset.key}.log").open("w+", encoding="utf-8", errors="replace") as log:
            status = _run(dataset, n_subjects, folder, log, report)
            log.seek(0)
            output = log.read()
        if status == 0:
            (target / COMPLETE).write_text(str(max(n_subjects, downloaded_subjects(dataset))))
    except OSError as error:
        raise InputError(
            f"{dataset.title} cannot be stored in the folder {folder.name} of the server ({error.strerror}). Free some "
            "space there, or set VOXEL_EXPLORER_CACHE to another folder and start the app again."
        ) from error
    if status:
        raise InputError(_explain(dataset, status, output))
    return target


def require_disk(folder: Path, needed: int, title: str) -> None:
    """Refuse a download for which there is no room, before it begins.

    Raises
    ------
    InputError
        Less than `needed` bytes, and some to spare, are free.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < needed + SPARE_BYTES:
        raise InputError(
            f"{title} needs {size_text(needed)} of disk while it is unpacked, and {size_text(free)} are free. Choose "
            "fewer subjects, or free some space."
        )


def _run(dataset: Dataset, n_subjects: int, folder: Path, log, report: Report) -> int:
    """Run the fetching process to its end, or end it with whatever `report` raises; return its status."""
    total = dataset.download_bytes(n_subjects)
    command = [sys.executable, "-m", "lib.studies.public_data", dataset.key, str(n_subjects), str(folder)]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            done = _size(folder / dataset.key)
            # An archive and what is unpacked of it are there together for a while.
            note = f"{size_text(done)} of about {size_text(total)}" if done < total else "unpacking"
            report(min(done, 0.99 * total), total, note)
            time.sleep(POLL_SECONDS)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    return process.returncode


def _explain(dataset: Dataset, status: int, output: str) -> str:
    last = output.strip().rpartition("\n")[2]
    if status == PROBLEM and last:
        return last
    logging.getLogger(__name__).error("Fetching %s ended with status %s:\n%s", dataset.key, status, output[-4000:])
    return f"The download of {dataset.title} ended unexpectedly. Try again: what has arrived is kept."


def _size(folder: Path) -> int:
    """Return the bytes of the files below a folder that others write to and move meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total
