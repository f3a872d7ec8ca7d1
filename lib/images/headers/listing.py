"""List every field of a header, whatever the format."""

import nibabel as nib

from lib.errors import InputError
from lib.images.file_problems import READ_ERRORS, describe_unreadable
from lib.images.header_facts import read_stored_header
from lib.images.headers.afni import list_afni_fields
from lib.images.headers.analyze import list_analyze_fields
from lib.images.headers.field import Field
from lib.images.headers.mgh import list_mgh_fields
from lib.images.headers.minc import list_minc_fields
from lib.images.headers.nifti import list_nifti_fields
from lib.images.headers.parrec import list_parrec_fields
from lib.images.image import Image

LISTERS = (
    (nib.Nifti1Header, list_nifti_fields),
    (nib.AnalyzeHeader, list_analyze_fields),
    (nib.freesurfer.mghformat.MGHHeader, list_mgh_fields),
    (nib.brikhead.AFNIHeader, list_afni_fields),
    (nib.parrec.PARRECHeader, list_parrec_fields),
)


def list_fields(image: Image) -> list[Field]:
    """Return every field of an image's header with its value, as stored, and a sentence on what it means.

    Raises
    ------
    InputError
        The file can no longer be read.
    """
    if isinstance(image.img, nib.Minc1Image):
        return list_minc_fields(image)
    try:
        header = read_stored_header(image.img)
    except READ_ERRORS as error:
        raise InputError(describe_unreadable(image.path, error, name=image.name)) from error
    lister = next(lister for kind, lister in LISTERS if isinstance(header, kind))
    return lister(header)
