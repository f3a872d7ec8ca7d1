"""Does a file vouch for its left and right, and why not where it does not?"""

import nibabel as nib
import numpy as np
from nibabel.freesurfer.mghformat import MGHHeader
from nibabel.spatialimages import SpatialImage

from lib.images.on_demand import OnDemand, held_file
from lib.images.sform_qform import Forms, read_forms
from lib.images.size_limits import open_unpacked

# Where a FreeSurfer file says whether it states an orientation, a 16-bit number, high byte first.
GOOD_RAS_OFFSET, GOOD_RAS_BYTES = 28, 2


def doubt_sides(img: SpatialImage) -> str:
    """Return why left and right of an image may be exchanged, as a sentence; empty where its file vouches for them.

    A NIfTI file vouches by a form code that is not 0, unless its two forms mirror each other; a FreeSurfer file by its
    goodRASFlag; an Analyze file never, but for SPM's .mat file beside it. AFNI, PAR/REC and MINC always name the sides.

    Parameters
    ----------
    img : nibabel spatial image
        As opened from a file.
    """
    if not states_orientation(img):
        return "The file states no orientation."
    forms = read_forms(img.header)
    if forms is not None and are_mirrored(forms):
        return "The sform and the qform of the header mirror each other."
    return ""


def states_orientation(img: SpatialImage) -> bool:
    """Return whether a file says at all which way its axes run; nibabel assumes one for those that do not."""
    forms = read_forms(img.header)
    if forms is not None:
        return forms.used != "neither"
    if isinstance(img.header, MGHHeader):
        return _has_good_ras(img)
    if isinstance(img.header, nib.AnalyzeHeader):
        beside = img.file_map.get("mat")
        return beside is not None and isinstance(beside.fileobj, OnDemand)
    return True


def are_mirrored(forms: Forms) -> bool:
    """Return whether the left of one form is not the left of the other, or they mirror another pair of sides."""
    if forms.sform is None or forms.qform is None:
        return False
    with np.errstate(all="ignore"):
        sform, qform = (form[:3, :3] / np.linalg.norm(form[:3, :3], axis=0) for form in (forms.sform, forms.qform))
        return bool(np.linalg.det(sform) * np.linalg.det(qform) < 0 or sform[0] @ qform[0] < 0)


def _has_good_ras(img: SpatialImage) -> bool:
    """Return what the file itself says: nibabel sets the flag of a header that it has filled with a default."""
    file = held_file(img)
    if file is None or not file.is_file():
        return bool(img.header["goodRASFlag"])
    with open_unpacked(file) as stream:
        stream.seek(GOOD_RAS_OFFSET)
        return any(stream.read(GOOD_RAS_BYTES))
