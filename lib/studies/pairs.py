"""Which files belong to a run: its events, confounds, mask, anatomy, and the same run in other spaces."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from lib.studies.model import Name, Study, StudyFile
from lib.studies.names import image_stem, parse_name
from lib.studies.sidecars import comparable, find_inherited

# What tells two runs apart. Everything else (space, desc, res, ...) tells versions of one run apart.
RUN_KEYS = ("sub", "ses", "task", "acq", "ce", "rec", "dir", "run")
GRID_KEYS = ("space", "res", "cohort")
MOTION_NAME = re.compile(r"(^rp_.*\.txt$)|(\.par$)|((dfile|volreg|motion|moco|_mc).*\.1D$)", re.IGNORECASE)


@dataclass(frozen=True)
class Pairs:
    """The files that belong to a run, best match first.

    Attributes
    ----------
    events, confounds : relative paths of tables.
    masks : masks in the run's own space.
    twins : the same run, raw or resampled, raw first.
    anatomies : the subject's anatomies, that of the run's own space and session first.
    """

    events: tuple[str, ...]
    confounds: tuple[str, ...]
    masks: tuple[StudyFile, ...]
    twins: tuple[StudyFile, ...]
    anatomies: tuple[StudyFile, ...]


def pair_run(study: Study, file: StudyFile) -> Pairs:
    """Find what belongs to a run (or, for an anatomy, its masks and twins)."""
    return Pairs(
        events=find_events(study, file),
        confounds=find_confounds(study, file),
        masks=find_masks(study, file),
        twins=find_twins(study, file),
        anatomies=find_anatomies(study, file),
    )


def find_events(study: Study, file: StudyFile) -> tuple[str, ...]:
    """Return the events tables of a run, nearest and most specific first.

    A derivative's events are those of the raw dataset it was computed from, unless it has its own.
    """
    if file.kind != "run":
        return ()
    entities = _entities(file.name, RUN_KEYS)
    own = find_inherited(study, file.name, file.folder, "events.tsv", "events", entities)[::-1]
    home = family(file.dataset)
    if own or home == file.dataset:
        return own
    below = file.folder.removeprefix(file.dataset).strip("/")
    folder = "/".join(part for part in (home, below) if part)
    raw = Name(file.name.entities, file.name.suffix, (), home)
    return find_inherited(study, raw, folder, "events.tsv", "events", entities)[::-1]


def find_confounds(study: Study, file: StudyFile) -> tuple[str, ...]:
    """Return tables of confounds and motion parameters of a run: fMRIPrep's first, then FSL's, SPM's and AFNI's."""
    if file.kind != "run":
        return ()
    own = dict(comparable(_entities(file.name, RUN_KEYS)))
    tables, motion = [], []
    for path in study.companions:
        if file.subject and file.subject not in path:
            continue
        file_name = path.rpartition("/")[2]
        is_motion = bool(MOTION_NAME.search(file_name))
        if not is_motion and "confounds" not in file_name and "_timeseries" not in file_name:
            continue
        name = parse_name(path)
        if is_motion and _is_motion_of(file, own, path, name, study):
            motion.append(path)
        elif file_name.endswith(".tsv") and name.is_confounds and _same_run(own, file, name):
            tables.append(path)
    return (
        *sorted(tables, key=lambda path: _distance(file, path)),
        *sorted(motion, key=lambda path: _distance(file, path)),
    )


def find_masks(study: Study, file: StudyFile) -> tuple[StudyFile, ...]:
    """Return the masks of the same run (or anatomy) in the same space and resolution."""
    grid = _entities(file.name, GRID_KEYS)
    own = dict(comparable(_entities(file.name, RUN_KEYS)))
    found = [
        other
        for other in study.by_subject[file.subject]
        if other.kind == "mask"
        and other.path != file.path
        and _entities(other.name, GRID_KEYS) == grid
        and (_same_run(own, file, other.name, exactly=True) if file.subject else other.folder == file.folder)
    ]
    return tuple(
        sorted(found, key=lambda other: (other.problem is not None, other.desc != "brain", _distance(file, other.path)))
    )


def find_twins(study: Study, file: StudyFile) -> tuple[StudyFile, ...]:
    """Return the other versions of a run or anatomy: raw first, then by path."""
    if not file.subject:
        return ()
    own = dict(comparable(_entities(file.name, RUN_KEYS)))
    found = [
        other
        for other in study.by_subject[file.subject]
        if other.kind == file.kind
        and other.path != file.path
        and other.suffix == file.suffix
        and _same_run(own, file, other.name, exactly=True)
    ]
    return tuple(sorted(found, key=lambda other: (other.is_derivative, other.path)))


def find_anatomies(study: Study, file: StudyFile) -> tuple[StudyFile, ...]:
    """Return the subject's anatomies, the best to lay under this run first.

    In the run's own space before others, in its session before others, T1w before other contrasts, whole heads before
    extracted brains; files that cannot be opened come last. Without subjects, those in the run's folder or beside it.
    """

    def rank(other: StudyFile):
        return (
            other.problem is not None,
            other.space != file.space,
            other.session != file.session,
            other.suffix != "T1w",
            other.is_derivative != file.is_derivative,
            len(other.name.entities),
            any("skullstrip" in word or word == "brain" for word in other.name.words),
            other.path,
        )

    found = [
        other
        for other in study.by_subject[file.subject]
        if other.kind == "anatomy" and other.path != file.path and _is_related(file, other)
    ]
    return tuple(sorted(found, key=rank))


def family(dataset: str) -> str:
    """Return the folder of the raw dataset that a derivative belongs to: what lies above `derivatives`."""
    parts = dataset.split("/")
    for key in ("derivatives", "sourcedata"):
        if key in parts:
            parts = parts[: parts.index(key)]
    return "/".join(parts)


def _entities(name: Name, keys) -> tuple[tuple[str, str], ...]:
    return tuple((key, label) for key, label in name.entities if key in keys)


def _same_run(own: dict[str, str], file: StudyFile, other: Name, exactly: bool = False) -> bool:
    """Whether a name in the same family says the same run, or, unless exactly, nothing that contradicts it."""
    if family(other.dataset) != family(file.dataset):
        return False
    theirs = dict(comparable(_entities(other, RUN_KEYS)))
    if exactly:
        return theirs == own
    return bool(theirs) and theirs.items() <= own.items()


def _is_motion_of(file: StudyFile, own: dict[str, str], path: str, name: Name, study: Study) -> bool:
    """Whether a motion file belongs to a run: by entities, by the run's name in its own, or as the only one."""
    if name.label("task") or (name.entities and file.task):
        return _same_run(own, file, name)
    folder, _, file_name = path.rpartition("/")
    if folder != file.folder and str(PurePosixPath(folder).parent) != (file.folder or "."):
        return False
    if image_stem(file.file_name) in file_name:
        return True
    return not any(other.folder == file.folder and other.path != file.path for other in study.of_kind("run"))


def _is_related(file: StudyFile, other: StudyFile) -> bool:
    if file.subject:
        return other.subject == file.subject and family(other.dataset) == family(file.dataset)
    parent = file.folder.rpartition("/")[0]
    return other.folder == file.folder or (bool(parent) and other.folder.rpartition("/")[0] == parent)


def _distance(file: StudyFile, path: str) -> tuple[int, str]:
    """Order by how many folders two files share, most first."""
    ours, theirs = file.folder.split("/"), path.split("/")[:-1]
    shared = 0
    while shared < min(len(ours), len(theirs)) and ours[shared] == theirs[shared]:
        shared += 1
    return -shared, path
