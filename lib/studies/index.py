"""Which images a study holds: a folder becomes a `Study`, by names alone, in one walk."""

import contextlib
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from lib.errors import InputError
from lib.studies.model import Layout, Study, StudyFile
from lib.studies.names import guess_kind, is_fcp_path, parse_name
from lib.studies.sidecars import read_json
from lib.studies.walk import Found, WalkCancelled, shown, walk

PROGRESS_EVERY = 250  # files; some 10 ms of work


def read_study(
    root,
    *,
    inside: Iterable = (),
    progress: Callable[[int], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Study:
    """List the images of a folder and what their names say; no header is opened.

    Parameters
    ----------
    root : path of the folder.
    inside : folders that links may lead into, beside the root itself.
    progress : called with the number of files seen so far, every 250 files and at the end.
    is_cancelled : asked once a folder and every 250 files.

    Raises
    ------
    InputError
        The folder does not exist or cannot be read.
    WalkCancelled
        `is_cancelled` said so.
    """
    root, allowed = _resolve(root, inside)
    found = list(_count(walk(root, allowed, is_cancelled), progress, is_cancelled))
    found.sort(key=lambda item: item.path)
    files = tuple(_study_file(item) for item in found if item.role == "image")
    companions = tuple(item.path for item in found if item.role == "companion" and not item.problem)
    layout = _layout(files, companions)
    return Study(
        root=root,
        inside=allowed,
        name=_name(root, companions),
        layout=layout,
        files=files,
        companions=companions,
        participants=tuple(path for path in companions if _is_participants(path, layout)),
        notices=tuple(_notice(item) for item in found if item.problem and item.role != "image"),
        n_skipped=sum(item.role == "skipped" for item in found),
        state=_digest(found),
    )


def folder_state(root, *, inside: Iterable = (), is_cancelled: Callable[[], bool] | None = None) -> str:
    """Return a digest of the names, sizes and times below a folder: equal to `Study.state` while nothing changed.

    Raises as `read_study`.
    """
    root, allowed = _resolve(root, inside)
    return _digest(sorted(walk(root, allowed, is_cancelled), key=lambda item: item.path))


def _resolve(root, inside) -> tuple[Path, tuple[Path, ...]]:
    try:
        resolved = Path(root).resolve(strict=True)
        if not resolved.is_dir():
            raise InputError(
                f"{shown(Path(root).name)} is a file, but a study is a folder. Choose the folder it lies in."
            )
        next(resolved.iterdir(), None)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links in a circle; ValueError: a null byte
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"The folder {shown(Path(root).name)} cannot be read ({reason}). Check its name and its permissions."
        ) from error
    return resolved, (resolved, *(Path(folder).resolve() for folder in inside))


def _count(found, progress, is_cancelled):
    n_files = 0
    for item in found:
        n_files += item.role != "notice"
        if n_files % PROGRESS_EVERY == 0:
            if progress:
                progress(n_files)
            if is_cancelled and is_cancelled():
                raise WalkCancelled
        yield item
    if progress:
        progress(n_files)


def _study_file(item: Found) -> StudyFile:
    name = parse_name(item.path)
    return StudyFile(item.path, name, guess_kind(item.path, name), item.problem, item.target)


def _notice(item: Found) -> str:
    return item.problem if item.role == "notice" else f"{item.path} is left out. {item.problem}"


def _layout(files: tuple[StudyFile, ...], companions: tuple[str, ...]) -> Layout:
    """Name the layout by what the files are called; a description alone is enough, but none is needed."""
    is_fcp = {file.path: is_fcp_path(file.path) for file in files}
    others = [file for file in files if file.subject and not is_fcp[file.path]]
    if "dataset_description.json" in companions or any(
        not file.dataset or file.dataset.startswith("derivatives/") for file in others
    ):
        return "BIDS"
    # Not when there are subjects of another kind: a folder of several studies is not one of them.
    return "1000 Functional Connectomes" if 2 * sum(is_fcp.values()) > len(files) and not others else "folder"


def _name(root: Path, companions: tuple[str, ...]) -> str:
    given = None
    if "dataset_description.json" in companions:
        # A description nobody can read names nothing; the folder still does.
        with contextlib.suppress(InputError):
            given = read_json(root / "dataset_description.json", "dataset_description.json").get("Name")
    return given.strip() if isinstance(given, str) and given.strip() else shown(root.name) or str(root)


def _is_participants(path: str, layout: Layout) -> bool:
    if layout == "1000 Functional Connectomes":
        return path.endswith("_demographics.txt")
    return path == "participants.tsv"


def _digest(found: Iterable[Found]) -> str:
    digest = hashlib.sha256()
    for item in found:
        digest.update(f"{item.path}\0{item.role}\0{item.size}\0{item.mtime_ns}\0{item.problem}\n".encode())
    return digest.hexdigest()
