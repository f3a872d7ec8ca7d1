"""Gather what an image's header states, as stored in the file, in one shape for every format nibabel opens."""

from dataclasses import dataclass

import nibabel as nib
import numpy as np
from nibabel.arrayproxy import ArrayProxy

from lib.images import volumes
from lib.images.left_right import states_orientation
from lib.images.on_demand import held_file
from lib.images.sform_qform import Forms, read_forms
from lib.images.size_limits import open_unpacked

FORMATS = (
    (nib.Nifti2Header, "NIfTI-2"),
    (nib.Nifti1Header, "NIfTI-1"),
    (nib.AnalyzeHeader, "Analyze"),
    (nib.freesurfer.mghformat.MGHHeader, "FreeSurfer MGH"),
    (nib.brikhead.AFNIHeader, "AFNI"),
    (nib.parrec.PARRECHeader, "Philips PAR/REC"),
    (nib.minc1.MincHeader, "MINC"),
)
SECONDS_PER_UNIT = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6, "unknown": 1.0}
# AFNI's TAXIS_NUMS names the unit of the time step by number; nibabel leaves it out.
AFNI_TIME_UNITS = {77001: "msec", 77002: "sec", 77003: "hz"}


@dataclass(frozen=True, eq=False)
class HeaderFacts:
    """What a header states, before anything is corrected.

    Attributes
    ----------
    format : str
    shape : tuple of int
        As nibabel gives it.
    grid_shape : tuple of 3 int
        The spatial axes.
    n_volumes : int
    is_time_first : bool
        MINC keeps time before space.
    affine : (4, 4) float64 array
        The one nibabel uses.
    forms : Forms or None
        sform and qform, for NIfTI.
    states_orientation : bool
        Whether the file says at all which way its axes run.
    stored_codes : tuple of 2 int, or None
        sform and qform code as stored; nibabel reads a code it does not know as 0.
    qfac : float or None
        NIfTI's pixdim[0]: -1 or 1, the handedness of the qform.
    zooms : (3,) float64 array
        Voxel sizes as stated; NIfTI's pixdim[1:4], which can be negative or NaN.
    space_unit, time_unit : str
        "mm", "sec", "unknown", ...; formats without the field use their own convention.
    time_step : float or None
        As stated, in `time_unit`; None when the header has no such number.
    slope, inter : float or None
        As stored; None for formats that scale in their own way.
    """

    format: str
    shape: tuple[int, ...]
    grid_shape: tuple[int, int, int]
    n_volumes: int
    is_time_first: bool
    affine: np.ndarray
    forms: Forms | None
    states_orientation: bool
    stored_codes: tuple[int, int] | None
    qfac: float | None
    zooms: np.ndarray
    space_unit: str
    time_unit: str
    time_step: float | None
    slope: float | None
    inter: float | None

    @property
    def tr(self) -> float | None:
        """Seconds between volumes by the stated unit (unknown counts as seconds); None when it is no time."""
        if self.time_step is None or self.time_unit not in SECONDS_PER_UNIT:
            return None
        return self.time_step * SECONDS_PER_UNIT[self.time_unit]


def read_facts(img) -> HeaderFacts:
    """Return what the header of a nibabel image states; no voxel is read.

    Parameters
    ----------
    img : nibabel spatial image
        NIfTI-1/2, Analyze, MGH, AFNI, PAR/REC or MINC.
    """
    header = read_stored_header(img)
    shape = tuple(int(n) for n in img.shape)
    is_time_first = volumes.is_time_first(img)
    grid_shape = shape[1:] if is_time_first else (*shape, 1, 1)[:3]
    later = shape[:1] if is_time_first else shape[3:]
    zooms, time_step = _zooms(img, header)
    space_unit, time_unit = _units(header)
    slope, inter = _scaling(img, header)
    is_nifti = isinstance(header, nib.Nifti1Header)
    return HeaderFacts(
        format=next((name for kind, name in FORMATS if isinstance(header, kind)), type(img).__name__),
        shape=shape,
        grid_shape=grid_shape,
        n_volumes=int(np.prod(later, dtype=np.int64)),
        is_time_first=is_time_first,
        affine=np.asarray(img.affine, dtype=np.float64),
        forms=read_forms(img.header),
        states_orientation=states_orientation(img),
        stored_codes=(int(header["sform_code"]), int(header["qform_code"])) if is_nifti else None,
        qfac=float(header["pixdim"][0]) if is_nifti else None,
        zooms=zooms,
        space_unit=space_unit,
        time_unit=time_unit,
        time_step=time_step,
        slope=slope,
        inter=inter,
    )


def read_stored_header(img):
    """Return the header as the file has it, before nibabel's corrections; nibabel's own where no file is at hand.

    On opening, nibabel turns negative sizes positive, resets codes it does not know, and clears the slope.
    """
    if not isinstance(img.header, nib.AnalyzeHeader):
        return img.header
    file = held_file(img, "header")
    if file is None or not file.is_file():
        return img.header
    with open_unpacked(file) as stream:
        return type(img.header).from_fileobj(stream, check=False)


def _zooms(img, header) -> tuple[np.ndarray, float | None]:
    if isinstance(header, nib.AnalyzeHeader):
        pixdim = np.asarray(header["pixdim"], dtype=np.float64)
        return pixdim[1:4], float(pixdim[4])
    stated = volumes.stated_zooms(img) if isinstance(img, nib.Minc1Image) else [float(n) for n in header.get_zooms()]
    if volumes.is_time_first(img):
        return np.array(stated[1:]), stated[0]
    return np.array((*stated, 1.0, 1.0)[:3]), stated[3] if len(stated) > 3 else None


def _units(header) -> tuple[str, str]:
    if isinstance(header, nib.Nifti1Header):
        code = int(header["xyzt_units"])
        return _unit(code % 8), _unit(code - code % 8)
    if isinstance(header, nib.AnalyzeHeader):
        return "mm", "unknown"  # Analyze has a field for units that nobody agrees on
    if isinstance(header, nib.brikhead.AFNIHeader):
        return "mm", AFNI_TIME_UNITS.get((*header.info.get("TAXIS_NUMS", ()), 0, 0, 0)[2], "sec")
    if isinstance(header, nib.freesurfer.mghformat.MGHHeader):
        return "mm", "msec"
    return "mm", "sec"


def _unit(code: int) -> str:
    units = nib.nifti1.unit_codes
    return units.label[code] if code in units.value_set() else f"code {code}"


def _scaling(img, header) -> tuple[float | None, float | None]:
    if type(img.dataobj) is not ArrayProxy or not getattr(header, "has_data_slope", False):
        return None, None
    if header is img.header:  # cleared on opening: what the proxy uses is all there is
        return float(img.dataobj.slope), float(img.dataobj.inter)
    inter = float(header["scl_inter"]) if getattr(header, "has_data_intercept", False) else 0.0
    return float(header["scl_slope"]), inter
