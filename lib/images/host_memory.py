"""How much memory has this server? What the machine has, or what the container it runs in may take."""

import os
from collections.abc import Iterator
from pathlib import Path

# Where Linux lists the control groups of a process, and where it mounts them. Each line of the list is
# "number:controllers:path"; of version 2 there are no controllers in it, and each has one file of its own.
GROUPS, MOUNT = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")


def host_memory(groups: Path = GROUPS, mount: Path = MOUNT) -> int | None:
    """Return the bytes of memory that this process and what runs beside it may take; None where that is not told.

    Parameters
    ----------
    groups, mount : Path
        Where the control groups of the process are listed, and where they are mounted.
    """
    return min([*_physical(), *_limits(groups, mount)], default=None)


def _physical() -> Iterator[int]:
    # Windows has no sysconf.
    if hasattr(os, "sysconf"):
        yield os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _limits(groups: Path, mount: Path) -> Iterator[int]:
    """Yield the limits of a process's memory group and of those around it, where there are any."""
    try:
        lines = groups.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield from _limits_above(mount, path, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _limits_above(mount / "memory", path, "memory.limit_in_bytes")


def _limits_above(top: Path, path: str, name: str) -> Iterator[int]:
    group = top / path.strip("/")
    # Within a container the path may be that of the host, which is not mounted; the top is the container's own then.
    for folder in (group, *group.parents):
        if not folder.is_relative_to(top):
            return
        try:
            text = (folder / name).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdecimal():
            yield int(text)
