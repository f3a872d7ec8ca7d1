"""What each attribute of an AFNI .HEAD file means, and what its codes stand for.

Source: AFNI's README.attributes.
"""

import nibabel as nib
import numpy as np

from lib.images.header_facts import AFNI_TIME_UNITS
from lib.images.headers.field import Field, clean_text, code_text, value_text

IDENTITY = "Identity of a data set that this one is tied to:"
FILE_NAME = "File name, at that time, of"
MEANINGS = {
    "DATASET_RANK": "Number of dimensions of space, always 3, then the number of volumes (sub-bricks).",
    "DATASET_DIMENSIONS": "Number of voxels along the first, second and third index; the zeros after them are reserve.",
    "TYPESTRING": "Kind of data set: ANAT is shown as a grey underlay, FUNC as a colour overlay.",
    "SCENE_DATA": "First the space (original, AC-PC or Talairach), then codes for the kind of data; -999 is reserve.",
    "ORIENT_SPECIFIC": "The direction in which each index runs through the body, from the first word to the second.",
    "ORIGIN": "Position of the first voxel in mm, in the order of ORIENT_SPECIFIC; left, posterior, superior are +.",
    "DELTA": "Step from voxel to voxel in mm; negative where the index runs towards right, anterior or inferior.",
    "IJK_TO_DICOM": "Matrix from voxel indices to mm (left, posterior, superior are +), without tilt of the slices.",
    "IJK_TO_DICOM_REAL": "Matrix from voxel indices to mm as scanned, tilt included; the affine is made from it.",
    "TAXIS_NUMS": "Number of time points, number of slices with times of their own, unit of time; -999 is reserve.",
    "TAXIS_FLOATS": "Start time, time between volumes (TR), duration, first position and step of the slice times.",
    "TAXIS_OFFSETS": "Time at which each slice was taken, from the start of its volume.",
    "IDCODE_STRING": "Identity of this data set, made to be unique whatever the file is called.",
    "IDCODE_DATE": "When the data set was made.",
    "BYTEORDER_STRING": "Order of the bytes of a number: LSB_FIRST is little-endian, as on PCs, MSB_FIRST big-endian.",
    "BRICK_STATS": "Smallest and largest value of each volume, after scaling.",
    "BRICK_TYPES": "Code for how a voxel is stored, one for each volume.",
    "BRICK_FLOAT_FACS": "Slope of each volume: value = slope x stored number; 0 where stored numbers are the values.",
    "BRICK_LABS": "Name of each volume.",
    "BRICK_KEYWORDS": "Keywords of each volume.",
    "BRICK_STATAUX": "Which statistic a volume holds, for each: volume, code, how many parameters, the parameters.",
    "BRICK_STATSYM": "Which statistic each volume holds, in words.",
    "STAT_AUX": "Degrees of freedom of the statistic in the second volume, as older data sets kept them.",
    "HISTORY_NOTE": "The commands that made this data set, oldest first.",
    "NOTES_COUNT": "Number of notes that people attached.",
    "TAGALIGN_MATVEC": "Matrix by which 3dTagalign moved this data set onto another.",
    "VOLREG_CENTER_OLD": "Middle of the data set before motion correction, in mm.",
    "VOLREG_CENTER_BASE": "Middle of the image that motion correction aligned to, in mm.",
    "VOLREG_ROTCOM_NUM": "Number of volumes that motion correction aligned.",
    "VOLREG_ROTPARENT_IDCODE": f"{IDENTITY} the one whose rotation was taken over.",
    "VOLREG_ROTPARENT_NAME": f"{FILE_NAME} the data set whose rotation was taken over.",
    "VOLREG_GRIDPARENT_IDCODE": f"{IDENTITY} the one whose grid was taken over.",
    "VOLREG_GRIDPARENT_NAME": f"{FILE_NAME} the data set whose grid was taken over.",
    "VOLREG_INPUT_IDCODE": f"{IDENTITY} the one that motion correction started from.",
    "VOLREG_INPUT_NAME": f"{FILE_NAME} the data set that motion correction started from.",
    "VOLREG_BASE_IDCODE": f"{IDENTITY} the one that motion correction aligned to.",
    "VOLREG_BASE_NAME": f"{FILE_NAME} the data set that motion correction aligned to.",
    "IDCODE_ANAT_PARENT": f"{IDENTITY} the anatomy of the same person.",
    "IDCODE_WARP_PARENT": f"{IDENTITY} the one that it was warped from.",
    "TO3D_ZPAD": "Empty slices that were added when the data set was made.",
    "WARP_TYPE": "Kind of warp from the data set it came from: 0 is one matrix, 1 Talairach's twelve pieces.",
    "WARP_DATA": "The numbers of the warp, 30 for each of its pieces.",
    "MARKS_XYZ": "Positions of the landmarks for Talairach alignment; -999999 for those not set.",
    "MARKS_LAB": "Names of the landmarks for Talairach alignment.",
    "MARKS_HELP": "Explanations of the landmarks for Talairach alignment.",
    "MARKS_FLAGS": "Kind of the set of landmarks.",
    "TAGSET_NUM": "Number of points that a person tagged.",
    "TAGSET_FLOATS": "Positions and values of the points that a person tagged.",
    "TAGSET_LABELS": "Names of the points that a person tagged.",
    "LABEL_1": "A short label that people may give the data set.",
    "LABEL_2": "A second label.",
    "DATASET_NAME": "A longer name for the data set.",
    "DATASET_KEYWORDS": "Keywords of the data set.",
    "TEMPLATE_SPACE": "The space of the coordinates: ORIG is the person's own, TLRC Talairach, MNI the MNI template.",
    "INT_CMAP": "Whether the values are labels to be shown in colours of their own (1 or 2) or quantities (0).",
    "VALUE_LABEL_DTABLE": "Name of each label in the image.",
    "ATLAS_LABEL_TABLE": "Name of each region of the atlas.",
}
# Families whose names end in a number or in the name of a direction.
FAMILIES = {
    "NOTE_NUMBER_": "A note that somebody attached.",
    "NOTE_DATE_": "When the note of that number was attached.",
    "VOLREG_MATVEC_": "Matrix by which motion correction moved one volume.",
    "VOLREG_ROTCOM_": "The movement that motion correction found in one volume, as options of 3drotate.",
    "ALLINEATE_MATVEC_": "Matrix by which 3dAllineate moved the data set.",
    "FDRCURVE_": "Curve from the statistic of one volume to its false discovery rate.",
    "MDFCURVE_": "Curve that estimates the share of missed voxels in one volume.",
}
OTHER = "An attribute outside AFNI's common ones, which a program left here for its own use."
DIRECTION_WORDS = {
    0: "right to left", 1: "left to right", 2: "posterior to anterior", 3: "anterior to posterior",
    4: "inferior to superior", 5: "superior to inferior",
}  # fmt: skip
TYPE_WORDS = {0: "uint8", 1: "int16", 2: "int32", 3: "float32", 4: "float64", 5: "complex64", 6: "RGB"}
VIEW_WORDS = {0: "original", 1: "AC-PC", 2: "Talairach"}


def list_afni_fields(header: nib.brikhead.AFNIHeader) -> list[Field]:
    """Return every attribute of a .HEAD file in the order of the file."""
    return [Field(clean_text(name), _value(name, value), _meaning(name)) for name, value in header.info.items()]


def _meaning(name: str) -> str:
    family = next((sentence for start, sentence in FAMILIES.items() if name.startswith(start)), OTHER)
    return MEANINGS.get(name, family)


def _value(name: str, stored) -> str:
    if isinstance(stored, str):
        # AFNI writes "~" for the zero bytes that part one string from the next; a tilde itself cannot be stored.
        return clean_text(stored.replace("~", ", "))
    numbers = np.atleast_1d(stored).tolist()
    if name == "ORIENT_SPECIFIC":
        return ", ".join(code_text(code, DIRECTION_WORDS) for code in numbers)
    if name == "BRICK_TYPES" and len(set(numbers)) == 1:
        return code_text(numbers[0], TYPE_WORDS) + (f" in each of {len(numbers):,} volumes" if len(numbers) > 1 else "")
    if name == "SCENE_DATA" and numbers:
        return f"{value_text(stored)}: {VIEW_WORDS.get(numbers[0], 'not a code of this format')} space"
    if name == "TAXIS_NUMS" and len(numbers) > 2:
        unit = AFNI_TIME_UNITS.get(numbers[2], "not a code of this format")
        return f"{value_text(stored)}: {numbers[0]} time points, {max(numbers[1], 0)} slice times, unit {unit}"
    return value_text(stored)
