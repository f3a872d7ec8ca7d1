"""What a study is: a folder, the images in it, and what their names say about them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["anatomy", "run", "mask", "map", "labels", "other"]
Layout = Literal["BIDS", "1000 Functional Connectomes", "folder"]


@dataclass(frozen=True)
class Name:
    """What the path of a file says.

    Attributes
    ----------
    entities : pairs of key and label, in the order of the name (`("sub", "01"), ("task", "game")`).
    suffix : the word that says what is measured (`"bold"`), `""` when none is known.
    words : parts of the name that are neither (`("defaced",)`).
    dataset : folder of the dataset the file belongs to, `""` for the study's root.
    """

    entities: tuple[tuple[str, str], ...]
    suffix: str
    words: tuple[str, ...]
    dataset: str

    @property
    def is_confounds(self) -> bool:
        """Whether it is a table of confounds, fMRIPrep's old names included."""
        return self.suffix == "timeseries" and (self.label("desc") or "").startswith("confounds")

    def label(self, key: str) -> str | None:
        """Return the label of an entity, or None."""
        return self._labels.get(key)

    @cached_property
    def _labels(self) -> dict[str, str]:
        return dict(self.entities)


@dataclass(frozen=True)
class StudyFile:
    """One image of a study, known by its path alone; its header is not read.

    Attributes
    ----------
    path : relative to the study's root, with `/`.
    name : everything the path says.
    kind : "anatomy", "run", "mask", "map", "labels" or "other".
    problem : why it cannot be opened, in a sentence, or None.
    target : absolute path of the file this one stands for when the link to it was stored as text, or None.
    """

    path: str
    name: Name
    kind: Kind
    problem: str | None = None
    target: Path | None = None

    @property
    def subject(self) -> str | None:
        """Label of the subject, without `sub-`."""
        return self.name.label("sub")

    @property
    def session(self) -> str | None:
        """Label of the session."""
        return self.name.label("ses")

    @property
    def task(self) -> str | None:
        """Name of the task."""
        return self.name.label("task")

    @property
    def run(self) -> str | None:
        """Label of the run, as it is written."""
        return self.name.label("run")

    @property
    def acquisition(self) -> str | None:
        """Label of the acquisition."""
        return self.name.label("acq")

    @property
    def space(self) -> str | None:
        """Space the image was resampled into, None for the space it was acquired in."""
        return self.name.label("space")

    @property
    def desc(self) -> str | None:
        """Description of a derivative (`"preproc"`)."""
        return self.name.label("desc")

    @property
    def suffix(self) -> str:
        """What is measured (`"bold"`, `"T1w"`), `""` when the name does not say it."""
        return self.name.suffix

    @property
    def dataset(self) -> str:
        """Folder of the dataset the file belongs to, `""` for the study's root."""
        return self.name.dataset

    @property
    def folder(self) -> str:
        """Folder the file lies in, `""` for the study's root."""
        return self.path.rpartition("/")[0]

    @property
    def file_name(self) -> str:
        """Last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def is_derivative(self) -> bool:
        """Whether it was computed from another image, by its folder or its name."""
        return "derivatives" in self.dataset.split("/") or bool(self.space or self.desc)


@dataclass(frozen=True)
class Study:
    """A folder of images.

    Attributes
    ----------
    root : absolute folder.
    inside : absolute folders that links may lead into; the root is one of them.
    name : from dataset_description.json, else the folder's name.
    layout : "BIDS", "1000 Functional Connectomes" or "folder".
    files : the images, sorted by path.
    companions : relative paths of sidecars, events, confounds, motion and other tables, sorted.
    participants : relative paths of the tables with one row a subject.
    notices : sentences about folders that were not entered and companions that cannot be read.
    n_skipped : files that are neither images nor companions.
    state : digest of names, sizes and times; the same when nothing changed.
    """

    root: Path
    inside: tuple[Path, ...]
    name: str
    layout: Layout
    files: tuple[StudyFile, ...]
    companions: tuple[str, ...]
    participants: tuple[str, ...]
    notices: tuple[str, ...]
    n_skipped: int
    state: str

    @cached_property
    def by_path(self) -> dict[str, StudyFile]:
        """The images by their relative path."""
        return {file.path: file for file in self.files}

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """Labels of the subjects that have images, sorted."""
        return tuple(sorted(subject for subject in self.by_subject if subject))

    @cached_property
    def by_subject(self) -> dict[str | None, tuple[StudyFile, ...]]:
        """The images of each subject by its label; those of no subject under None."""
        subjects: dict[str | None, list[StudyFile]] = {}
        for file in self.files:
            subjects.setdefault(file.subject, []).append(file)
        return {subject: tuple(files) for subject, files in subjects.items()}

    def sessions(self, subject: str) -> tuple[str, ...]:
        """Labels of a subject's sessions, sorted; none when its files name no session."""
        return tuple(sorted({file.session for file in self.by_subject.get(subject, ()) if file.session}))

    @cached_property
    def companions_by_folder(self) -> dict[str, tuple[str, ...]]:
        """The companions of each folder, by the folder's relative path."""
        folders: dict[str, list[str]] = {}
        for path in self.companions:
            folders.setdefault(path.rpartition("/")[0], []).append(path)
        return {folder: tuple(paths) for folder, paths in folders.items()}

    def companions_above(self, folder: str, dataset: str) -> tuple[str, ...]:
        """The companions in a folder and in those above it, up to the dataset's own."""
        found = []
        while True:
            found += self.companions_by_folder.get(folder, ())
            if folder in (dataset, ""):
                return tuple(found)
            folder = folder.rpartition("/")[0]

    def of_kind(self, *kinds: Kind) -> tuple[StudyFile, ...]:
        """The images of these kinds, in the study's order."""
        return tuple(file for file in self.files if file.kind in kinds)


def tabulate(files) -> pd.DataFrame:
    """Put images into a frame, one row each, with what their names say; None where a name does not say it."""
    import pandas as pd

    columns = ("dataset", "subject", "session", "kind", "task", "run", "acquisition", "space", "desc", "suffix")
    rows = [[file.path, *(getattr(file, column) for column in columns), file.problem] for file in files]
    return pd.DataFrame(rows, columns=["path", *columns, "problem"], dtype=object)
