"""Where a study's images and tables are on disk, looked at again whenever one is opened: see `lib.studies.walk`."""

from pathlib import Path

from lib.errors import InputError
from lib.studies.model import Study, StudyFile
from lib.studies.walk import is_inside


def file_path(study: Study, file: StudyFile) -> Path:
    """Return the absolute path to open for an image, after checking again where it leads.

    Raises
    ------
    InputError
        The file has a problem, or leads out of the folders that may be read (it may have changed since the indexing).
    """
    if file.problem:
        raise InputError(f"{file.file_name} cannot be opened. {file.problem}")
    return companion_path(study, file.path) if file.target is None else _require_inside(study, file.target)


def companion_path(study: Study, path: str) -> Path:
    """Return the absolute path of a sidecar or table, after checking where it leads.

    Raises
    ------
    InputError
        It leads out of the folders that may be read.
    """
    return _require_inside(study, study.root / path)


def _require_inside(study: Study, path: Path) -> Path:
    resolved = path.resolve()
    if not is_inside(str(resolved), study.inside):
        raise InputError(f"{path.name} is a link out of the folders that may be read. Open the folder it leads to.")
    # The link's own name is kept where possible: it says what the file is.
    return path
