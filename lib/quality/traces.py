"""Which curves of a run are drawn over its carpet, and what each of them is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lib.confounds.framewise_displacement import MEASURES, volumes_above
from lib.confounds.motion_files import MOTION_COLUMNS
from lib.number_text import NO_VALUE, SHARE, quantity_number, short_text, unit_text
from lib.quality.measures import ImageQuality

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class TraceRow:
    """Curves that share one unit and one row of the figure.

    Attributes
    ----------
    title : as drawn above the row.
    unit : empty for a number without one.
    lines : (name, (T,) array) pairs.
    definition : what the curves are and whose definition that is.
    limit : a level that is drawn as a line, or None.
    marked : (M,) int, volumes that are marked on the first curve.
    """

    title: str
    unit: str
    lines: tuple[tuple[str, np.ndarray], ...]
    definition: str
    limit: float | None = None
    marked: np.ndarray = field(default_factory=lambda: np.array([], dtype=int))

    @property
    def has_values(self) -> bool:
        """Whether any curve has a value to draw."""
        return any(np.isfinite(values).any() for _, values in self.lines)


@dataclass(frozen=True, eq=False)
class Displacement:
    """How far the head moved, and how that was measured.

    Attributes
    ----------
    values : (T,) mm.
    measure : key of `lib.confounds.framewise_displacement.MEASURES`.
    threshold : mm, above which a volume counts as moved.
    radius : mm, of the measure's sphere; None where it has none.
    """

    values: np.ndarray
    measure: str
    threshold: float
    radius: float | None

    @property
    def above(self) -> np.ndarray:
        """The volumes above the threshold, (M,) int."""
        return volumes_above(self.values, self.threshold)

    @property
    def words(self) -> str:
        """The measure with its radius and source."""
        rule = MEASURES[self.measure]
        sphere = f" Radius here: {self.radius:g} mm." if self.radius is not None else ""
        return f"{rule.definition}{sphere} {rule.reference}."


def image_rows(quality: ImageQuality) -> tuple[TraceRow, ...]:
    """List the rows that come from the run's image: global signal, DVARS twice, outliers."""
    rows = [
        TraceRow(
            "Global signal",
            "",
            (("global signal", quality.global_signal),),
            "Mean of the brain mask, in image units (fMRIPrep's global_signal).",
        )
    ]
    if quality.dvars is not None:
        rows += [
            TraceRow(
                "DVARS",
                "",
                (("DVARS", quality.dvars.raw),),
                "Root mean square over the mask of the change since the volume before, in image units (Power et al. "
                "2012, doi:10.1016/j.neuroimage.2011.10.018). The line is the limit of a spike: "
                f"{quality.spikes.rule}.",
                limit=quality.spikes.threshold if np.isfinite(quality.spikes.threshold) else None,
                marked=quality.spikes.volumes,
            ),
            TraceRow(
                "DVARS against noise",
                "",
                (("standardised", quality.dvars.standardised), ("voxelwise", quality.dvars.voxelwise)),
                "Standardised: DVARS over the mean over voxels of the SD that the change would have in noise with the "
                "same spread and autocorrelation, about 1 without artefacts (fMRIPrep's std_dvars). Voxelwise: each "
                "voxel's change over its own such SD first (Nipype's vx-wisestdDVARS). Nichols 2013; Nipype "
                "ComputeDVARS.",
            ),
        ]
    if quality.outliers is not None:
        rows.append(
            TraceRow(
                "Outlier fraction",
                SHARE,
                (("outlier fraction", quality.outliers),),
                "Share of the mask's voxels that are outliers of their own time course (AFNI 3dToutcount -fraction, "
                "polort 0).",
            )
        )
    return tuple(rows)


def motion_rows(frame: pd.DataFrame, displacement: Displacement) -> tuple[TraceRow, ...]:
    """List the rows that come from motion parameters: displacement, translations, rotations.

    Parameters
    ----------
    frame : one row a volume with `lib.confounds.motion_files.MOTION_COLUMNS`, mm and radians.
    """
    rule = MEASURES[displacement.measure]
    named = {column: frame[column].to_numpy(dtype=float) for column in MOTION_COLUMNS}
    return (
        TraceRow(
            rule.label,
            rule.unit,
            ((rule.label, displacement.values),),
            displacement.words,
            limit=displacement.threshold,
            marked=displacement.above,
        ),
        TraceRow(
            "Translations",
            "mm",
            tuple((column[-1], named[column]) for column in MOTION_COLUMNS[:3]),
            "The head's shift along x (right), y (front) and z (up), as the motion file gives it.",
        ),
        TraceRow(
            "Rotations",
            "degrees",
            tuple((column[-1], np.degrees(named[column])) for column in MOTION_COLUMNS[3:]),
            "The head's turn about x, y and z, as the motion file gives it, in degrees.",
        ),
    )


def list_rows(
    quality: ImageQuality | None, motion: pd.DataFrame | None, displacement: Displacement | None
) -> tuple[TraceRow, ...]:
    """List the rows of a run in the order in which they are drawn, those without any value left out."""
    from_image = image_rows(quality) if quality is not None else ()
    from_motion = motion_rows(motion, displacement) if motion is not None and displacement is not None else ()
    return tuple(row for row in (*from_image, *from_motion) if row.has_values)


def values_at(row: TraceRow, t: int) -> tuple[str, ...]:
    """Write what each of a row's curves is at a volume, with its name where there is more than one.

    The unit follows the last; a curve that ends before the volume is left out.
    """
    if all(t < len(values) and not np.isfinite(values[t]) for _, values in row.lines):
        return (NO_VALUE,)
    shown = []
    for name, values in row.lines:
        if t < len(values):
            text = _value_text(values[t], row.unit)
            shown.append(f"{name} {text}" if len(row.lines) > 1 else text)
    if shown and row.unit and not shown[-1].endswith(NO_VALUE):
        shown[-1] += f" {unit_text(row.unit)}"
    return tuple(shown)


def _value_text(value: float, unit: str) -> str:
    # Without a unit it is in the image's, which may be of any size.
    return quantity_number(value, unit) if unit and np.isfinite(value) else short_text(value)


def padded_range(low: float, high: float) -> tuple[float, float]:
    """Return a range with 6 % of room on either side; around a single value, a tenth of it or one unit."""
    room = 0.06 * (high - low) or abs(high) / 10 or 1.0
    return low - room, high + room
