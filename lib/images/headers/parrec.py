"""What each entry of a Philips .PAR file means: the general information, and the table with a line for each slice."""

import nibabel as nib
import numpy as np

from lib.images.headers.field import Field, clean_text, code_text, value_text

YES_NO = {0: "no", 1: "yes"}
PRIVATE = "remove it before you share the file."
GENERAL_MEANINGS = {
    "patient_name": f"Name of the person or what stands for it; {PRIVATE}",
    "exam_name": f"Name of the examination; {PRIVATE}",
    "protocol_name": "Name of the scan on the scanner's console.",
    "exam_date": f"Date and time of the examination; {PRIVATE}",
    "series_type": "Kind of series: images, or something else.",
    "acq_nr": "Number of the scan within the examination.",
    "recon_nr": "Number of the reconstruction of that scan.",
    "scan_duration": "How long the scan took, in seconds.",
    "max_cardiac_phases": "Number of phases of the heartbeat that were imaged.",
    "max_echoes": "Number of echoes recorded after each radio pulse.",
    "max_slices": "Number of slices in a volume.",
    "max_dynamics": "Number of volumes taken one after another.",
    "max_mixes": "Number of mixes, a count that few sequences use.",
    "patient_position": "How the person lay in the scanner.",
    "prep_direction": "Direction in which the scanner encoded by phase, along which the image may be stretched.",
    "tech": "Name of the pulse sequence, such as FEEPI for an EPI run or T1TFE for an anatomy.",
    "scan_resolution": "Number of points that were measured in a slice; the image may have been enlarged from it.",
    "scan_mode": "How space was scanned: MS is many slices, 2D one slice, 3D a block.",
    "repetition_time": "Repetition time in milliseconds; time between volumes of a run, between excitations otherwise.",
    "fov": "Size of the scanned box in mm: anterior to posterior, foot to head, right to left.",
    "water_fat_shift": "How many voxels fat is displaced against water.",
    "angulation": "Tilt of the slices in degrees, about the axes anterior-posterior, foot-head, right-left.",
    "off_center": "Middle of the slices in mm from the scanner's centre: anterior-posterior, foot-head, right-left.",
    "flow_compensation": "Whether the scan was made insensitive to flowing blood.",
    "presaturation": "Whether the signal of some region was put out beforehand.",
    "phase_enc_velocity": "Speed in cm/s that a phase of 180 degrees stands for, in scans that measure flow.",
    "mtc": "Whether magnetisation transfer contrast was used.",
    "spir": "Whether the signal of fat was suppressed.",
    "epi_factor": "Number of lines recorded after one radio pulse; 0 or 1 if the scan is no EPI.",
    "dyn_scan": "Whether volumes were taken one after another, as in a run.",
    "diffusion": "Whether the scan measures diffusion.",
    "diffusion_echo_time": "Echo time of a diffusion scan, in milliseconds.",
    "max_diffusion_values": "Number of strengths of diffusion weighting (b values).",
    "max_gradient_orient": "Number of directions of diffusion weighting.",
    "nr_label_types": "Number of label types of a perfusion scan (ASL); 0 if it is none.",
}
YES_NO_NAMES = ("flow_compensation", "presaturation", "mtc", "spir", "dyn_scan", "diffusion")
SLICE_MEANINGS = {
    "slice number": "Which slice of the volume.",
    "echo number": "Which echo.",
    "dynamic scan number": "Which volume in time.",
    "cardiac phase number": "Which phase of the heartbeat.",
    "image_type_mr": "Which side of the complex signal the image shows.",
    "scanning sequence": "Code of the scanner for the sequence.",
    "index in REC file": "Place of the slice in the .REC file, counted from 0.",
    "image pixel size": "Bits that one voxel takes on disk.",
    "scan percentage": "Share of the phase-encoding lines that was measured, in percent.",
    "recon resolution": "Number of voxels along the two indices within a slice.",
    "rescale intercept": "Intercept: value = rescale slope x stored number + rescale intercept.",
    "rescale slope": "Slope: value = rescale slope x stored number + rescale intercept.",
    "scale slope": "A second slope, to numbers that compare between scans: value / (rescale slope x scale slope).",
    "window center": "Value that the console shows as middle grey.",
    "window width": "Range of values from black to white on the console.",
    "image angulation": "Tilt of the slice in degrees, about the axes anterior-posterior, foot-head, right-left.",
    "image offcentre": "Middle of the slice in mm from the centre (anterior-posterior, foot-head, right-left).",
    "slice thickness": "Thickness of a slice, in mm.",
    "slice gap": "Empty space between slices, in mm; a voxel is as deep as thickness and gap together.",
    "image_display_orientation": "How the console turns the image before showing it.",
    "slice orientation": "Direction of slicing.",
    "fmri_status_indication": "Scanner's own mark for functional scans.",
    "image_type_ed_es": "Whether the heart was at the end of filling (diastole) or of beating (systole).",
    "pixel spacing": "Size of a voxel along the two indices within a slice, in mm.",
    "echo_time": "Echo time in milliseconds: from the radio pulse to the signal that is recorded.",
    "dyn_scan_begin_time": "When the slice's volume began, in seconds from the start.",
    "trigger_time": "Time from the heartbeat that triggered the scan, in milliseconds.",
    "diffusion_b_factor": "Strength of diffusion weighting (b value), in s/mm2.",
    "number of averages": "How many times the signal was measured and averaged.",
    "image_flip_angle": "Flip angle in degrees: how far each radio pulse tips the magnetisation.",
    "cardiac frequency": "Heart rate in beats per minute.",
    "minimum RR-interval": "Shortest time between heartbeats, in milliseconds.",
    "maximum RR-interval": "Longest time between heartbeats, in milliseconds.",
    "TURBO factor": "Number of lines recorded in a fast train of echoes; 0 if there is none.",
    "Inversion delay": "Inversion time in milliseconds, for scans that turn the magnetisation over first.",
    "diffusion b value number": "Which strength of diffusion weighting.",
    "gradient orientation number": "Which direction of diffusion weighting.",
    "contrast type": "Scanner's name or code for the contrast.",
    "diffusion anisotropy type": "Scanner's code for a map computed from diffusion.",
    "diffusion": "Direction of diffusion weighting: anterior-posterior, foot-head, right-left.",
    "label type": "Whether the slice is labelled or control, in a perfusion scan (ASL).",
}
SLICE_CODES = {
    "image_type_mr": {0: "magnitude", 1: "real", 2: "imaginary", 3: "phase"},
    "slice orientation": {1: "transverse", 2: "sagittal", 3: "coronal"},
}


def list_parrec_fields(header: nib.parrec.PARRECHeader) -> list[Field]:
    """Return every entry of the general information, then each column of the slice table in summary."""
    general = [
        Field(name, _general_value(name, value), GENERAL_MEANINGS[name]) for name, value in header.general_info.items()
    ]
    table = header.image_defs
    return general + [
        Field(f"per slice: {name}", _column(name, table[name]), SLICE_MEANINGS[name]) for name in table.dtype.names
    ]


def _general_value(name: str, value) -> str:
    return code_text(value, YES_NO) if name in YES_NO_NAMES else value_text(value)


def _column(name: str, column: np.ndarray) -> str:
    """Return a column's one value, or how it varies; (n,) or (n, 2 or 3)."""
    distinct = np.unique(column, axis=0)
    if name in SLICE_CODES and len(distinct) <= len(SLICE_CODES[name]):
        return ", ".join(code_text(int(code), SLICE_CODES[name]) for code in distinct)
    if len(distinct) == 1:
        value = distinct[0]
        return clean_text(bytes(value)) if column.dtype.kind == "S" else value_text(value)
    if column.dtype.kind == "S":
        return f"{len(distinct)} different texts, from {clean_text(distinct[0])} to {clean_text(distinct[-1])}"
    lowest, highest = value_text(column.min(axis=0)), value_text(column.max(axis=0))
    return f"{lowest} to {highest} ({len(distinct):,} different)"
