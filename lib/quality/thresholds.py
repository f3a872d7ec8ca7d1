"""Which limits do others state for a run, what does it mean to be beyond one, and who says so?

One table, which the verdict, the tiles and the report go by. What nobody states a limit for is in the second table,
with the reason: it is shown, and never judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from lib.confounds.framewise_displacement import MEASURES

# How grave it is to be beyond a limit: one that single volumes are left out by, or get a regressor for, asks for care;
# one that whole runs were left out by asks for a look first.
Level = Literal["fine", "care", "look"]
LEVELS: tuple[Level, ...] = ("fine", "care", "look")
PARKES = "Parkes et al. 2018, doi:10.1016/j.neuroimage.2017.12.073"
# Of the displacement that those limits were stated for, by Jenkinson's measure.
SPIKE_MM = 0.25


@dataclass(frozen=True)
class Limit:
    """A stated limit.

    Attributes
    ----------
    measure : what is compared with it, in words.
    value, unit : the limit itself.
    level : what a run comes to that is beyond it.
    source : who states it.
    is_least : whether a value below is beyond, rather than one above.
    """

    measure: str
    value: float
    unit: str
    level: Level
    source: str
    is_least: bool = False

    def is_passed_by(self, value: float) -> bool:
        """Return whether a value is on the worse side; one that is NaN is on none."""
        return value < self.value if self.is_least else value > self.value


LIMITS: MappingProxyType[str, Limit] = MappingProxyType(
    {
        **{
            f"{key}_jump": Limit(
                f"{rule.label} of a volume", rule.default_threshold, rule.unit, "care", rule.threshold_source
            )
            for key, rule in MEASURES.items()
        },
        "dvars_jump": Limit(
            "Standardised DVARS of a volume", 1.5, "", "care",
            "fMRIPrep's --dvars-spike-threshold: such a volume gets a regressor of its own; here the volumes before "
            "steady state take no part",
        ),
        "non_steady_volumes": Limit(
            "Volumes before steady state", 0.0, "volumes", "care",
            "fMRIPrep gives every such volume a regressor of its own",
        ),
        "missing_voxels": Limit(
            "Voxels without values", 0.0, "voxels", "care",
            "SPM leaves a voxel out of a model that lacks a value in any volume (implicit mask, spm_spm.m)",
        ),
        "missing_volumes": Limit(
            "Volumes without values", 0.0, "volumes", "care",
            "SPM leaves a voxel out of a model that lacks a value in any volume (implicit mask, spm_spm.m)",
        ),
        "jenkinson_mean": Limit(
            "FD (Jenkinson), mean", 0.2, "mm", "look",
            f"{PARKES}: stringent exclusion of a run; their lenient one is above 0.55 mm",
        ),
        "jenkinson_percent_above": Limit(
            f"FD (Jenkinson) above {SPIKE_MM:g} mm", 20.0, "%", "look", f"{PARKES}: stringent exclusion of a run",
        ),
        "jenkinson_max": Limit(
            "FD (Jenkinson), maximum", 5.0, "mm", "look", f"{PARKES}: stringent exclusion of a run",
        ),
        "seconds_left": Limit(
            f"Time without volumes above {SPIKE_MM:g} mm (Jenkinson)", 240.0, "s", "look",
            f"{PARKES}: four minutes, below which runs at rest were left out; runs that were shorter are not judged",
            is_least=True,
        ),
    }
)  # fmt: skip

# Measure -> why it is shown without being judged.
WITHOUT_LIMIT: MappingProxyType[str, str] = MappingProxyType(
    {
        "tsnr_median": "none is accepted: it depends on voxel size, field, TR and smoothing; compare runs of "
        "one protocol",
        "outlier_fraction_mean": "AFNI's 5 % (-regress_censor_outliers) is for volumes of a detrended run, which this "
        "is not. MRIQC states none for aor",
        "dvars_spikes": "the rule of fsl_motion_outliers is relative to the run itself and finds a few in almost any",
        "gsr": "none is accepted: it depends on coil and sequence. MRIQC states none",
        "fwhm": "none is accepted: it depends on voxel size and on what was done before",
    }
)
