"""What a visitor brought: files, tables, and the stores of their runs; all end with the session."""

from pathlib import Path

from lib.cache import courses, images, maps
from lib.cache.jobs import server_jobs
from lib.cache.sessions import held
from lib.studies.uploaded_tables import spool_table
from lib.studies.uploads import Upload, spool_upload


def keep_upload(uploaded) -> Upload:
    """Copy an uploaded file to this session's folder, which is deleted with the session."""
    return spool_upload(uploaded, uploaded.name, _session_folder())


def keep_table(uploaded) -> Upload:
    """Copy an uploaded text file, such as motion parameters, to this session's folder."""
    return spool_table(uploaded.getvalue(), uploaded.name, _session_folder())


def _session_folder() -> Path:
    """Return this session's folder; all that is done with its files, and kept open of them, ends with the session."""
    mine = held()
    folder = mine.folder.path
    if not mine.at_end:
        mine.at_end.append(lambda: _let_go(folder))
    return folder


def _let_go(folder: Path) -> None:
    server_jobs().end_all_of(str(folder))
    # A mapped file takes its room on the disk until the map is gone, whatever its folder does. All are let go of,
    # because nobody knows under which volumes and maps this one is kept; the others are mapped again in no time.
    images.let_go()
    maps.let_go()
    courses.let_go()
