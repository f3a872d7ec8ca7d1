"""Examine an image's header and say of each thing in it: fine, look here, or broken."""

from lib.images.header_facts import read_facts
from lib.images.headers.finding import Finding
from lib.images.headers.orientation_findings import find_orientation
from lib.images.headers.timing_findings import find_timing
from lib.images.headers.value_findings import find_values

SEVERITY = ("fine", "look here", "broken")


def examine_header(img, sidecar_tr: float | None = None) -> list[Finding]:
    """Return the findings on a header, orientation first; no voxel is read.

    Parameters
    ----------
    img : nibabel spatial image
        NIfTI-1/2, Analyze, MGH, AFNI, PAR/REC or MINC.
    sidecar_tr : float, seconds, optional
        RepetitionTime of the JSON file beside the image.
    """
    facts = read_facts(img)
    orientation = find_orientation(facts)
    has_affine = orientation[0].verdict != "broken"
    return [*orientation, *find_values(facts, has_affine), *find_timing(facts, sidecar_tr)]


def worst_verdict(findings) -> str:
    """Return the gravest verdict among findings."""
    return max((finding.verdict for finding in findings), key=SEVERITY.index, default="fine")
