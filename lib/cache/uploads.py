"""What a visitor brought: files, tables, and the stores of their runs; all end with the session."""

from lib.cache import courses, images, maps
from lib.cache.jobs import server_jobs
from lib.cache.sessions import held
from lib.disk.session_folders import session_folder_of
from lib.images.image import Image
from lib.studies.uploaded_tables import spool_table
from lib.studies.uploads import Upload, spool_upload


def keep_upload(uploaded) -> Upload:
    """Copy an uploaded file to this session's folder, which is deleted with the session."""
    return spool_upload(uploaded, uploaded.name, held().folder.path)


def keep_table(uploaded) -> Upload:
    """Copy an uploaded text file, such as motion parameters, to this session's folder."""
    return spool_table(uploaded.getvalue(), uploaded.name, held().folder.path)


def end_with_session(image: Image, job_key: str) -> None:
    """Let the reading of an uploaded run, and what is kept open of it, end with this session.

    Parameters
    ----------
    job_key : str
        Of the job that reads it through.
    """
    if session_folder_of(image.path) is not None:
        held().at_end.append(lambda: _let_go(job_key))


def _let_go(job_key: str) -> None:
    job = server_jobs().find(job_key)
    if job is not None:
        job.cancel()
    # A mapped file takes its room on the disk until the map is gone, whatever its folder does. All are let go of,
    # because nobody knows under which volumes and maps this one is kept; the others are mapped again in no time.
    images.let_go()
    maps.let_go()
    courses.let_go()
