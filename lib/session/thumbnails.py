"""Which small picture goes with a run that is offered? Made behind the page, from its first volume where that is cheap.

A file that turns out to be no run, or cannot be read, is found out on the way.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lib.cache.jobs import server_jobs
from lib.cache.thumbnails import Stamp, find_stamp, stamp_keeper
from lib.errors import InputError
from lib.images.image import file_key, open_image, read_volume
from lib.images.thumbnail import draw_thumbnail, is_cheap
from lib.jobs import Job
from lib.session import image_choice
from lib.studies.image_ids import SAMPLE, find_image
from lib.studies.sample_study import sample_path, simulate_first_volume

# Most are made sooner than somebody has read the sentence above them.
PATIENCE_SECONDS = 0.3


def stamps_of(image_ids: Iterable[str]) -> tuple[dict[str, Stamp], Job | None]:
    """Return what is known of images by their ids, and the job that finds out the rest, if one is under way.

    What this visitor may not open is a file that is no run.
    """
    files = {image_id: _find(image_id) for image_id in image_ids}
    missing = [found for found in files.values() if found and find_stamp(found[0]) is None]
    job = None
    if missing:
        keep = stamp_keeper()
        key = f"thumbnails {hash(tuple(missing))}"
        job = server_jobs().find(key)
        if job is None or (job.is_finished and job.error is None):
            job = server_jobs().start(key, "Drawing thumbnails", lambda job: _make(missing, keep, job))
        job.wait(PATIENCE_SECONDS)
    known = {image_id: find_stamp(found[0]) if found else Stamp(is_run=False) for image_id, found in files.items()}
    is_under_way = job is not None and not job.is_finished
    return {image_id: stamp for image_id, stamp in known.items() if stamp}, job if is_under_way else None


def _find(image_id: str) -> tuple[str, Path | str] | None:
    """Return the key of an image's content and its file; of the sample its path there, which may not be built yet."""
    within = image_id.removeprefix(f"{SAMPLE}/")
    with suppress(InputError):
        path = find_image(image_id, image_choice.data_folders(), image_choice.uploads())
        return (str(path), within) if within != image_id else (file_key(path), path)
    return None


def _make(files: list[tuple[str, Path | str]], keep, job: Job) -> None:
    for number, (key, file) in enumerate(files):
        job.report(number, len(files))
        try:
            keep(key, _stamp(file))
        except InputError:
            keep(key, Stamp(is_run=False))


def _stamp(file: Path | str) -> Stamp:
    if isinstance(file, str):
        if not sample_path(file).is_file():
            return Stamp(True, draw_thumbnail(*simulate_first_volume(file)))
        file = sample_path(file)
    image = open_image(file)
    if not image.is_4d:
        return Stamp(is_run=False)
    return Stamp(True, draw_thumbnail(read_volume(image), image.affine) if is_cheap(image) else None)
