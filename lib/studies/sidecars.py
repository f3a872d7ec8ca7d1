"""What the JSON sidecars say about an image: every key with the file it came from, nearer files over farther ones."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lib.disk.opening import File
from lib.errors import InputError
from lib.images.repetition_time import Tr, decide_tr
from lib.studies.file_paths import companion_path
from lib.studies.image_facts import ImageFacts
from lib.studies.model import Name, Study, StudyFile
from lib.studies.names import parse_name

MAX_SIDECAR_BYTES = 8 << 20  # dcm2niix writes 2 kB, with every slice's time some 100 kB


@dataclass(frozen=True)
class SidecarValue:
    """One value and the sidecar (relative path) it came from."""

    value: Any
    source: str


@dataclass(frozen=True)
class Sidecar:
    """All that the sidecars of an image say.

    Attributes
    ----------
    values : by key; the nearest file's value wins.
    sources : relative paths of the files that were read, farthest first.
    problems : sentences about files that could not be read.
    """

    values: Mapping[str, SidecarValue]
    sources: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def read_sidecar(study: Study, file: StudyFile) -> Sidecar:
    """Gather the JSON sidecars that apply to an image by BIDS's inheritance principle.

    A sidecar applies when it lies in the image's folder or above, up to its dataset's folder, has the image's suffix,
    and names no entity that the image does not have. Nearer files override farther ones; in one folder, those that
    name more entities override those that name fewer.

    References
    ----------
    Brain Imaging Data Structure, "The inheritance principle".
    """
    values: dict[str, SidecarValue] = {}
    problems = []
    sources = find_sidecars(study, file)
    for source in sources:
        try:
            content = read_json(companion_path(study, source), source)
        except InputError as error:
            problems.append(str(error))
            continue
        values.update({key: SidecarValue(value, source) for key, value in content.items()})
    return Sidecar(MappingProxyType(values), sources, tuple(problems))


def find_sidecars(study: Study, file: StudyFile) -> tuple[str, ...]:
    """Return the relative paths of the sidecars of an image, farthest first."""
    return find_inherited(study, file.name, file.folder, ".json", file.suffix, file.name.entities)


def find_inherited(
    study: Study, name: Name, folder: str, ending: str, suffix: str, entities: tuple[tuple[str, str], ...]
) -> tuple[str, ...]:
    """Return the companions that apply to a file of this name in this folder, farthest first, vaguest first.

    Parameters
    ----------
    ending : `.json`, `.tsv`.
    suffix : the suffix they must have.
    entities : what they may name; run labels are compared as numbers (`01` is `1`).
    """
    found = []
    allowed = frozenset(comparable(entities))
    for path in study.companions_above(folder, name.dataset):
        file_name = path.rpartition("/")[2]
        # The cheap test first: a study has thousands of companions.
        if not file_name.endswith(ending):
            continue
        other = parse_name(path)
        own = _written_entities(file_name)
        if other.suffix == suffix and own <= allowed:
            found.append((path.count("/"), len(own), path))
    return tuple(path for _, _, path in sorted(found))


def comparable(entities) -> list[tuple[str, str]]:
    """Make labels comparable: a run is a number, whatever its zeros."""
    return [(key, str(int(label)) if key == "run" and label.isdecimal() else label) for key, label in entities]


def read_json(path: File, name: str) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    InputError
        The file cannot be read, is over 8 MB, or is no JSON object.
    """
    try:
        if path.stat().st_size > MAX_SIDECAR_BYTES:
            raise InputError(f"{name} has {path.stat().st_size / 1e6:.0f} MB, too much for a sidecar; it was not read.")
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror}). Check that it is there.") from error
    except (ValueError, RecursionError) as error:  # JSONDecodeError and UnicodeDecodeError are ValueErrors
        raise InputError(f"{name} is not valid JSON ({str(error)[:80]}). Repair it, or type the values.") from error
    if not isinstance(content, dict):
        raise InputError(f"{name} holds a JSON {type(content).__name__}, but a sidecar is an object with keys.")
    return content


def read_tr(study: Study, file: StudyFile, facts: ImageFacts, sidecar: Sidecar | None = None) -> Tr:
    """Decide on a run's repetition time from its sidecars and its header."""
    sidecar = sidecar or read_sidecar(study, file)
    given = sidecar.values.get("RepetitionTime")
    value, source = (given.value, given.source) if given else (None, "")
    return decide_tr(facts.tr, facts.units, value, source)


def _written_entities(file_name: str) -> frozenset[tuple[str, str]]:
    return frozenset(comparable(parse_name(file_name).entities))
