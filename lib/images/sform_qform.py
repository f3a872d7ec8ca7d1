"""Read the two affines of a NIfTI header, sform and qform: what each says, which one nibabel uses, and why."""

from dataclasses import dataclass
from typing import Literal

import nibabel as nib
import numpy as np

CODE_WORDS = ("unknown", "scanner", "aligned", "Talairach", "MNI152", "other template")


@dataclass(frozen=True, eq=False)
class Forms:
    """Both affines of a NIfTI header.

    Attributes
    ----------
    sform, qform : (4, 4) array or None, voxel indices -> world mm
        None when its code is 0, or when the qform's quaternion is not one.
    sform_code, qform_code : int
        0 unknown, 1 scanner, 2 aligned, 3 Talairach, 4 MNI152, 5 other template.
    used : "sform", "qform" or "neither"
        The one that ``img.affine`` is.
    reason : str
        Why that one.
    """

    sform: np.ndarray | None
    qform: np.ndarray | None
    sform_code: int
    qform_code: int
    used: Literal["sform", "qform", "neither"]
    reason: str


def read_forms(header) -> Forms | None:
    """Return the sform and qform of a header, None for formats other than NIfTI.

    Parameters
    ----------
    header : nibabel header
    """
    if not isinstance(header, nib.Nifti1Header):
        return None
    sform_code, qform_code = int(header["sform_code"]), int(header["qform_code"])
    used, reason = _choice(sform_code, qform_code)
    return Forms(
        header.get_sform() if sform_code else None,
        _qform(header) if qform_code else None,
        sform_code,
        qform_code,
        used,
        reason,
    )


def code_words(code: int) -> str:
    """Return what a form code means: ``"4 (MNI152)"``."""
    known = 0 <= code < len(CODE_WORDS)
    return f"{code} ({CODE_WORDS[code] if known else 'not a NIfTI code'})"


def _choice(sform_code: int, qform_code: int) -> tuple[Literal["sform", "qform", "neither"], str]:
    if sform_code:
        return "sform", f"The sform, because nibabel takes it whenever its code, {code_words(sform_code)}, is not 0."
    if qform_code:
        return "qform", (
            f"The qform, because the sform code is 0 and the qform code, {code_words(qform_code)}, is not."
        )
    return "neither", (
        "Neither, because both codes are 0: nibabel makes an affine up from the voxel sizes, with x growing to the "
        "left and the origin in the middle."
    )


def _qform(header: nib.Nifti1Header) -> np.ndarray | None:
    """Return the qform, or None where the three stored numbers are too long for a rotation."""
    try:
        return header.get_qform()
    except ValueError:  # nibabel: w2 should be positive
        return None
