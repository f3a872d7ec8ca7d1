"""Do these motion parameters look like a head's, or like columns read in the wrong order or unit?"""

from __future__ import annotations

import numpy as np

LARGE_ROTATION = 0.35  # rad, 20 degrees: a head coil leaves less room than that
LARGE_TRANSLATION = 30.0  # mm, a head that moves this far has left its coil
# A head turns about its neck, some 50 to 100 mm away from the centre of the image: translations in mm are that many
# times its rotations in radians (60 in fMRIPrep's example runs). About 1 means degrees, far below 1 swapped columns.
DEGREES_RATIO = 5.0
SWAPPED_RATIO = 0.2
STILL = 1e-3  # rad: rotations that vary less say nothing about their unit


def motion_doubts(translations, rotations) -> tuple[str, ...]:
    """Say in sentences why motion parameters may have been read in the wrong column order or unit.

    Parameters
    ----------
    translations : (T, 3) array, read as mm.
    rotations : (T, 3) array, read as radians.

    Returns
    -------
    Sentences for the visitor, none when nothing is strange. A doubt is a question, not a proof: the numbers are in it.
    """
    translations = np.asarray(translations, dtype=float)
    rotations = np.asarray(rotations, dtype=float)
    missing = ~(np.isfinite(translations).all(axis=1) & np.isfinite(rotations).all(axis=1))
    doubts = [_missing(missing)]
    shift, turn = translations[~missing], rotations[~missing]
    if len(shift):
        with np.errstate(over="ignore", invalid="ignore"):  # a number of any size can stand in a table
            doubts += [_still(shift, turn), _turned(shift, turn), _far(shift), _ratio(shift, turn)]
    return tuple(doubt for doubt in doubts if doubt)


def _missing(missing: np.ndarray) -> str:
    if not missing.any():
        return ""
    return f"{missing.sum()} of {len(missing)} volumes have no complete motion parameters; they get no displacement."


def _still(shift: np.ndarray, turn: np.ndarray) -> str:
    if np.ptp(shift, axis=0).any() or np.ptp(turn, axis=0).any():
        return ""
    return "All six motion columns are constant: either no motion was estimated, or these are not motion parameters."


def _turned(shift: np.ndarray, turn: np.ndarray) -> str:
    largest = np.abs(turn).max()
    if largest <= LARGE_ROTATION:
        return ""
    return (
        f"A rotation reaches {largest:.3g} rad ({np.rint(np.degrees(largest)):.6g} degrees), more than a head coil "
        f"allows, while translations reach {np.abs(shift).max():.3g} mm: rotations may be in degrees, or the two may "
        "be swapped. Check the column order and the unit."
    )


def _far(shift: np.ndarray) -> str:
    largest = np.abs(shift).max()
    if largest <= LARGE_TRANSLATION:
        return ""
    return (
        f"A translation reaches {largest:.4g} mm, more than a head coil allows: it may be in another unit, "
        "or these may not be motion parameters."
    )


def _ratio(shift: np.ndarray, turn: np.ndarray) -> str:
    # The spread, not the size: a run aligned to another run's reference starts away from zero.
    moved, turned = np.sqrt(shift.var(axis=0).sum()), np.sqrt(turn.var(axis=0).sum())
    if turned <= STILL:
        return ""
    ratio = moved / turned
    if ratio >= DEGREES_RATIO or np.isnan(ratio):
        return ""
    cause = "the two may be swapped" if ratio < SWAPPED_RATIO else "rotations may be in degrees"
    return (
        f"Translations vary by {moved:.2g} mm and rotations by {turned:.2g} rad, {ratio:.2g} mm a radian; a head "
        f"turning about its neck shows 50 or more: {cause}. Check the column order and the unit."
    )
