"""What declares a store whole: a manifest, written last, with what each file of it has to be."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from lib.runs.layout import MANIFEST, Layout

# To be raised when the files change their meaning; older stores are then rebuilt.
VERSION = 2


class Flaw(Exception):
    """What is wrong with a store, for the log: which file, and how."""


def write_manifest(folder: Path, layout: Layout, sums: dict[str, int]) -> None:
    """Declare a store whole, once all of it is on the disk: layout, size of every file, checksums of the small ones."""
    sizes = {}
    for file in folder.iterdir():
        if file.name != MANIFEST:
            sizes[file.name] = file.stat().st_size
            bring_to_disk(file)
    manifest = {"version": VERSION, "layout": asdict(layout), "sizes": sizes, "sums": sums}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    bring_to_disk(folder / MANIFEST)
    bring_to_disk(folder)


def read_manifest(folder: Path, layout: Layout) -> dict[str, int] | None:
    """Return the checksums of the small files of a store of this layout, whose files have the sizes they had.

    None where there is no store, or one of another version or layout.

    Raises
    ------
    Flaw
        There is one, but it is not whole.
    """
    if not os.path.lexists(folder):
        return None
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        version, stated, sizes, sums = (manifest[name] for name in ("version", "layout", "sizes", "sums"))
        if version != VERSION or stated != json.loads(json.dumps(asdict(layout))):
            return None
        for name, size in sizes.items():
            held = (folder / name).stat().st_size
            if held != size:
                raise Flaw(f"{name} has {held:,} bytes instead of {size:,}")
        return dict(sums)
    except OSError as error:
        raise Flaw(f"{Path(error.filename).name} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Flaw(f"{MANIFEST} says nothing that can be understood") from error


def bring_to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, have reached the disk, so that no later write overtakes them.

    Only systems that can open a folder can wait for one.
    """
    is_folder = path.is_dir()
    if is_folder and not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
