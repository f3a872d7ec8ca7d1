"""How a run gets its store: built once, by one of those who ask, or not at all."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from lib.disk.cache_folder import CACHE_VARIABLE
from lib.disk.locks import hold
from lib.errors import InputError
from lib.images.image import Image, require_unchanged
from lib.runs.keeping import LOCK_SUFFIX, PART_SUFFIX, delete, make_room, no_room, remove_store
from lib.runs.layout import Layout, plan_layout, store_name
from lib.runs.manifest import bring_to_disk, write_manifest
from lib.runs.store import RunStore, open_run, open_store_folder
from lib.runs.streaming import PROGRESS, Progress, stream_run

# What building a store may add to the process; a 1200-volume multiband run needs less than half of it.
MAX_MEMORY_BYTES = 400 << 20

Cancelled = Callable[[], bool]


class RunCancelled(Exception):
    """Raised by `prepare_run` when its caller no longer wants the run; nothing is left behind."""


def prepare_run(
    image: Image, folder: Path, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> RunStore:
    """Return the store of a run, building it in one pass over the file unless it is there already.

    When another thread or process is building the same store, its progress is passed on and its result used.

    Parameters
    ----------
    image : Image
        A 4-D image.
    folder : Path
        Where stores are kept, see `runs_folder`.
    progress : function(done, total), optional
        Called with the number of volumes read so far.
    cancelled : function() -> bool, optional
        Asked between batches of volumes.

    Raises
    ------
    InputError
        The image has one volume; the file is damaged; disk or memory do not suffice.
    RunCancelled
        `cancelled` said so.
    """
    layout = plan_layout(image)
    _require_run(image, layout)
    folder = Path(folder)
    home = folder / store_name(image.key)
    report = progress or (lambda done, total: None)
    check = _checker(image, cancelled)
    store = open_run(image, folder)
    if store is not None:
        return store
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with hold(home.with_suffix(LOCK_SUFFIX), _waiter(home, layout, report, check)):
            store = open_run(image, folder)
            return store if store is not None else _build(image, layout, home, report, check)
    except OSError as error:
        raise _translate(error, image, layout, folder) from error


def _require_run(image: Image, layout: Layout) -> None:
    if not image.is_4d:
        raise InputError(f"{image.name} has 3 dimensions, but a time series needs 4. Choose a BOLD run.")
    if layout.memory_bytes > MAX_MEMORY_BYTES:
        raise InputError(
            f"{image.name} has {layout.n_voxels:,} voxels a volume, for which {layout.memory_bytes / 1e6:,.0f} MB of "
            f"memory are needed, but a run may take {MAX_MEMORY_BYTES / 1e6:,.0f} MB. Crop or resample it first."
        )


def _checker(image: Image, cancelled: Cancelled | None) -> Callable[[], None]:
    def check() -> None:
        if cancelled is not None and cancelled():
            raise RunCancelled(image.name)

    return check


def _waiter(home: Path, layout: Layout, report: Progress, check: Callable[[], None]) -> Callable[[], None]:
    """Return what to do while another builds: pass on how far it has got."""

    def wait() -> None:
        check()
        try:
            done = int((home.with_suffix(PART_SUFFIX) / PROGRESS).read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return  # not begun, or just being written
        report(done, layout.n_volumes)

    return wait


def _translate(error: OSError, image: Image, layout: Layout, folder: Path) -> InputError:
    """Return the sentence for a failure to write; failures to read the image were translated where they happened."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room(folder, layout.disk_bytes, image.name)
    return InputError(
        f"{image.name} has to be unpacked into a folder of the server, which cannot be written to ({error.strerror}). "
        f"Start the app with {CACHE_VARIABLE} set to a folder that can be."
    )


def _build(image: Image, layout: Layout, home: Path, report: Progress, check: Callable[[], None]) -> RunStore:
    part = home.with_suffix(PART_SUFFIX)
    delete(part)
    remove_store(home)
    make_room(home.parent, layout.disk_bytes, image.name)
    try:
        part.mkdir()
        sums = stream_run(image, layout, part, report, check)
        require_unchanged(image)
        write_manifest(part, layout, sums)
        # Opened before it gets its name: from then on others may remove what nobody has open.
        store = open_store_folder(image, part, home=home)
        if store is None:
            raise InputError(f"{image.name} was unpacked, but its files changed meanwhile. Open it again.")
        os.replace(part, home)
        bring_to_disk(home.parent)
    finally:
        delete(part)
    return store
