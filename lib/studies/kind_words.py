"""What do people in the field call an image of a study? A T1w, a BOLD run, a brain mask."""

from collections.abc import Mapping
from types import MappingProxyType

from lib.studies.model import StudyFile
from lib.studies.names import KIND_OF_SUFFIX

# Of suffixes that are no words of themselves. What is missing here is called by its kind.
WORDS_OF_SUFFIX: Mapping[str, str] = MappingProxyType(
    {
        "bold": "BOLD run",
        "cbv": "CBV run",
        "asl": "ASL run",
        "defacemask": "defacing mask",
        "dseg": "segmentation (labels)",
        "aseg": "segmentation (labels)",
        "aparcaseg": "parcellation (labels)",
        "parc": "parcellation (labels)",
        "probseg": "probability map",
        "boldref": "BOLD reference",
        "sbref": "SBRef",
        "dwi": "DWI",
        "epi": "EPI",
        "m0scan": "M0 scan",
        **dict.fromkeys(("statmap", "stat", "effect", "variance", "z", "p"), "statistical map"),
    }
)


def describe_kind(file: StudyFile) -> str:
    """Return the field's word for an image, by its suffix where that says more than its kind."""
    is_of_kind = KIND_OF_SUFFIX.get(file.suffix) == file.kind
    if file.kind == "anatomy" and is_of_kind:
        return file.suffix
    if is_of_kind and file.suffix in WORDS_OF_SUFFIX:
        return WORDS_OF_SUFFIX[file.suffix]
    if file.kind == "map" and is_of_kind and file.suffix.endswith("map"):
        return f"{file.suffix.removesuffix('map')} map"
    if file.kind == "mask" and "brain" in file.file_name.lower():
        return "brain mask"
    return file.kind
