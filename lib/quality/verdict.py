"""What a run's quality comes to, in a handful of numbers that say what they mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lib.confounds.framewise_displacement import MEASURES, percent_above, volumes_above
from lib.number_text import SHARE, quantity_text
from lib.quality.thresholds import LIMITS


@dataclass(frozen=True)
class Number:
    """A number about a run and everything needed to judge it.

    name : as on screen; `key` : as a column of a table.
    value : in `unit`; NaN if there is none.
    definition, reference : what it is and whose definition that is.
    direction : `"lower is better"`, `"higher is better"` or why neither holds.
    nan_meaning : why a value can be missing.
    threshold, threshold_source : a stated limit and who states it, or None and an empty text. `is_beyond` needs both.
    """

    key: str
    name: str
    value: float
    unit: str
    definition: str
    direction: str
    reference: str
    nan_meaning: str
    threshold: float | None = None
    threshold_source: str = ""

    @property
    def is_beyond(self) -> bool | None:
        """Whether the value is on the worse side of its threshold; None where there is no threshold or no value."""
        if self.threshold is None or math.isnan(self.value):
            return None
        if self.direction == "higher is better":
            return self.value < self.threshold
        return self.value > self.threshold

    @property
    def text(self) -> str:
        """The value with its unit, `no value` where it is missing."""
        return quantity_text(self.value, self.unit)


def describe_tsnr(tsnr: np.ndarray, problem: str = "") -> Number:
    """Say the median temporal signal-to-noise ratio of the voxels in the mask; `tsnr` (N,).

    `problem` is why the run can have none.
    """
    known = tsnr[np.isfinite(tsnr)]
    return Number(
        key="tsnr_median",
        name="tSNR, median",
        value=float(np.median(known)) if len(known) else math.nan,
        unit="",
        definition="Median over the mask of each voxel's mean over time divided by its standard deviation over time, "
        "without detrending.",
        direction="higher is better",
        reference="Krüger and Glover 2001, doi:10.1002/mrm.1240; MRIQC tsnr",
        nan_meaning=problem or "No voxel in the mask varies over time.",
    )


def describe_displacement(
    fd: np.ndarray | None, measure: str = "power", threshold: float | None = None
) -> tuple[Number, Number, Number]:
    """Say mean, maximum and share above the threshold of a displacement; `fd` (T,) mm, None without motion parameters.

    Only the share depends on the threshold, which stays without a limit of its own: how many
    volumes one may lose is the study's decision.
    """
    rule = MEASURES[measure]
    threshold = rule.default_threshold if threshold is None else threshold
    known = np.array([]) if fd is None else fd[np.isfinite(fd)]
    source = rule.threshold_source if threshold == rule.default_threshold else "chosen on this page"
    common = {
        "direction": "lower is better",
        "reference": rule.reference,
        "nan_meaning": "No motion parameters were found for this run; none are estimated from the image.",
    }
    mean = Number(
        key=f"{measure}_mean",
        name=f"{rule.label}, mean",
        value=float(known.mean()) if len(known) else math.nan,
        unit=rule.unit,
        definition=f"{rule.definition} Mean over the volumes that have one before them.",
        **common,
    )
    highest = Number(
        key=f"{measure}_max",
        name=f"{rule.label}, maximum",
        value=float(known.max()) if len(known) else math.nan,
        unit=rule.unit,
        definition=f"{rule.definition} Largest of the run.",
        **common,
    )
    above = 0 if fd is None else len(volumes_above(fd, threshold))
    share = Number(
        key=f"{measure}_percent_above",
        name=f"{rule.label} above {threshold:g}",
        value=math.nan if fd is None else percent_above(fd, threshold),
        unit="%",
        definition=f"Percentage of all volumes above {threshold:g} {rule.unit} ({above} of "
        f"{0 if fd is None else len(fd)}). This limit: {source}.",
        **common,
    )
    return mean, highest, share


def describe_spikes(count: int | None, rule: str, n_volumes: int) -> Number:
    """Say how many volumes have a DVARS spike; `count` None where the run has no DVARS."""
    return Number(
        key="dvars_spikes",
        name="DVARS spikes",
        value=math.nan if count is None else float(count),
        unit="volumes",
        definition=f"Volumes, of {n_volumes}, whose DVARS is {rule}. Such a rule finds a few in almost any run.",
        direction="lower is better",
        reference="FSL fsl_motion_outliers (default cut-off); DVARS: Power et al. 2012",
        nan_meaning="Fewer than two volumes, or no voxel that varies.",
    )


def describe_outliers(fraction: np.ndarray | None) -> Number:
    """Say the mean share of voxels that are outliers; `fraction` (T,), None where the run is too short."""
    return Number(
        key="outlier_fraction_mean",
        name="Outlier fraction, mean",
        value=math.nan if fraction is None else float(np.mean(fraction[np.isfinite(fraction)])),
        unit=SHARE,
        definition="Mean over volumes of the share of voxels further than alpha sqrt(pi/2) MAD from their own median, "
        "alpha leaving 0.001 / T of a normal distribution above it.",
        direction="lower is better",
        reference="AFNI 3dToutcount -fraction, polort 0; MRIQC aor",
        nan_meaning="Fewer than five volumes.",
    )


def describe_ghost(ratio: float, axis_words: str, problem: str = "") -> Number:
    """Say the ghost-to-signal ratio along an axis; `axis_words` such as `along j (phase encoding)`.

    `problem` is why the run can have none.
    """
    return Number(
        key="gsr",
        name="Ghost to signal",
        value=ratio,
        unit=SHARE,
        definition="Mean where the head's copy, shifted by half of the image "
        f"{axis_words}, falls outside of the head, less the mean of the other background, over the median in the head.",
        direction="lower is better",
        reference="Giannelli et al. 2010, doi:10.1120/jacmp.v11i4.3237; MRIQC gsr",
        nan_meaning=problem or "There is no background to measure: it was erased, or the mask leaves none.",
    )


def describe_smoothness(combined: float, axes: np.ndarray, degree: int) -> Number:
    """Say the smoothness of a run; `combined` and `axes` (3,) mm, `degree` of the trend that was taken out."""
    along = ", ".join(f"{axis} {width:.2f}" for axis, width in zip("ijk", axes, strict=True))
    return Number(
        key="fwhm",
        name="FWHM",
        value=combined,
        unit="mm",
        definition=f"Width at half maximum of the Gaussian blur that the noise looks like (along {along} mm), from "
        f"differences between neighbours after a polynomial of degree {degree} was taken out; geometric mean.",
        direction="neither: one to two voxels as acquired, more once smoothed; compare runs of one protocol",
        reference="Forman et al. 1995, doi:10.1002/mrm.1910330508; AFNI 3dFWHMx -detrend -geom, classic estimate",
        nan_meaning="Too few neighbours in the mask, or neighbours that are not alike at all.",
    )


def describe_non_steady(count: int) -> Number:
    """Say how many volumes at the start were not in steady state."""
    return Number(
        key="non_steady_volumes",
        name="Non-steady volumes",
        value=float(count),
        unit="volumes",
        definition="Unbroken row of volumes at the start whose mean, over the whole image where it is known and else "
        "over the mask, has a modified z-score above 3.5 among the first 50.",
        direction="lower is better",
        reference="Nipype NonSteadyStateDetector, as used by fMRIPrep and MRIQC",
        nan_meaning="",
        threshold=LIMITS["non_steady_volumes"].value,
        threshold_source=LIMITS["non_steady_volumes"].source,
    )


def describe_missing(n_voxels: int, n_all: int, n_volumes: int) -> Number:
    """Say how many voxels of the mask have missing values, of `n_all`, apart from `n_volumes` that were left out."""
    return Number(
        key="missing_voxels",
        name="Voxels without values",
        value=float(n_voxels),
        unit="voxels",
        definition=f"Voxels of the mask, of {n_all}, that hold NaN or infinity in a volume; they are left out of all "
        f"other numbers. Before, volumes with values in less than half of the mask were left out: {n_volumes}.",
        direction="lower is better",
        reference="none: a count",
        nan_meaning="",
        threshold=LIMITS["missing_voxels"].value,
        threshold_source=LIMITS["missing_voxels"].source,
    )
