"""What the path of a file says: subject, session, task, run, suffix, and so the kind of image.

Strict BIDS first, then what real folders do to it: words after the suffix (`_T1w_defaced`, `_bold_defaced`), the names
of fMRIPrep 1.0 (`_bold_space-MNI152NLin2009cAsym_brainmask`), the 1000 Functional Connectomes layout, FreeSurfer, FSL
and SPM outputs, and plain words.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from lib.images.image import is_image_name
from lib.studies.model import Kind, Name

SUFFIXES: tuple[tuple[Kind, str], ...] = (
    (
        "anatomy",
        "T1w T2w T2star T2starw PDw PDT2 FLAIR inplaneT1 inplaneT2 UNIT1 angio FLASH SWI MP2RAGE MPM MEGRE VFA",
    ),
    ("run", "bold cbv asl"),
    ("mask", "mask defacemask"),
    ("labels", "dseg aseg aparcaseg parc"),
    ("map", "T1map T2map T2starmap R1map R2map R2starmap PDmap MTRmap MTsat TB1map B0map fieldmap phasediff"),
    ("map", "magnitude1 magnitude2 probseg statmap stat effect variance z p tsnr std mean cbf boldref"),
    ("other", "sbref dwi epi m0scan phase1 phase2 phase magnitude"),
    # Tables and sidecars, so that their suffix is known too.
    ("other", "events physio stim channels confounds timeseries regressors participants scans sessions motion"),
)
KIND_OF_SUFFIX: Mapping[str, Kind] = MappingProxyType(
    {suffix: kind for kind, suffixes in SUFFIXES for suffix in suffixes.split()}
)
# fMRIPrep 1.0 wrote the meaning as a second suffix: (word, suffix it stands for or None to keep, desc).
OLD_WORDS = MappingProxyType(
    {
        "preproc": (None, "preproc"),
        "brainmask": ("mask", "brain"),
        "roi": ("mask", None),
        "dtissue": ("dseg", None),
        "probtissue": ("probseg", None),
        "confounds": ("timeseries", "confounds"),
    }
)
ENTITY = re.compile(r"([A-Za-z]+)-(.+)")
FCP_SUBJECT = re.compile(r"sub\d{3,}")
# Words of names that follow no convention. The order decides: a "T1_mask" is a mask, a "zstat_func" a map.
KIND_OF_WORD: tuple[tuple[Kind, re.Pattern], ...] = tuple(
    (kind, re.compile(rf"(?:^|[^a-z])(?:{words})\d*(?=$|[^a-z])"))
    for kind, words in (
        ("mask", r"\w*mask|roi"),
        ("labels", r"labels?|atlas|aseg|aparc|parc\w*|dseg|segmentation|wmparc|ribbon"),
        (
            "map",
            r"[ztf]?stats?|thresh_\w+|cope|varcope|pe|beta|con|spm[tf]|ess|res4d|tsnr|prob\w*|mean\w*|\w*map|falff|reho",
        ),
        ("run", r"bold|func|fmri|rest\w*|task\w*|epi|run|filtered_func_data|resting\w*"),
        ("anatomy", r"mp2?rage\w*|t1\w*|t2\w*|pd|flair|spgr|anat\w*|struct\w*|highres\w*|brain|orig|nu|norm|mni\w*"),
    )
)
ANATOMY_FOLDERS = ("anat", "anatomy", "structural", "mprage")
RUN_FOLDERS = ("func", "functional", "bold", "fmri", "rest")
# CIFTI: NIfTI-2 files whose rows are surface vertices.
SURFACE_ENDINGS = (
    ".dtseries.nii",
    ".dscalar.nii",
    ".dlabel.nii",
    ".ptseries.nii",
    ".pscalar.nii",
    ".dconn.nii",
    ".pconn.nii",
)


def parse_name(path: str) -> Name:
    """Read what the relative path of an image or a table says about it.

    Parameters
    ----------
    path : relative to the study's root, with `/`.
    """
    *folders, file_name = path.split("/")
    if (subject_folder := _fcp_subject_folder(folders)) is not None:
        return _fcp_name(folders, subject_folder, file_name)
    entities: dict[str, str] = {}
    words = []
    for part in image_stem(file_name).split("_"):
        match = ENTITY.fullmatch(part)
        if match and (entities or match[1] in ("sub", "ses", "task", "acq", "tpl", "desc", "run")):
            entities[match[1]] = match[2]
        elif part:
            words.append(part)
    suffix, words, desc = _take_suffix(words, bool(entities))
    for key in ("ses", "sub"):
        folder = next((folder for folder in folders if folder.startswith(f"{key}-")), None)
        if folder and key not in entities:
            entities = {key: folder.removeprefix(f"{key}-"), **entities}
    if desc and "desc" not in entities:
        entities["desc"] = desc
    if suffix == "regressors":  # fMRIPrep 1.2 to 20.1
        suffix = "timeseries"
    return Name(tuple(entities.items()), suffix, tuple(words), dataset_of(folders))


def guess_kind(path: str, name: Name) -> Kind:
    """Guess the kind of image from its name and folders alone; "other" when they do not say it."""
    if name.label("part") == "phase" or path.endswith(SURFACE_ENDINGS):
        return "other"
    if name.suffix in KIND_OF_SUFFIX:
        return KIND_OF_SUFFIX[name.suffix]
    *folders, file_name = path.lower().split("/")
    stem = image_stem(file_name)
    if file_name.endswith((".mgz", ".mgh")) and stem == "brainmask":
        return "anatomy"  # FreeSurfer's brainmask is the brain's grey values, not ones and zeros
    for kind, pattern in KIND_OF_WORD:
        if pattern.search(stem):
            return kind
    for folder in reversed(folders):
        bare = folder.rstrip("_0123456789")
        if bare in ANATOMY_FOLDERS:
            return "anatomy"
        if bare in RUN_FOLDERS:
            return "run"
    return "other"


def image_stem(file_name: str) -> str:
    """Take the extension off, both parts of `.nii.gz` and `.tsv.gz`, and AFNI's `+orig`."""
    stem = re.sub(r"\.gz$", "", file_name, flags=re.IGNORECASE)
    stem = re.sub(r"\.(nii|img|hdr|mgh|mgz|mnc|head|brik|par|rec|json|tsv|csv|txt|1d)$", "", stem, flags=re.IGNORECASE)
    stem = re.sub(r"\.(dtseries|dscalar|dlabel|func|surf|shape|label)$", "", stem)
    return re.sub(r"\+(orig|acpc|tlrc)$", "", stem)


def dataset_of(folders) -> str:
    """Return the folder of the dataset that a file in these nested folders belongs to.

    It is what lies above the subject's folder; in a derivative without one, `derivatives/<name>`.
    """
    for depth, folder in enumerate(folders):
        if folder.startswith(("sub-", "tpl-")) or FCP_SUBJECT.fullmatch(folder):
            return "/".join(folders[:depth])
    if "derivatives" in folders:
        # The file's own folder does not count as the dataset's unless it is the one below derivatives/.
        depth = len(folders) - 1 - folders[::-1].index("derivatives")
        return "/".join(folders[: depth + 2])
    return ""


def is_fcp_path(path: str) -> bool:
    """Whether an image's path follows the 1000 Functional Connectomes layout."""
    *folders, file_name = path.split("/")
    return is_image_name(file_name) and _fcp_subject_folder(folders) is not None


def _fcp_subject_folder(folders) -> int | None:
    """Return the depth of `subNNNNN` in `subNNNNN/anat` or `subNNNNN/func`."""
    for depth, folder in enumerate(folders[:-1]):
        if FCP_SUBJECT.fullmatch(folder) and folders[depth + 1].rstrip("_0123456789") in (
            "anat",
            "func",
            "session",
            "rest",
        ):
            return depth
    return None


def _fcp_name(folders, depth: int, file_name: str) -> Name:
    stem = image_stem(file_name)
    entities = {"sub": folders[depth].removeprefix("sub")}
    session = next((folder for folder in folders[depth:] if folder.startswith("session_")), None)
    if session:
        entities["ses"] = session.removeprefix("session_")
    suffix = ""
    if stem.startswith("mprage"):
        suffix = "T1w"
    elif stem == "rest":
        entities["task"], suffix = stem, "bold"
    return Name(tuple(entities.items()), suffix, tuple(stem.split("_")), "/".join(folders[:depth]))


def _take_suffix(words, has_entities: bool) -> tuple[str, list[str], str | None]:
    """Return the suffix, the words left over, and the description that an old word stands for."""
    known = [word for word in words if word in KIND_OF_SUFFIX]
    old = [word for word in words if word in OLD_WORDS]
    if not has_entities and not known:
        return "", words, None
    suffix = known[0] if known else ""
    desc = None
    if old:
        meaning, desc = OLD_WORDS[old[-1]]
        suffix = meaning or suffix
    if has_entities and not suffix and words:
        suffix = words[-1]
    rest = [word for word in words if word != suffix and word not in old and word not in known[:1]]
    return suffix, rest, desc
