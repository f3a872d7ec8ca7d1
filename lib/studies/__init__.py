"""Read real studies: a folder becomes subjects, sessions, images and the tables that belong to them."""

from lib.images.repetition_time import Tr, decide_tr
from lib.studies.file_paths import companion_path, file_path
from lib.studies.image_facts import ImageFacts, read_image_facts, refine_kind
from lib.studies.index import folder_state, read_study
from lib.studies.model import Name, Study, StudyFile, tabulate
from lib.studies.pairs import Pairs, pair_run
from lib.studies.participants import Participants, read_participants
from lib.studies.rows import StudyRow, read_row, tabulate_rows
from lib.studies.sidecars import Sidecar, SidecarValue, read_sidecar, read_tr
from lib.studies.walk import WalkCancelled

__all__ = [
    "ImageFacts",
    "Name",
    "Pairs",
    "Participants",
    "Sidecar",
    "SidecarValue",
    "Study",
    "StudyFile",
    "StudyRow",
    "Tr",
    "WalkCancelled",
    "companion_path",
    "decide_tr",
    "file_path",
    "folder_state",
    "pair_run",
    "read_image_facts",
    "read_participants",
    "read_row",
    "read_sidecar",
    "read_study",
    "read_tr",
    "refine_kind",
    "tabulate",
    "tabulate_rows",
]
