"""One line of the study table: what a file's name, header and sidecars say together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lib.errors import InputError
from lib.images.repetition_time import Tr
from lib.number_text import shape_text, sizes_text
from lib.studies.file_paths import file_path
from lib.studies.image_facts import ImageFacts, read_image_facts, refine_kind
from lib.studies.model import Study, StudyFile
from lib.studies.sidecars import read_tr

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *("path", "subject", "session", "kind", "task", "run", "desc", "space"),
    *("shape", "voxel_sizes_mm", "n_volumes", "tr_s", "length_s", "problem", "tr_flag"),
)


@dataclass(frozen=True)
class StudyRow:
    """An image with its header read.

    Attributes
    ----------
    file : its kind refined by the dimensions.
    facts : what the header says.
    tr : of a run, None for one volume.
    problem : why it cannot be opened, or None.
    """

    file: StudyFile
    facts: ImageFacts
    tr: Tr | None
    problem: str | None

    @property
    def length(self) -> float | None:
        """Seconds from the first volume's start to the last one's end, None without a TR."""
        return self.facts.n_volumes * self.tr.seconds if self.tr and self.tr.seconds else None

    @property
    def space(self) -> str:
        """The space the name says, else what the header's affine leads to."""
        return self.file.space or self.facts.xform


def read_row(study: Study, file: StudyFile) -> StudyRow:
    """Read an image's header and sidecars; a file that cannot be opened gives a row with the reason."""
    try:
        facts = read_image_facts(file_path(study, file))
    except InputError as error:
        facts = ImageFacts(problem=file.problem or str(error))
    tr = read_tr(study, file, facts) if facts.n_volumes > 1 else None
    return StudyRow(refine_kind(file, facts), facts, tr, facts.problem)


def tabulate_rows(rows) -> pd.DataFrame:
    """Put rows into a frame: what a person compares, with units in the names of the columns."""
    import pandas as pd

    return pd.DataFrame([_cells(row) for row in rows], columns=list(COLUMNS), dtype=object)


def _cells(row: StudyRow) -> tuple:
    file, facts = row.file, row.facts
    shape = shape_text(facts.shape[:3])
    sizes = sizes_text(facts.voxel_sizes)
    seconds, flag = (row.tr.seconds, row.tr.flag) if row.tr else (None, None)
    named = (file.path, file.subject, file.session, file.kind, file.task, file.run, file.desc, row.space)
    return (*named, shape, sizes, facts.n_volumes or None, seconds, row.length, row.problem, flag)
