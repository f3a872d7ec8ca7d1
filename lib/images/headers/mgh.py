"""What each field of a FreeSurfer MGH header means."""

import nibabel as nib

from lib.images.headers.field import Field, code_text, value_text

TYPE_WORDS = {0: "uint8", 1: "int32", 3: "float32", 4: "int16", 10: "uint16"}
GOOD_RAS_WORDS = {0: "no", 1: "yes"}
MEANINGS = {
    "version": "Version of the MGH format, always 1.",
    "dims": "Number of voxels along the first, second and third index, then the number of volumes (frames).",
    "type": "Code for how one voxel is stored: whole or fractional numbers, and how large they can be.",
    "dof": "Degrees of freedom of the analysis that made the file; 0 or 1 for an ordinary image.",
    "goodRASFlag": "Whether the file states an orientation; if not, FreeSurfer's own coronal one is assumed.",
    "delta": "Size of a voxel along each index, in millimetres.",
    "Mdc": "Direction of each index in the world: one row an index, with its share of right, anterior and superior.",
    "Pxyz_c": "World position of the image's middle in millimetres: right, anterior, superior of the scanner's centre.",
    "tr": "Repetition time in milliseconds: from one volume to the next in a run, between excitations in an anatomy.",
    "flip_angle": "Flip angle of the scan in radians: how far each radio pulse tips the magnetisation.",
    "te": "Echo time in milliseconds: from the radio pulse to the signal that is recorded.",
    "ti": "Inversion time in milliseconds, for scans that turn the magnetisation over first (such as MPRAGE).",
    "fov": "Field of view in millimetres; programs compute it from dims and delta instead.",
}


def list_mgh_fields(header: nib.freesurfer.mghformat.MGHHeader) -> list[Field]:
    """Return every field of an MGH header and of the footer behind its voxels."""
    return [Field(name, _value(name, header[name]), MEANINGS[name]) for name in header.keys()]  # noqa: SIM118


def _value(name: str, stored) -> str:
    value = stored.item() if stored.ndim == 0 else stored
    if name == "type":
        return code_text(value, TYPE_WORDS)
    if name == "goodRASFlag":
        return code_text(value, GOOD_RAS_WORDS, unknown="yes")
    return value_text(value)
