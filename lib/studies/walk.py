"""Which files a folder holds: every one once, without leaving the folders that are allowed, without a crash.

No header is opened. Links are followed when they lead into an allowed folder and never in a circle.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lib.disk.opening import NamedFile
from lib.errors import InputError
from lib.images.image import is_image_name
from lib.studies.names import SURFACE_ENDINGS

COMPANION_ENDINGS = (".json", ".tsv", ".tsv.gz", ".csv", ".txt", ".1d", ".par", ".bval", ".bvec")
# A stub, a link stored as text or a saved error page is small, and so is an image that packs well: size only says which
# files are worth a look.
STUB_BYTES = 1024
ANNEX = re.compile(r"(^|[/\\])(\.git[/\\])?annex[/\\]objects[/\\]")


class WalkCancelled(Exception):
    """The person stopped the indexing."""


@dataclass(frozen=True)
class Found:
    """A file of the folder.

    Attributes
    ----------
    path : relative to the root, with `/`.
    role : "image", "companion", "skipped", or "notice" for a folder that was not entered.
    size, mtime_ns : bytes and nanoseconds, 0 where unknown.
    problem : why it cannot be opened, or None.
    target : the file it stands for when a link was stored as text, or None.
    """

    path: str
    role: str
    size: int = 0
    mtime_ns: int = 0
    problem: str | None = None
    target: Path | None = None


def walk(root: Path, inside: tuple[Path, ...], is_cancelled: Callable[[], bool] | None = None) -> Iterator[Found]:
    """Yield the files below a folder, hidden ones left out.

    Parameters
    ----------
    root : absolute folder, links resolved.
    inside : absolute folders, links resolved, that links may lead into.
    is_cancelled : asked once a folder.

    Raises
    ------
    WalkCancelled
        `is_cancelled` said so.
    """
    folders = [(str(root), "")]
    linked: list[tuple[str, str]] = []  # entered last, so that a folder keeps its own name and not a link's
    seen: set[str] = set()
    while folders or linked:
        if is_cancelled and is_cancelled():
            raise WalkCancelled
        folder, prefix = folders.pop() if folders else linked.pop()
        if folder in seen:
            continue
        seen.add(folder)
        try:
            entries = _entries(folder)
        except OSError as error:
            yield _notice(prefix.rstrip("/"), f"could not be read ({error.strerror}); check its permissions.")
            continue
        names = frozenset(entry.name for entry in entries)
        for entry in entries:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, f"{path}/"))
            elif _is_linked_folder(entry):
                target = os.path.realpath(entry.path)
                if is_inside(target, inside):
                    # A link to a folder above would list everything beside the study as part of it.
                    if not is_inside(str(root), (Path(target),)):
                        linked.append((target, f"{path}/"))
                else:
                    yield _notice(path, "is a link out of the folders that may be read; it was not followed.")
            else:
                yield _look(entry, path, names, inside)


def is_inside(path: str, folders: tuple[Path, ...]) -> bool:
    """Whether an absolute path without links is one of these folders or lies below one."""
    return any(path == str(folder) or path.startswith(f"{str(folder).rstrip(os.sep)}{os.sep}") for folder in folders)


def shown(text: str) -> str:
    """Make a path printable: bytes that are no UTF-8 are written as escapes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _entries(folder: str) -> list[os.DirEntry]:
    with os.scandir(folder) as scan:
        return sorted((entry for entry in scan if not entry.name.startswith(".")), key=lambda entry: entry.name)


def _is_linked_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:  # a link to itself
        return False


def _notice(path: str, what: str) -> Found:
    return Found(shown(path), "notice", problem=f"Folder {shown(path) or '.'} {what}")


def _look(entry: os.DirEntry, path: str, names: frozenset[str], inside: tuple[Path, ...]) -> Found:
    role = _role(entry.name, names)
    if role == "skipped":
        return Found(shown(path), role)
    try:
        state = entry.stat()
    except OSError:
        return Found(shown(path), role, problem=_broken_link(entry) if entry.is_symlink() else "It cannot be read.")
    problem, target = _problem(entry, state, inside)
    if role == "image" and not problem:
        problem = _missing_partner(entry.name, names)
        if not problem and state.st_size < STUB_BYTES:
            problem, target = _stub_problem(NamedFile(Path(entry.path), inside))
    if shown(path) != path:
        problem = problem or "The file's name is not valid text (UTF-8). Rename it."
    return Found(shown(path), role, state.st_size, state.st_mtime_ns, problem, target)


def _role(name: str, names: frozenset[str]) -> str:
    """Decide by name: `.par` is PAR/REC with a REC beside it, else FSL's motion; a pair counts once."""
    lower = name.lower()
    if lower.endswith(".par"):
        return "image" if _partner(name, (".REC", ".rec"), names) else "image" if name.endswith(".PAR") else "companion"
    if lower.endswith((".rec", ".brik", ".brik.gz")):
        return "skipped"
    if lower.endswith((".hdr", ".hdr.gz")) and _partner(name, (".img", ".img.gz"), names):
        return "skipped"
    if is_image_name(name):
        return "image"
    return "companion" if lower.endswith(COMPANION_ENDINGS) else "skipped"


def _partner(name: str, endings: tuple[str, ...], names: frozenset[str]) -> str | None:
    stem = re.sub(r"\.(hdr|img|head|par)(\.gz)?$", "", name, flags=re.IGNORECASE)
    return next((stem + ending for ending in endings if stem + ending in names), None)


def _missing_partner(name: str, names: frozenset[str]) -> str | None:
    for ending, partners in (
        (".head", (".BRIK", ".BRIK.gz", ".brik", ".brik.gz")),
        (".par", (".REC", ".rec")),
        (".hdr", (".img", ".img.gz")),
        (".hdr.gz", (".img", ".img.gz")),
        (".img", (".hdr", ".hdr.gz")),
        (".img.gz", (".hdr", ".hdr.gz")),
    ):
        if name.lower().endswith(ending) and not _partner(name, partners, names):
            return f"The {partners[0]} file that belongs to it is not beside it. Put both into one folder."
    return "It is a surface file (CIFTI), not a grid of voxels." if name.endswith(SURFACE_ENDINGS) else None


def _broken_link(entry: os.DirEntry) -> str:
    try:
        text = os.readlink(entry.path)
    except OSError:
        text = ""
    return _absent(text)


def _absent(link: str) -> str:
    if ANNEX.search(link):
        return "It is a git-annex link whose content is not here. Fetch it with `datalad get` or `git annex get`."
    return "It is a link to a file that does not exist."


def _problem(entry: os.DirEntry, state: os.stat_result, inside: tuple[Path, ...]) -> tuple[str | None, Path | None]:
    if not stat.S_ISREG(state.st_mode):
        return "It is not a regular file but a pipe, socket or device.", None
    if entry.is_symlink() and not is_inside(os.path.realpath(entry.path), inside):
        return (
            "It is a link out of the folders that may be read. Add the folder it leads to when the app is started.",
            None,
        )
    if state.st_size == 0:
        return "It is empty (0 bytes). Copy or download it again.", None
    if not os.access(entry.path, os.R_OK):
        return "It cannot be read: permission denied.", None
    return None, None


def _stub_problem(file: NamedFile) -> tuple[str | None, Path | None]:
    """Look into a small file: is it an image, or does it only stand for one?"""
    try:
        with file.open() as stream:
            head = stream.read(STUB_BYTES)
    except OSError as error:
        return f"It cannot be read: {error.strerror}.", None
    except InputError as error:
        return str(error), None
    if head.startswith(b"version https://git-lfs"):
        return "It is a Git LFS pointer whose content is not here. Fetch it with `git lfs pull`.", None
    if head.lstrip()[:1] == b"<":
        return "It is a web page or XML text saved under an image's name. Download the image again.", None
    text = head.decode("utf-8", "replace").strip()
    if ANNEX.search(text.partition("\n")[0]):
        return _absent(text), None
    if text.isprintable() and "/" in text and is_image_name(text):
        return _follow_text(file, text)
    return None, None


def text_link_target(file: NamedFile) -> NamedFile | None:
    """Return the image that a small file stands for when a link was stored as text, or None."""
    try:
        is_small = 0 < file.stat().st_size < STUB_BYTES
    except (OSError, InputError):
        return None
    target = _stub_problem(file)[1] if is_small else None
    return NamedFile(target, file.inside) if target is not None else None


def _follow_text(file: NamedFile, text: str) -> tuple[str | None, Path | None]:
    """Follow a link that was stored as text, as git does where the file system has no links."""
    target = Path(os.path.realpath(file.parent / text))
    if not is_inside(str(target), file.inside):
        return "It is a link, stored as text, out of the folders that may be read.", None
    there = NamedFile(target, file.inside)
    if not there.is_file() or there.stat().st_size == 0:
        return "It is a link, stored as text, to a file that does not exist.", None
    return None, target
