"""Look at where a header puts its image: sform and qform, the affine itself, handedness, tilt and shear."""

import numpy as np
from nibabel.affines import voxel_sizes

from lib.errors import InputError
from lib.images.header_facts import HeaderFacts
from lib.images.headers.finding import Finding
from lib.images.left_right import are_mirrored
from lib.images.sform_qform import CODE_WORDS, Forms, code_words
from lib.number_text import quantity_text
from lib.spaces.affine_sentences import direction_words
from lib.spaces.affines import AffineParts, require_invertible, take_apart
from lib.spaces.grids import largest_corner_distance
from lib.spaces.same_space import name_conflict

# Two forms this fraction of a voxel apart are one place, written with different rounding.
SAME_PLACE_VOXELS = 0.1
OBLIQUE_DEGREES = 2.0
SHEARED_DEGREES = 0.5


def find_orientation(facts: HeaderFacts) -> list[Finding]:
    """Return the findings on orientation; those that need an affine only when there is a usable one."""
    findings = [find_affine(facts), find_used_form(facts)]
    if facts.forms is not None:
        findings += [find_codes(facts), find_disagreement(facts.forms, facts)]
    if findings[0].verdict == "broken":
        return findings
    parts = take_apart(facts.affine)
    return [*findings, find_handedness(facts, parts), find_tilt(parts), find_shear(parts)]


def find_affine(facts: HeaderFacts) -> Finding:
    """Return whether the affine in use can place voxels in the world and be inverted."""
    try:
        require_invertible(facts.affine)
    except InputError as error:
        return Finding(
            "Affine", "broken", str(error), "Take the affine from the scanner's original, or from the other form."
        )
    determinant = np.linalg.det(facts.affine[:3, :3])
    reason = f"All 16 numbers are finite and the affine can be inverted (determinant {determinant:.4g} mm³)."
    return Finding("Affine", "fine", reason, values=(("determinant", f"{determinant:.4g} mm³"),))


def find_used_form(facts: HeaderFacts) -> Finding:
    """Return which of the header's affines nibabel uses, and why."""
    name = "Affine in use"
    if facts.format == "Analyze" and not facts.states_orientation:
        return Finding(
            name,
            "look here",
            "Analyze files store no orientation: nibabel assumes that x grows to the left, as SPM does by default.",
            "Check left and right on something known, then convert the file to NIfTI.",
        )
    if facts.forms is None and not facts.states_orientation:
        return Finding(
            name,
            "broken",
            f"The goodRASFlag of this {facts.format} file is 0, so it states no orientation, and nibabel assumes "
            "FreeSurfer's coronal one. Left and right are a guess.",
            "Get the orientation from the original file, or check left and right on something known and convert the "
            "file with it.",
        )
    if facts.forms is None:
        return Finding(name, "fine", f"{facts.format} stores one affine, and nibabel uses it.")
    if facts.forms.used == "neither":
        return Finding(
            name,
            "broken",
            facts.forms.reason + " Left and right are a guess.",
            "Get the orientation from the original file, or check left and right on something known and set the sform.",
        )
    return Finding(name, "fine", facts.forms.reason, values=_code_values(facts.forms))


def find_codes(facts: HeaderFacts) -> Finding:
    """Return whether both stored codes are ones that NIfTI defines."""
    sform_code, qform_code = facts.stored_codes
    values = (("sform code", code_words(sform_code)), ("qform code", code_words(qform_code)))
    wrong = [code for code in facts.stored_codes if not 0 <= code < len(CODE_WORDS)]
    if wrong:
        return Finding(
            "Form codes",
            "broken",
            f"The header has the form code {wrong[0]}, but NIfTI defines 0 to 5 only; nibabel reads it as 0, unknown.",
            "Set the code to what the coordinates are: 1 for the scanner's, 4 for MNI152.",
            values,
        )
    sform, qform = code_words(sform_code), code_words(qform_code)
    return Finding("Form codes", "fine", f"The sform code is {sform}, the qform code {qform}.", values=values)


def find_disagreement(forms: Forms, facts: HeaderFacts) -> Finding:
    """Return how far apart sform and qform put the eight corner voxels."""
    name = "sform against qform"
    if forms.qform_code and forms.qform is None:
        return Finding(
            name,
            "broken",
            "The qform's three quaternion numbers are too large for a rotation, so the qform cannot be read.",
            "Rewrite the qform from the sform with img.set_qform(img.get_sform()).",
        )
    if forms.sform is None or forms.qform is None:
        return Finding(name, "fine", "At most one of the two is set, so there is nothing to disagree.")
    distance = largest_corner_distance(facts.grid_shape, forms.sform, forms.qform)
    smallest = float(voxel_sizes(facts.affine).min())
    written = quantity_text(distance, "mm")
    values = (("largest distance at the corners", written), *_code_values(forms))
    if not np.isfinite(distance):
        reason = "One of the two has numbers that are not finite."
        return Finding(name, "broken", reason, "Copy the good form over the other one.", values)
    if distance <= SAME_PLACE_VOXELS * smallest:
        return Finding(
            name, "fine", f"They agree to {quantity_text(distance, 'mm')} at the eight corners.", values=values
        )
    apart = f"They put the same corner voxel up to {written} apart"
    if name_conflict(forms.sform_code, forms.qform_code) is not None:
        reason = f"{apart}, because they name two spaces: {_both_codes(forms)}."
        return Finding(name, "look here", reason, "Know which one your program uses; nibabel uses the sform.", values)
    return Finding(
        name,
        "broken" if distance > smallest else "look here",
        f"{apart}, though they do not name two spaces: {_both_codes(forms)}. Programs that prefer the qform show the "
        "image elsewhere.",
        "Find out which one is right and copy it over the other.",
        values,
    )


def find_handedness(facts: HeaderFacts, parts: AffineParts) -> Finding:
    """Return which hand the voxel axes form, and whether sform and qform agree on it."""
    name = "Handedness"
    directions = ", ".join(f"{axis} {words}" for axis, words in zip("ijk", direction_words(parts.axcodes), strict=True))
    values = (("axis codes", "".join(parts.axcodes)), ("determinant", f"{np.linalg.det(facts.affine[:3, :3]):.4g} mm³"))
    forms = facts.forms
    if forms is not None and are_mirrored(forms):
        return Finding(
            name,
            "broken",
            "sform and qform mirror each other: one of them swaps left and right, or another pair of sides.",
            "Check left and right on something known before you use this file.",
            values,
        )
    if forms is not None and forms.qform_code and facts.qfac not in (-1.0, 1.0):
        return Finding(
            name,
            "look here",
            f"pixdim[0], which gives the qform's handedness, is {facts.qfac:g} instead of -1 or 1; it is read as 1.",
            "Rewrite the qform with img.set_qform(img.affine) once left and right are checked.",
            values,
        )
    kind = (
        "left-handed (radiological storage, negative determinant)"
        if parts.is_left_handed
        else "right-handed (neurological storage, positive determinant)"
    )
    reason = f"The voxel axes are {kind}: {directions}. Either is fine; the affine accounts for it."
    return Finding(name, "fine", reason, values=values)


def find_tilt(parts: AffineParts) -> Finding:
    """Return how far the voxel axes are from the world axes."""
    worst = float(parts.obliquity_degrees.max())
    text = ", ".join(f"{angle:.2f}" for angle in parts.obliquity_degrees)
    values = (("obliquity x, y, z", f"{text} degrees"),)
    if worst < OBLIQUE_DEGREES:
        return Finding(
            "Tilt", "fine", f"The voxel axes lie within {worst:.2f} degrees of the world axes.", values=values
        )
    return Finding(
        "Tilt",
        "look here",
        f"The grid is oblique: {text} degrees off x, y and z. A slice of the array is not quite an anatomical plane, "
        "and programs that drop the tilt show the image turned.",
        "Keep the affine with the data; resample to canonical axes only for programs that need it.",
        values,
    )


def find_shear(parts: AffineParts) -> Finding:
    """Return whether the voxel axes are at right angles."""
    degrees = parts.largest_shear_degrees
    values = (("largest shear", f"{degrees:.2f} degrees"),)
    if degrees < SHEARED_DEGREES:
        return Finding(
            "Shear", "fine", f"The voxel axes are at right angles to within {degrees:.2f} degrees.", values=values
        )
    return Finding(
        "Shear",
        "look here",
        f"Two voxel axes miss a right angle by {degrees:.2f} degrees. A qform cannot store that, so programs that read "
        "the qform place voxels elsewhere.",
        "Resample the image onto a grid with right angles.",
        values,
    )


def _code_values(forms: Forms) -> tuple[tuple[str, str], ...]:
    return ("sform code", code_words(forms.sform_code)), ("qform code", code_words(forms.qform_code))


def _both_codes(forms: Forms) -> str:
    return f"sform {code_words(forms.sform_code)}, qform {code_words(forms.qform_code)}"
