"""Write a copy of an image under another affine, the stored numbers untouched; the original stays as it is."""

import nibabel as nib
import numpy as np
from nibabel.arrayproxy import ArrayProxy

from lib.errors import InputError
from lib.images.header_facts import read_facts
from lib.images.sform_qform import read_forms
from lib.spaces.affines import require_invertible

# An affine that someone moved by hand is no longer the scanner's, nor a template's.
EDITED_CODE = 2


def copy_with_affine(img, affine) -> nib.Nifti1Image:
    """Return a NIfTI copy whose sform is `affine`, both codes "aligned"; its qform is the nearest one without shear.

    Integers on disk are copied as they are, with their slope and intercept; other formats become NIfTI-1.

    Parameters
    ----------
    img : nibabel image
    affine : (4, 4) array-like, voxel indices -> world mm

    Raises
    ------
    InputError
        The affine cannot be inverted.
    """
    affine = require_invertible(affine)
    copy = _copy(img, affine)
    copy.set_sform(affine, EDITED_CODE)
    copy.set_qform(affine, EDITED_CODE)
    return copy


def copy_with_swapped_forms(img) -> nib.Nifti1Image:
    """Return a NIfTI copy with the sform where the qform was and the other way round, codes too.

    A qform cannot store shear: a sheared sform loses it on the way.

    Raises
    ------
    InputError
        The image is not NIfTI, or only one of the two forms is set.
    """
    forms = read_forms(img.header)
    if forms is None:
        raise InputError(f"This {type(img).__name__} has one affine, so there is nothing to swap. Open a NIfTI file.")
    if forms.sform is None or forms.qform is None:
        raise InputError(
            f"The sform code is {forms.sform_code} and the qform code {forms.qform_code}; swapping needs both set. "
            "Edit the affine instead."
        )
    copy = _copy(img, forms.qform)
    copy.set_sform(forms.qform, forms.qform_code)
    copy.set_qform(forms.sform, forms.sform_code)
    return copy


def _copy(img, affine) -> nib.Nifti1Image:
    proxy = img.dataobj
    if not isinstance(img.header, nib.Nifti1Header):
        return _converted(img, affine)
    kind = nib.Nifti2Image if isinstance(img.header, nib.Nifti2Header) else nib.Nifti1Image
    if type(proxy) is not ArrayProxy:
        return kind(np.asanyarray(proxy), affine, img.header)
    copy = kind(proxy.get_unscaled(), affine, img.header)
    copy.header.set_slope_inter(proxy.slope, proxy.inter)
    return copy


def _converted(img, affine) -> nib.Nifti1Image:
    """Return another format's values as NIfTI-1, with its time step in seconds."""
    facts = read_facts(img)
    data = np.asanyarray(img.dataobj)
    if data.dtype == np.float64:  # nibabel's scaling, not the file's precision
        data = data.astype(np.float32)
    if facts.is_time_first:
        data = np.moveaxis(data, 0, -1)
    copy = nib.Nifti1Image(data, affine)
    copy.header.set_xyzt_units("mm", "sec")
    if data.ndim == 4 and facts.tr is not None:
        copy.header.set_zooms((*copy.header.get_zooms()[:3], facts.tr))
    return copy
