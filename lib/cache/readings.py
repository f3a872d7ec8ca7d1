"""Which runs are being read through? One job a run, shared by all sessions."""

from lib.cache.jobs import server_jobs
from lib.images.image import Image
from lib.jobs import Job, JobCancelled
from lib.runs import RunCancelled, prepare_run, store_folder


def reading_key(image: Image) -> str:
    """Return the key of the job that reads a run through."""
    return f"run {image.key}"


def read_through(image: Image) -> Job:
    """Start reading a run through unless that is under way; return the job."""
    return _start(image, f"Reading {image.name} through")


def read_again(image: Image) -> Job:
    """Start reading a run through whose store turned out to be damaged; return the job, whose title says why."""
    return _start(image, f"The stored copy of {image.name} was damaged; it is being made again")


def _start(image: Image, title: str) -> Job:
    return server_jobs().start(reading_key(image), title, lambda job: _read(image, job))


def _read(image: Image, job: Job) -> None:
    def progress(done: int, total: int) -> None:
        job.report(done, total, f"volume {done} of {total}")

    try:
        prepare_run(image, store_folder(image.path), progress, lambda: job.is_cancelled)
    except RunCancelled as error:
        raise JobCancelled from error
