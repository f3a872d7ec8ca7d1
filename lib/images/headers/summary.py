"""Sum up an image before its fields: grid, voxels, axes, time, numbers on disk and in memory, size."""

import sys

import nibabel as nib
import numpy as np
from nibabel.arrayproxy import ArrayProxy
from nibabel.brikhead import AFNIArrayProxy

from lib.errors import InputError
from lib.images.file_problems import READ_ERRORS, describe_unreadable
from lib.images.header_facts import HeaderFacts, read_facts
from lib.images.headers.field import Field, clean_text, number_text
from lib.images.image import Image, packed_bytes, unpacked_bytes
from lib.images.repetition_time import decide_tr
from lib.images.size_limits import size_text
from lib.images.volumes import stated_zooms
from lib.number_text import shape_text
from lib.spaces.coordinates import describe_axes

UNIT_WORDS = {"sec": "s", "msec": "ms", "usec": "µs", "hz": "Hz", "meter": "m", "micron": "µm"}
KIND_WORDS = {"i": "Whole numbers, negative ones too", "u": "Whole numbers from 0", "f": "Fractional numbers"}
NO_DESCRIPTION = "(none)"


def summarise_image(image: Image) -> list[Field]:
    """Return the facts of an image that a person asks for first; no voxel is read.

    Raises
    ------
    InputError
        The file can no longer be read.
    """
    try:
        facts = read_facts(image.img)
    except READ_ERRORS as error:
        raise InputError(describe_unreadable(image.path, error, name=image.name)) from error
    return [
        Field("Format", _format(image, facts), "How the file is written; nibabel read it as this."),
        *_grid(image),
        *_units(image, facts),
        *([_tr(image, facts)] if image.is_4d else []),
        *_types(image),
        _scaling(image),
        _size(image),
        _byte_order(image),
        Field("Description", _description(image), "Free text from the header; whoever wrote the file chose it."),
    ]


def _format(image: Image, facts: HeaderFacts) -> str:
    n_files = len({holder.filename for holder in image.img.file_map.values() if holder.filename})
    return f"{facts.format}, {'header and voxels in one file' if n_files == 1 else 'a pair of files'}"


def _grid(image: Image) -> list[Field]:
    shape, sizes = shape_text(image.shape), nib.affines.voxel_sizes(image.affine)
    codes = "".join(nib.aff2axcodes(image.affine))
    axis = "one after another"
    if image.is_4d and not _is_along_time(image):
        axis = "along a dimension that is not time"
    volumes = f"Frames of that shape, {axis}." if image.is_4d else "One frame: the image has no time."
    return [
        Field("Shape", shape, "Number of voxels along the first, second and third index."),
        Field("Volumes", str(image.n_volumes), volumes),
        Field(
            "Voxel size",
            " x ".join(number_text(float(size)) for size in sizes) + " mm",
            "Distance from one voxel to the next along each index, as the affine gives it.",
        ),
        Field(
            "Axes",
            ". ".join(describe_axes(image.affine)) + ".",
            f"Written {codes} for short; in an oblique image, the nearest direction.",
        ),
    ]


def _is_along_time(image: Image) -> bool:
    if isinstance(image.img, nib.Minc1Image):
        # A fourth axis may also hold the parts of a colour; nibabel has no public name for what the file calls it.
        return "time" in image.img.dataobj.minc_file._dim_names
    return image.img.shape[3] > 1


def _units(image: Image, facts: HeaderFacts) -> list[Field]:
    is_stated = isinstance(image.img.header, nib.Nifti1Header)
    source = "as the header states it" if is_stated else "as this format has it"
    taken = "" if facts.space_unit == "mm" else "; distances here are taken as mm all the same"
    return [
        Field("Unit of space", _unit(facts.space_unit), f"Unit of voxel sizes and positions, {source}{taken}."),
        Field("Unit of time", _unit(facts.time_unit), f"Unit of the time between volumes, {source}."),
    ]


def _unit(unit: str) -> str:
    return UNIT_WORDS.get(unit, unit)


def _tr(image: Image, facts: HeaderFacts) -> Field:
    name, meaning = "TR", "Time from one volume to the next (repetition time)."
    step = _time_step(image, facts)
    if step is None:
        return Field(name, "none", f"{meaning} The header gives none: these volumes may be no time series.")
    tr = decide_tr(step, facts.time_unit)
    read = "none that can be used" if tr.seconds is None else f"{number_text(tr.seconds)} s"
    stated = f"{number_text(step)} {_unit(facts.time_unit)}"
    value = read if read == stated else f"{read} (the header states {stated})"
    return Field(name, value, " ".join((meaning, *tr.flags)))


def _time_step(image: Image, facts: HeaderFacts) -> float | None:
    """Return the header's number for the time between volumes, None where its volumes do not follow in time."""
    header = image.img.header
    if isinstance(header, nib.brikhead.AFNIHeader) and "TAXIS_FLOATS" not in header.info:
        return None  # a bucket of statistics
    if isinstance(header, nib.parrec.PARRECHeader) and not header.general_info["dyn_scan"]:
        return None  # nibabel puts 1 s where echoes or diffusion directions follow one another
    if not _is_along_time(image):
        return None
    if isinstance(image.img, nib.Minc1Image):
        return stated_zooms(image.img)[0 if image.is_time_first else 3]
    return facts.time_step


def _types(image: Image) -> list[Field]:
    in_memory, n_bytes = _memory_type(image), image.dtype.itemsize
    if image.is_rgb:
        stored, kind = "RGB", "A colour: red, green and blue, one byte each"
    elif image.is_complex:
        stored, kind = image.dtype.name, "Complex numbers, with a real and an imaginary part"
    else:
        stored, kind = image.dtype.name, KIND_WORDS.get(image.dtype.kind, "Bytes")
    reason = "As on disk: nothing is converted."
    if image.is_rgb or image.is_complex:
        reason = f"What is shown is the {'brightness of the colour' if image.is_rgb else 'magnitude'}."
    elif in_memory.name != stored:
        reason = "Slope and intercept make fractions of stored numbers; float32 keeps about seven digits of them."
        if n_bytes > 8:
            reason = "Nothing that draws or computes here takes more than 64 bits."
    return [
        Field("Type on disk", stored, f"{kind}; {n_bytes} byte{'s' if n_bytes > 1 else ''} a voxel."),
        Field("Type in memory", in_memory.name, reason),
    ]


def _memory_type(image: Image) -> np.dtype:
    """Return the type of the values that `lib.images.volumes.Volume.values` gives."""
    dtype = image.dtype
    is_converted = image.is_rgb or image.is_complex or image.scaling != (1.0, 0.0)
    if is_converted or _varies_in_scale(image):
        return np.dtype(np.float32)
    if dtype.kind == "f" and dtype.itemsize > 8:
        return np.dtype(np.float64)
    return dtype.newbyteorder("=")


def _varies_in_scale(image: Image) -> bool:
    """Return whether volumes or slices have slopes of their own, which are applied as they are read."""
    proxy = image.img.dataobj
    if isinstance(proxy, AFNIArrayProxy):
        return proxy.scaling is not None and np.ptp(proxy.scaling) > 0
    return not isinstance(proxy, ArrayProxy) and image.dtype.kind != "f"


def _scaling(image: Image) -> Field:
    slope, inter = image.scaling
    meaning = "value = slope x stored number + intercept."
    if _varies_in_scale(image):
        each = "volume" if isinstance(image.img.dataobj, AFNIArrayProxy) else "slice"
        return Field("Slope and intercept", f"one for each {each}", f"{meaning} They are applied as data are read.")
    if (slope, inter) == (1.0, 0.0):
        return Field("Slope and intercept", "none", f"{meaning} Here the stored numbers are the values.")
    rule = f"value = {number_text(slope)} x stored {'-' if inter < 0 else '+'} {number_text(abs(inter))}"
    return Field("Slope and intercept", rule, meaning)


def _size(image: Image) -> Field:
    packed, unpacked = packed_bytes(image), unpacked_bytes(image)
    ratio = f"{unpacked / packed:.3g}"
    return Field(
        "Size",
        f"{size_text(packed)} on disk, {size_text(unpacked)} unpacked (ratio {ratio})",
        "What the file takes on disk, header included, against what its voxels take as stored numbers.",
    )


def _byte_order(image: Image) -> Field:
    order = {"=": sys.byteorder, "<": "little", ">": "big", "|": None}[image.dtype.byteorder]
    meaning = "Whether a number's small (little-endian, as on PCs) or large (big-endian) byte comes first."
    if order is None:
        return Field("Byte order", "none", f"{meaning} With one byte a number there is no order.")
    return Field("Byte order", f"{order}-endian", meaning)


def _description(image: Image) -> str:
    header = image.img.header
    if isinstance(header, nib.AnalyzeHeader):
        text = header["descrip"].item()
    elif isinstance(header, nib.brikhead.AFNIHeader):
        text = str(header.info.get("HISTORY_NOTE", ""))
    elif isinstance(header, nib.parrec.PARRECHeader):
        text = f"{header.general_info.get('protocol_name', '')} {header.general_info.get('tech', '')}"
    else:
        text = ""  # MGH has none that nibabel reads; MINC's history is among its fields
    return clean_text(text) if text.strip() else NO_DESCRIPTION
