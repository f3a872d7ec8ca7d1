"""How far the head moved from one volume to the next, and which volumes that leaves out.

Throughout, `translations` is (T, 3) mm and `rotations` (T, 3) radians, one row a volume, x y z. Every measure is (T,)
mm with NaN for the first volume, which has nothing before it, and wherever a parameter is missing. Lower is better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from lib.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

POWER_RADIUS = 50.0  # mm, mean distance from the cortex to the centre of the head (Power 2012)
FSL_RADIUS = 80.0  # mm, the sphere of FSL's rmsdiff and mcflirt -rmsrel


def framewise_displacement(translations, rotations, radius: float = POWER_RADIUS) -> np.ndarray:
    """Sum the absolute backward differences of the six parameters, rotations as arcs on a sphere (Power).

    FD_t = |Δx| + |Δy| + |Δz| + r (|Δα| + |Δβ| + |Δγ|).

    Parameters
    ----------
    radius : mm, of the sphere on which an angle becomes a length.

    Returns
    -------
    (T,) mm, lower is better.

    References
    ----------
    Power et al., NeuroImage 59(3), 2012, doi:10.1016/j.neuroimage.2011.10.018; Nipype `FramewiseDisplacement`, equal to
    float64 rounding (Nipype leaves the first volume out, here it is NaN).
    """
    translations, rotations = _pair(translations, rotations)
    steps = np.abs(np.diff(translations, axis=0)).sum(axis=1) + radius * np.abs(np.diff(rotations, axis=0)).sum(axis=1)
    return np.concatenate([[np.nan], steps])


def framewise_displacement_jenkinson(
    translations, rotations, radius: float = FSL_RADIUS, centre=(0.0, 0.0, 0.0)
) -> np.ndarray:
    """Take the root mean square displacement over a sphere between consecutive positions (Jenkinson, FSL rmsdiff).

    With M_t M_{t-1}^{-1} - I = [A | b], RMS = sqrt(r²/5 trace(AᵀA) + |b + A c|²).

    Parameters
    ----------
    radius : mm, of the solid sphere over which the mean is taken.
    centre : (3,) mm, of that sphere, in coordinates whose origin is the point the rotations turn about. At the default
        the sphere sits on that point, as in mcflirt, which writes its parameters about the centre it measures from.

    Notes
    -----
    The matrices are `rigid_matrices`: FSL's Euler order and sign. Parameters that another tool composed in another
    order or sign give a value that is off by at most 2 a (d + r b) mm, where a is how far the head turned since the
    volume before, b and d how far it is turned and shifted from the reference (radians, mm).

    References
    ----------
    Jenkinson, FMRIB technical report TR99MJ1; Jenkinson et al., NeuroImage 17(2), 2002, doi:10.1006/nimg.2002.1132.
    """
    matrices = rigid_matrices(translations, rotations)
    centre = np.asarray(centre, dtype=float)
    turn = matrices[1:, :3, :3] @ matrices[:-1, :3, :3].transpose(0, 2, 1)
    shift = matrices[1:, :3, 3] - np.einsum("tij,tj->ti", turn, matrices[:-1, :3, 3])
    change = turn - np.eye(3)
    moved = shift + change @ centre
    steps = np.sqrt(radius**2 / 5 * np.square(change).sum(axis=(1, 2)) + np.square(moved).sum(axis=1))
    return np.concatenate([[np.nan], steps])


def motion_enorm(translations, rotations) -> np.ndarray:
    """Take the Euclidean norm of the backward differences, one degree counting as one mm (AFNI enorm).

    enorm_t = sqrt(Δx² + Δy² + Δz² + Δroll² + Δpitch² + Δyaw²), translations in mm and rotations in **degrees**, as AFNI
    adds them: a degree is 1 mm on a sphere of 57.3 mm.

    References
    ----------
    AFNI `1d_tool.py -derivative -collapse_cols euclidean_norm`; AFNI writes 0 for the first volume, here it is NaN.
    """
    translations, rotations = _pair(translations, rotations)
    six = np.hstack([translations, np.degrees(rotations)])
    return np.concatenate([[np.nan], np.sqrt(np.square(np.diff(six, axis=0)).sum(axis=1))])


@dataclass(frozen=True)
class Measure:
    """One way to put a head's movement between two volumes into one number.

    `unit` is as printed, `default_threshold` a commonly used limit in that unit and `threshold_source` who uses it.
    """

    label: str
    unit: str
    definition: str
    reference: str
    default_threshold: float
    threshold_source: str
    compute: Callable[..., np.ndarray]


MEASURES = MappingProxyType(
    {
        "power": Measure(
            label="FD (Power)",
            unit="mm",
            definition="Sum of the absolute changes of three translations (mm) and three rotations (radians times a "
            "radius, 50 mm unless changed) since the volume before.",
            reference="Power et al. 2012, doi:10.1016/j.neuroimage.2011.10.018",
            default_threshold=0.5,
            threshold_source="fMRIPrep's --fd-spike-threshold; Power 2012 also used 0.5 mm, MRIQC counts above 0.2 mm",
            compute=framewise_displacement,
        ),
        "jenkinson": Measure(
            label="FD (Jenkinson)",
            unit="mm",
            definition="Root mean square displacement over a solid sphere of 80 mm radius since the volume before.",
            reference="Jenkinson et al. 2002, doi:10.1006/nimg.2002.1132 (FSL rmsdiff)",
            default_threshold=0.25,
            threshold_source="Satterthwaite et al. 2013, doi:10.1016/j.neuroimage.2012.08.052",
            compute=framewise_displacement_jenkinson,
        ),
        "enorm": Measure(
            label="Motion enorm (AFNI)",
            unit="mm (1 degree = 1 mm)",
            definition="Euclidean norm of the changes of three translations (mm) and three rotations (degrees) since "
            "the volume before.",
            reference="AFNI 1d_tool.py -derivative -collapse_cols euclidean_norm",
            default_threshold=0.3,
            threshold_source="afni_proc.py examples for task runs (-regress_censor_motion 0.3; 0.2 at rest)",
            compute=motion_enorm,
        ),
    }
)


def rigid_matrices(translations, rotations) -> np.ndarray:
    """Build the rigid matrices of motion parameters, as FSL composes them.

    R = Rx Ry Rz with FSL's sign (Rx = [[1, 0, 0], [0, cos, sin], [0, -sin, cos]] and so on), then the translation; the
    origin is the point the rotations turn about.

    Returns
    -------
    (T, 4, 4) float64, mm.
    """
    translations, rotations = _pair(translations, rotations)
    (cx, cy, cz), (sx, sy, sz) = np.cos(rotations).T, np.sin(rotations).T
    matrices = np.zeros((len(translations), 4, 4))
    matrices[:, 0, :3] = np.stack([cy * cz, cy * sz, -sy], axis=1)
    matrices[:, 1, :3] = np.stack([sx * sy * cz - cx * sz, sx * sy * sz + cx * cz, sx * cy], axis=1)
    matrices[:, 2, :3] = np.stack([cx * sy * cz + sx * sz, cx * sy * sz - sx * cz, cx * cy], axis=1)
    matrices[:, :3, 3] = translations
    matrices[:, 3, 3] = 1.0
    return matrices


def volumes_above(trace, threshold: float) -> np.ndarray:
    """List the volumes whose value is above `threshold`; a volume without a value is never above."""
    return np.flatnonzero(np.asarray(trace, dtype=float) > threshold)


def percent_above(trace, threshold: float) -> float:
    """Give the percentage of **all** T volumes that are above `threshold`, as MRIQC's `fd_perc`.

    NaN when no volume has a value.
    """
    trace = np.asarray(trace, dtype=float)
    if not np.isfinite(trace).any():
        return float("nan")
    return 100.0 * len(volumes_above(trace, threshold)) / len(trace)


def scrub_mask(trace, threshold: float, before: int = 0, after: int = 0) -> np.ndarray:
    """Mark the volumes to leave out: those above `threshold` with `before` and `after` neighbours.

    Returns
    -------
    (T,) bool, True = left out. Power 2012 used one volume before and two after.
    """
    if before < 0 or after < 0:
        raise InputError(f"{before} volumes before and {after} after cannot be left out. Choose 0 or more of each.")
    trace = np.asarray(trace, dtype=float)
    left_out = np.zeros(len(trace), dtype=bool)
    for volume in volumes_above(trace, threshold):
        left_out[max(0, volume - before) : volume + after + 1] = True
    return left_out


def outlier_regressors(left_out) -> pd.DataFrame:
    """Make one column a left-out volume, 1 in that volume and 0 elsewhere, under fMRIPrep's names.

    Parameters
    ----------
    left_out : (T,) bool, from `scrub_mask`.

    Returns
    -------
    Frame of T rows, columns `motion_outlier00`, `motion_outlier01`, ... in order of time; none if nothing is left out.
    """
    import pandas as pd

    volumes = np.flatnonzero(np.asarray(left_out, dtype=bool))
    columns = np.zeros((len(left_out), len(volumes)), dtype=np.int8)
    columns[volumes, np.arange(len(volumes))] = 1
    return pd.DataFrame(columns, columns=[f"motion_outlier{number:02d}" for number in range(len(volumes))])


def _pair(translations, rotations) -> tuple[np.ndarray, np.ndarray]:
    translations = np.asarray(translations, dtype=float)
    rotations = np.asarray(rotations, dtype=float)
    if translations.ndim != 2 or translations.shape[1] != 3 or translations.shape != rotations.shape:
        raise InputError(
            f"Motion needs three translations and three rotations for every volume, but these are of shape "
            f"{translations.shape} and {rotations.shape}. Choose a file with six motion columns."
        )
    return translations, rotations
