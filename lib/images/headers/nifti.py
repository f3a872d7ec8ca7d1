"""What each field of a NIfTI-1 or NIfTI-2 header means, and what its codes stand for."""

import nibabel as nib

from lib.images.headers.field import Field, clean_text, code_text, value_text
from lib.images.sform_qform import code_words

UNUSED = "A leftover of the older Analyze format; NIfTI programs ignore it."
PARAMETER = "number that belongs to the intent, such as degrees of freedom; 0 where the intent needs none."
QUATERNION = "number of the qform's rotation, written as a quaternion (three numbers that hold a rotation in 3-D)."
OFFSET = "the first voxel, by the qform, in the unit of space (nearly always mm)."
ROW = "of the sform matrix: multiply it by (i, j, k, 1) to get the world coordinate"
MEANINGS = {
    "sizeof_hdr": "Length of the header in bytes: 348 in NIfTI-1, 540 in NIfTI-2; it also reveals the byte order.",
    "data_type": UNUSED,
    "db_name": UNUSED,
    "extents": UNUSED,
    "session_error": UNUSED,
    "regular": UNUSED,
    "dim_info": "Which array index the scanner read by frequency, which by phase, and along which it stacked slices.",
    "dim": "Number of dimensions, then the number of voxels along each: first, second and third index, then volumes.",
    "intent_p1": f"First {PARAMETER}",
    "intent_p2": f"Second {PARAMETER}",
    "intent_p3": f"Third {PARAMETER}",
    "intent_code": "What the values are meant to be, such as a z score or labels; none for an ordinary image.",
    "datatype": "Code for how one voxel is stored: whole or fractional numbers, and how large they can be.",
    "bitpix": "Bits that one voxel takes on disk; it has to fit datatype.",
    "slice_start": "First slice that slice_code speaks of, counted from 0; slices before it are padding.",
    "pixdim": "First -1 or 1, the handedness of the qform; then the voxel sizes, and fourth the time between volumes.",
    "vox_offset": "Bytes in the file before the first voxel; 352 or more in a single file, mostly 0 in a pair.",
    "scl_slope": "Slope: value = slope x stored number + intercept; 0 means that the stored numbers are the values.",
    "scl_inter": "Intercept: what is added after the slope.",
    "slice_end": "Last slice that slice_code speaks of, counted from 0.",
    "slice_code": "Order in which the scanner took the slices; needed to correct for their different times.",
    "xyzt_units": "Units of the voxel sizes and of the time between volumes, two codes in one number.",
    "cal_max": "Value that a viewer should show brightest; 0 here and in cal_min means no wish.",
    "cal_min": "Value that a viewer should show darkest.",
    "slice_duration": "Time that one slice takes, in the unit of time; 0 if not stated.",
    "toffset": "Time at which the first volume begins, in the unit of time.",
    "glmax": UNUSED,
    "glmin": UNUSED,
    "descrip": "Free text, often left by the program that wrote the file.",
    "aux_file": "Name of a file that belongs to this one, such as a colour table.",
    "qform_code": "Which world the qform leads to: the scanner's, another scan's or a template's; 0 switches it off.",
    "sform_code": "Which world the sform leads to; nibabel uses the sform whenever this is not 0.",
    "quatern_b": f"First {QUATERNION}",
    "quatern_c": f"Second {QUATERNION}",
    "quatern_d": f"Third {QUATERNION}",
    "qoffset_x": f"World x (towards right) of {OFFSET}",
    "qoffset_y": f"World y (towards anterior) of {OFFSET}",
    "qoffset_z": f"World z (towards superior) of {OFFSET}",
    "srow_x": f"First row {ROW} x, towards right.",
    "srow_y": f"Second row {ROW} y, towards anterior.",
    "srow_z": f"Third row {ROW} z, towards superior.",
    "intent_name": "Name of the intent, as free text.",
    "magic": "Mark of the format: n+ for header and voxels in one file, ni for a pair of files.",
    "eol_check": "Four bytes (13, 10, 26, 10) that come out changed if the file was ever copied as text.",
    "unused_str": "Padding up to the end of the header.",
}
MAGIC_WORDS = {
    "n+1": "NIfTI-1, one file", "ni1": "NIfTI-1, a pair of files", "n+2": "NIfTI-2, one file",
    "ni2": "NIfTI-2, a pair of files",
}  # fmt: skip
INDEX_WORDS = {0: "not stated", 1: "first index", 2: "second index", 3: "third index"}
FIRST_CHARACTERS = 200


def list_nifti_fields(header: nib.Nifti1Header) -> list[Field]:
    """Return every field of a NIfTI-1 or NIfTI-2 header in the order of the file, then its extensions."""
    fields = [Field(name, _value(name, header[name]), MEANINGS[name]) for name in header.keys()]  # noqa: SIM118
    return fields + [_extension(number, one) for number, one in enumerate(header.extensions, start=1)]


def _value(name: str, stored) -> str:
    value = stored.item() if stored.ndim == 0 else stored
    match name:
        case "datatype":
            return code_text(value, nib.nifti1.data_type_codes.label, unknown="not a NIfTI code")
        case "intent_code":
            return code_text(value, nib.nifti1.intent_codes.label, unknown="not a NIfTI code")
        case "slice_code":
            return code_text(value, nib.nifti1.slice_order_codes.label, unknown="not a NIfTI code")
        case "qform_code" | "sform_code":
            return code_words(value)
        case "xyzt_units":
            return f"{value} (space {_unit(value % 8)}, time {_unit(value - value % 8)})"
        case "dim_info":
            return _dim_info(value)
        case "magic":
            text = clean_text(value)
            return f"{text} ({MAGIC_WORDS.get(text, 'not a NIfTI mark')})"
    return value_text(value)


def _unit(code: int) -> str:
    units = nib.nifti1.unit_codes
    return units.label[code] if code in units.value_set() else f"code {code}, which is none"


def _dim_info(value: int) -> str:
    """Return the three pairs of bits: frequency in the lowest, then phase, then slice."""
    if value == 0:
        return "0 (not stated)"
    frequency, phase, slices = (INDEX_WORDS[value >> shift & 3] for shift in (0, 2, 4))
    return f"{value} (frequency: {frequency}, phase: {phase}, slice: {slices})"


def _extension(number: int, extension: nib.nifti1.Nifti1Extension) -> Field:
    content = extension.content
    code = code_text(extension.get_code(), nib.nifti1.extension_codes.label, unknown="not registered with nibabel")
    begin = clean_text(content[: FIRST_CHARACTERS * 2].rstrip(b"\0"))
    begin = begin if len(begin) <= FIRST_CHARACTERS else f"{begin[:FIRST_CHARACTERS]}..."
    return Field(
        f"extension {number}",
        f"code {code}, {len(content):,} bytes: {begin}",
        "What a program keeps beside the header for its own use; others pass it by, and may lose it on saving.",
    )
