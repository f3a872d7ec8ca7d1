"""Which rows of a study's table are known, and the reading of those that are not.

A header is read once for as long as its file stays as it is; a row is made anew when anything in the study changed,
because a sidecar far above the image may say another TR.
"""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass

from lib.errors import InputError
from lib.images.image import file_key
from lib.studies import ImageFacts, Study, StudyFile, StudyRow, file_path, read_image_facts, read_tr, refine_kind
from lib.studies.sample_study import is_sample, read_sample_facts


@dataclass(frozen=True)
class KnownRow:
    """A row, the state of the study it was made in, and the identity of the file it was read from."""

    row: StudyRow
    state: str
    file_key: str


Known = MutableMapping[str, KnownRow]
"""Relative path -> what is known of it."""


def find_row(study: Study, file: StudyFile, known: Known) -> StudyRow | None:
    """Return a row that need not be read, or None."""
    if file.problem:
        return StudyRow(file, ImageFacts(problem=file.problem), None, file.problem)
    found = known.get(file.path)
    return found.row if found and found.state == study.state else None


def read_rows(
    study: Study, files: Iterable[StudyFile], known: Known, report: Callable[[int, int, str], None] | None = None
) -> None:
    """Read the rows of these files that are not known into `known`.

    Parameters
    ----------
    report : called before each file with the number done, the number in all and the file's name; may raise to stop.
    """
    missing = [file for file in files if find_row(study, file, known) is None]
    for n, file in enumerate(missing):
        if report:
            report(n, len(missing), file.file_name)
        known[file.path] = _read_row(study, file, known.get(file.path))


def refusal(row: StudyRow) -> InputError:
    """Return the sentence about an image that cannot be opened, with its name in it."""
    name = row.file.file_name
    return InputError(row.problem if name in row.problem else f"{name} cannot be opened. {row.problem}")


def _read_row(study: Study, file: StudyFile, before: KnownRow | None) -> KnownRow:
    try:
        key = "simulated" if is_sample(study) else file_key(file_path(study, file))
    except InputError as error:  # gone, or now a link out of the folder
        return KnownRow(StudyRow(file, ImageFacts(problem=str(error)), None, str(error)), study.state, "")
    facts = before.row.facts if before and before.file_key == key else _read_facts(study, file)
    tr = read_tr(study, file, facts) if facts.n_volumes > 1 else None
    return KnownRow(StudyRow(refine_kind(file, facts), facts, tr, facts.problem), study.state, key)


def _read_facts(study: Study, file: StudyFile) -> ImageFacts:
    return read_sample_facts(file.path) if is_sample(study) else read_image_facts(file_path(study, file))
