"""What does a person call an image? Subject, task and kind rather than its path."""

from pathlib import PurePosixPath

from lib.studies.image_ids import BUNDLED
from lib.studies.kind_words import describe_kind
from lib.studies.model import StudyFile
from lib.studies.names import guess_kind, parse_name


def entities_name(file: StudyFile) -> str:
    """Return the subject, session, task, run and space of an image, or its file's name where that says none of them."""
    parts = {"sub-": file.subject, "ses-": file.session, "": file.task, "run ": file.run, "space ": file.space}
    return ", ".join(f"{before}{label}" for before, label in parts.items() if label) or file.file_name


def title_of(image_id: str) -> tuple[str, str]:
    """Return a short name of an image, and the field's word for its kind, by its id alone; `""` where that is unknown.

    ``sample/sub-01/func/sub-01_task-game_bold.nii.gz`` is ``("sub-01, game", "BOLD run")``.
    """
    if image_id in BUNDLED:
        return BUNDLED[image_id][1], ""
    path = PurePosixPath(image_id)
    # The first part is the folder of the server, which names no subject even where it is called like one.
    inside = path.relative_to(path.parts[0]).as_posix() if len(path.parts) > 1 else image_id
    name = parse_name(inside)
    kind = guess_kind(inside, name)
    file = StudyFile(inside, name, kind)
    called = entities_name(file)
    return called, "" if called == file.file_name or kind == "other" else describe_kind(file)
