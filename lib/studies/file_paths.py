"""Where a study's images and tables are on disk, as files that are opened inside its folders alone."""

from pathlib import Path

from lib.disk.opening import NamedFile
from lib.errors import InputError
from lib.studies.model import Study, StudyFile
from lib.studies.walk import is_inside


def file_path(study: Study, file: StudyFile) -> NamedFile:
    """Return the file to open for an image.

    Raises
    ------
    InputError
        The file has a problem, or leads out of the folders that may be read (it may have changed since the indexing).
    """
    if file.problem:
        raise InputError(f"{file.file_name} cannot be opened. {file.problem}")
    return companion_path(study, file.path) if file.target is None else _named(study, file.target)


def companion_path(study: Study, path: str) -> NamedFile:
    """Return the file of a sidecar or table.

    Raises
    ------
    InputError
        It leads out of the folders that may be read.
    """
    return _named(study, study.root / path)


def _named(study: Study, path: Path) -> NamedFile:
    """Name a file, said early where it leads out; it is looked at again, and held to the folders, when it is opened."""
    if not is_inside(str(path.resolve()), study.inside):
        raise InputError(f"{path.name} is a link out of the folders that may be read. Open the folder it leads to.")
    return NamedFile(path, study.inside)
