"""What one image's header says, for a row of the study table: read when the row is looked at, not when indexing."""

import math
from dataclasses import dataclass, replace

import nibabel as nib

from lib.errors import InputError
from lib.images.header_facts import AFNI_TIME_UNITS
from lib.images.image import Image, open_image
from lib.images.volumes import stated_zooms
from lib.studies.model import Kind, StudyFile
from lib.studies.names import KIND_OF_SUFFIX

SPACE_OF_CODE = ("unknown", "scanner", "aligned", "Talairach", "MNI", "template")
ANATOMY_VOXEL = 2.5  # mm: single 3-D images this fine are anatomies more often than statistical maps


@dataclass(frozen=True)
class ImageFacts:
    """What a header says of an image as it is opened, unjudged; see `HeaderFacts` for what the file has stored.

    Attributes
    ----------
    shape : (I, J, K) or (I, J, K, T), time last whatever the format does.
    voxel_sizes : (3,) mm, column norms of the affine.
    axcodes : direction in which each index grows, `("L", "A", "S")`.
    dtype : type of the stored numbers, as text.
    tr : the fourth zoom as it is stored, in `units`, None for one volume. See `decide_tr`.
    units : "sec", "msec", "usec", "hz" or another of nibabel's unit names, or "unknown".
    xform : what the affine leads to: "scanner", "aligned", "Talairach", "MNI", "template" or "unknown".
    problem : why the file cannot be opened, in a sentence; the other fields are empty then.
    """

    shape: tuple[int, ...] = ()
    voxel_sizes: tuple[float, ...] = ()
    axcodes: tuple[str, ...] = ()
    dtype: str = ""
    tr: float | None = None
    units: str = "unknown"
    xform: str = "unknown"
    problem: str | None = None

    @property
    def n_volumes(self) -> int:
        """Number of volumes, 1 for a 3-D image, 0 when the file cannot be opened."""
        return (*self.shape, 1)[3] if self.shape else 0


def read_image_facts(path) -> ImageFacts:
    """Read shape, voxel sizes, repetition time, units, axes and type from a header; never raise on a bad file."""
    try:
        image = open_image(path)
    except InputError as error:
        return ImageFacts(problem=str(error))
    tr, units = _time(image)
    return ImageFacts(
        shape=(*image.shape, image.n_volumes) if image.is_4d else image.shape,
        voxel_sizes=tuple(round(float(size), 6) for size in nib.affines.voxel_sizes(image.affine)),
        axcodes=nib.aff2axcodes(image.affine),
        dtype="RGB" if image.is_rgb else image.dtype.name,
        tr=tr,
        units=units,
        xform=_xform(image.img.header),
    )


def refine_kind(file: StudyFile, facts: ImageFacts) -> StudyFile:
    """Return the file with its kind corrected by its dimensions, where its name followed no convention."""
    if facts.problem or file.suffix in KIND_OF_SUFFIX:
        return file
    kind: Kind = file.kind
    if facts.dtype == "RGB":
        kind = "other"
    elif facts.n_volumes > 1 and kind in ("anatomy", "other"):
        kind = "run"
    elif facts.n_volumes == 1 and kind in ("run", "other"):
        is_fine = math.prod(facts.voxel_sizes) ** (1 / 3) <= ANATOMY_VOXEL
        kind = "anatomy" if is_fine and min(facts.shape) > 1 and kind == "other" else "map"
    return replace(file, kind=kind)


def _time(image: Image) -> tuple[float | None, str]:
    """Return the time step as stored and its unit; formats other than NIfTI fix the unit."""
    if not image.is_4d:
        return None, "unknown"
    header = image.img.header
    zooms = stated_zooms(image.img)
    step = zooms[0 if image.is_time_first else 3] if len(zooms) > 3 else None
    if hasattr(header, "get_xyzt_units"):
        try:
            return step, header.get_xyzt_units()[1]
        except KeyError:  # a unit code that NIfTI does not define
            return step, "unknown"
    if isinstance(image.img, nib.MGHImage):
        return step, "msec"
    if isinstance(image.img, nib.brikhead.AFNIImage):
        numbers = header.info.get("TAXIS_NUMS", [])
        return step, AFNI_TIME_UNITS.get(numbers[2] if len(numbers) > 2 else 0, "unknown")
    # nibabel turns PAR/REC's milliseconds into seconds; MINC's time is in seconds; Analyze has no unit.
    is_seconds = isinstance(image.img, nib.Minc1Image | nib.parrec.PARRECImage)
    return step, "sec" if is_seconds else "unknown"


def _xform(header) -> str:
    if "sform_code" not in getattr(header, "keys", list)():
        return "unknown"
    code = int(header["sform_code"]) or int(header["qform_code"])
    return SPACE_OF_CODE[code] if 0 <= code < len(SPACE_OF_CODE) else "unknown"
