"""Which study an image belongs to, and which of its files go with it.

A study is a folder: the sample, one the server was started with, or a downloaded one. It is indexed in the
background, kept for all sessions, and looked through again when the index is old.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from lib.cache.jobs import server_jobs
from lib.cache.studies import ids_in_folder, known_studies
from lib.errors import InputError
from lib.jobs import Job, JobCancelled
from lib.session import image_choice
from lib.session.frame import stop_page
from lib.session.progress import show_end, show_progress
from lib.studies import Study, StudyFile, companion_path, file_path, folder_state, pair_run, read_study
from lib.studies.image_ids import SAMPLE, StartFolder
from lib.studies.sample_study import read_sample_study
from lib.studies.simulated import sample_folder
from lib.studies.walk import WalkCancelled

# A study that was looked through so recently is taken as it was.
STALE_SECONDS = 60.0
# Most folders are indexed sooner than a progress bar would appear.
PATIENCE_SECONDS = 0.8
# Where there may be several, and something else to be seen meanwhile.
SHORT_PATIENCE_SECONDS = 0.2


@dataclass(frozen=True)
class KnownStudy:
    """A study and when it was last looked through, in seconds of the monotonic clock."""

    study: Study
    seen: float


@dataclass(frozen=True)
class PairedFile:
    """A file that belongs to an image.

    Attributes
    ----------
    id : public id, as in links: open an image by it, not by its path, since one of the sample may not be built yet.
    path : where it is on disk.
    name : its path below the study's folder.
    """

    id: str
    path: Path
    name: str


@dataclass(frozen=True)
class PairedFiles:
    """What belongs to an image, best match first; see `lib.studies.Pairs`."""

    events: tuple[PairedFile, ...] = ()
    confounds: tuple[PairedFile, ...] = ()
    masks: tuple[PairedFile, ...] = ()
    twins: tuple[PairedFile, ...] = ()
    anatomies: tuple[PairedFile, ...] = ()


def study_folders() -> tuple[StartFolder, ...]:
    """Return the folders that are studies: those of the server, what was downloaded, the sample."""
    return (*image_choice.data_folders(), StartFolder(SAMPLE, sample_folder()))


def folder_of(image_id: str | None) -> StartFolder | None:
    """Return the study folder that an image id lies in; None for uploads and bundled images."""
    first, slash, _ = (image_id or "").partition("/")
    return next((folder for folder in study_folders() if slash and folder.name == first), None)


def study_of(image_id: str | None) -> tuple[Study, StudyFile] | None:
    """Return the study of an image and its entry there; None for images of no study.

    While the folder is being indexed, show how far it is and stop the page.
    """
    folder = folder_of(image_id)
    study = require_study(folder) if folder else None
    file = study.by_path.get(image_id.partition("/")[2]) if study else None
    return (study, file) if file else None


def pairs_of(image_id: str | None) -> PairedFiles:
    """Return the tables and images that belong to an image, by id and path; none for images of no study.

    Stops the page as `study_of` does. Files that cannot be opened are left out.
    """
    found = study_of(image_id)
    if found is None:
        return PairedFiles()
    study, file = found
    folder = folder_of(image_id)
    pairs = pair_run(study, file)

    def tables(paths) -> tuple[PairedFile, ...]:
        return tuple(PairedFile(f"{folder.name}/{path}", companion_path(study, path), path) for path in paths)

    def images(files) -> tuple[PairedFile, ...]:
        found = []
        for file in files:
            # Those with a problem, and one that has become a link out of the folders since, are listed with the study.
            with suppress(InputError):
                found.append(PairedFile(f"{folder.name}/{file.path}", file_path(study, file), file.path))
        return tuple(found)

    return PairedFiles(
        tables(pairs.events),
        tables(pairs.confounds),
        images(pairs.masks),
        images(pairs.twins),
        images(pairs.anatomies),
    )


def require_study(folder: StartFolder) -> Study | None:
    """Return a folder's study; while it is first indexed, show how far it is and stop the page.

    Returns None, and says why, when the indexing failed or was cancelled.
    """
    known = known_studies().get(folder.path)
    if known is None or time.monotonic() - known.seen > STALE_SECONDS:
        job = _index(folder, known)
        if known is None:
            return _await(folder, job)
    return known.study


def known_study(folder: StartFolder) -> Study | None:
    """Return a folder's study as it was last looked through; None while that goes on for the first time."""
    if folder.path not in known_studies():
        _index(folder, None).wait(SHORT_PATIENCE_SECONDS)
    known = known_studies().get(folder.path)
    return known.study if known else None


def look_again(folder: StartFolder) -> None:
    """Index a folder anew, whatever is known of it."""
    known_studies().pop(folder.path, None)
    ids_in_folder.clear()
    server_jobs().forget(_job_key(folder))


def _await(folder: StartFolder, job: Job) -> Study | None:
    if not job.wait(PATIENCE_SECONDS):
        show_progress(job, key=f"index-{folder.name}")
        stop_page()
    known = known_studies().get(folder.path)
    if known is not None:
        return known.study
    show_end(job)
    st.button("Look through it again", key=f"again-{folder.name}", on_click=look_again, args=(folder,))
    return None


def _index(folder: StartFolder, known: KnownStudy | None) -> Job:
    """Start to look a folder through, unless that goes on already or just failed."""
    job = server_jobs().find(_job_key(folder))
    if job is not None and known is None and job.error is not None:
        return job
    studies = known_studies()
    inside = tuple(other.path for other in image_choice.data_folders())

    def work(job: Job) -> None:
        try:
            study = _read(folder, known, inside, job)
        except WalkCancelled:
            raise JobCancelled from None
        studies[folder.path] = KnownStudy(study, time.monotonic())

    return server_jobs().start(_job_key(folder), f"Looking through {folder.name}", work)


def _read(folder: StartFolder, known: KnownStudy | None, inside: tuple[Path, ...], job: Job) -> Study:
    if folder.name == SAMPLE:
        return known.study if known else read_sample_study()
    is_cancelled: Callable[[], bool] = lambda: job.is_cancelled  # noqa: E731
    if known and folder_state(folder.path, inside=inside, is_cancelled=is_cancelled) == known.study.state:
        return known.study
    return read_study(
        folder.path,
        inside=inside,
        progress=lambda n_files: job.report(0, 0, f"{n_files:,} files"),
        is_cancelled=is_cancelled,
    )


def _job_key(folder: StartFolder) -> str:
    return f"index {folder.path}"


def runs_beside(image_id: str | None) -> tuple[str, ...]:
    """Return the ids of the runs of an image's subject and session, itself among them, in the study's order.

    Runs that cannot be opened are left out. Stops the page as `study_of` does.
    """
    found = study_of(image_id)
    if found is None:
        return ()
    study, chosen = found
    folder = folder_of(image_id)
    return tuple(
        f"{folder.name}/{file.path}"
        for file in study.of_kind("run")
        if file.problem is None
        and (file.subject, file.session, file.dataset, file.space)
        == (chosen.subject, chosen.session, chosen.dataset, chosen.space)
    )
