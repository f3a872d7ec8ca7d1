"""What each field of an Analyze 7.5 header means, in the plain format and as SPM writes it."""

import nibabel as nib

from lib.images.headers.field import Field, code_text, value_text

UNUSED = "Unused by today's programs."
MEANINGS = {
    "sizeof_hdr": "Length of the header in bytes, always 348, which also reveals the byte order.",
    "data_type": "Text for the type of the data; programs use the code in datatype instead.",
    "db_name": "Name of the database the image came from; often the file name.",
    "extents": "A constant, 16384, left from the time when disk space was reserved ahead.",
    "session_error": UNUSED,
    "regular": "The letter r, which says that all volumes have the same size.",
    "hkey_un0": UNUSED,
    "dim": "Number of dimensions, then the number of voxels along each: first, second and third index, then volumes.",
    "vox_units": "Unit of the voxel sizes as text; most programs take millimetres whatever it says.",
    "cal_units": "Unit of the values as text.",
    "unused1": UNUSED,
    "datatype": "Code for how one voxel is stored: whole or fractional numbers, and how large they can be.",
    "bitpix": "Bits that one voxel takes on disk; it has to fit datatype.",
    "dim_un0": UNUSED,
    "pixdim": "Size of a voxel along each dimension, from the second number on; Analyze stores no orientation with it.",
    "vox_offset": "Bytes to skip in the .img file before the first voxel.",
    "funused1": "Unused in Analyze itself; SPM keeps the slope here, by which stored numbers become values.",
    "funused2": "Unused in Analyze itself; SPM2 keeps the intercept here.",
    "funused3": UNUSED,
    "scl_slope": "SPM's slope: value = slope x stored number; 0 means that the stored numbers are the values.",
    "scl_inter": "SPM's intercept, added after the slope.",
    "cal_max": "Value that a viewer should show brightest; 0 here and in cal_min means no wish.",
    "cal_min": "Value that a viewer should show darkest.",
    "compressed": UNUSED,
    "verified": UNUSED,
    "glmax": "Largest stored number, as far as the program that wrote the file knew.",
    "glmin": "Smallest stored number, as far as the program that wrote the file knew.",
    "descrip": "Free text, often left by the program that wrote the file.",
    "aux_file": "Name of a file that belongs to this one, such as a colour table.",
    "orient": "Code for the direction of slicing; few programs set or obey it, so left and right stay uncertain.",
    "originator": "Free text; SPM keeps the voxel of the origin here as numbers, which look odd read as text.",
    "origin": "Voxel of the origin (0, 0, 0 mm) as SPM writes it, counted from 1; zeros mean the middle of the image.",
    "generated": "Free text on who or what made the file.",
    "scannum": "Number of the scan, as text.",
    "patient_id": "Name or number of the patient, as text; remove it before you share the file.",
    "exp_date": "Date of the scan, as text.",
    "exp_time": "Time of the scan, as text.",
    "hist_un0": UNUSED,
    "views": UNUSED,
    "vols_added": UNUSED,
    "start_field": UNUSED,
    "field_skip": UNUSED,
    "omax": UNUSED,
    "omin": UNUSED,
    "smax": UNUSED,
    "smin": UNUSED,
}


def list_analyze_fields(header: nib.AnalyzeHeader) -> list[Field]:
    """Return every field of an Analyze or SPM header, in the order of the file."""
    return [Field(name, _value(name, header[name]), MEANINGS[name]) for name in header.keys()]  # noqa: SIM118


def _value(name: str, stored) -> str:
    value = stored.item() if stored.ndim == 0 else stored
    return code_text(value, nib.analyze.data_type_codes.label) if name == "datatype" else value_text(value)
