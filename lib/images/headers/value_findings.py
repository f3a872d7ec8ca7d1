"""Look at the numbers in a header: voxel sizes, field of view, units, scaling, dimensions."""

import numpy as np
from nibabel.affines import voxel_sizes

from lib.images.header_facts import HeaderFacts
from lib.images.headers.finding import Finding
from lib.number_text import shape_text

SIZE_TOLERANCE = 0.01
# From small-animal and ex-vivo scans to the coarsest human ones.
PLAUSIBLE_SIZES_MM = (0.05, 15.0)
# A mouse brain is 15 mm long; no bore takes more than 600 mm.
PLAUSIBLE_EXTENT_MM = (10.0, 600.0)


def find_values(facts: HeaderFacts, has_affine: bool) -> list[Finding]:
    """Return the findings on sizes, units, scaling and dimensions.

    Parameters
    ----------
    facts : HeaderFacts
    has_affine : bool
        Whether the affine is usable, so that sizes can be compared with it.
    """
    findings = [find_stated_sizes(facts)]
    if has_affine:
        findings += [find_sizes_against_affine(facts), find_field_of_view(facts)]
    return [*findings, find_length_unit(facts), find_scaling(facts), find_dimensions(facts)]


def find_stated_sizes(facts: HeaderFacts) -> Finding:
    """Return whether the voxel sizes that the header states can be sizes."""
    name, zooms = "Stated voxel sizes", facts.zooms
    text = " x ".join(f"{size:g}" for size in zooms)
    values = (("voxel sizes as stated", text),)
    if not np.isfinite(zooms).all() or (zooms == 0).any():
        reason = f"The header states voxel sizes of {text}, and a voxel cannot have such a side."
        return Finding(name, "broken", reason, "Take the sizes from the scan protocol or the original file.", values)
    if (zooms == 1).all() and _has_no_orientation(facts):
        return Finding(
            name,
            "broken",
            "Every voxel size is exactly 1 and no orientation is set, as when a program wrote the data without its "
            "header: the true sizes are lost.",
            "Copy the header from the file this one was made of.",
            values,
        )
    if (zooms < 0).any():
        reason = f"The header states voxel sizes of {text}; sizes are lengths, and nibabel drops the sign."
        return Finding(name, "look here", reason, "Store the direction in the affine, not in the sizes.", values)
    return Finding(name, "fine", f"Voxels of {text} {facts.space_unit}.", values=values)


def find_sizes_against_affine(facts: HeaderFacts) -> Finding:
    """Return whether the stated voxel sizes are the lengths of the affine's columns."""
    name = "Voxel sizes against affine"
    measured, stated = voxel_sizes(facts.affine), np.abs(facts.zooms)
    texts = [" x ".join(f"{size:.4g}" for size in sizes) for sizes in (stated, measured)]
    values = (("stated", f"{texts[0]} mm"), ("affine", f"{texts[1]} mm"))
    # Written so that NaN counts as a difference.
    if not (np.abs(stated - measured) <= SIZE_TOLERANCE * measured).all():
        return Finding(
            name,
            "broken",
            f"The header states {texts[0]} mm, but the affine in use steps {texts[1]} mm: programs disagree on every "
            "distance and volume.",
            "Find out which is right; with nibabel, img.header.set_zooms or img.set_sform mends it.",
            values,
        )
    return Finding(name, "fine", f"Both say {texts[1]} mm.", values=values)


def find_field_of_view(facts: HeaderFacts) -> Finding:
    """Return whether voxels and field of view have a size that a scan of a head can have."""
    sizes = voxel_sizes(facts.affine)
    extents = sizes * facts.grid_shape
    text = " x ".join(f"{extent:.1f}" for extent in extents)
    values = (("field of view", f"{text} mm"),)
    smallest, largest = PLAUSIBLE_SIZES_MM
    shortest, longest = PLAUSIBLE_EXTENT_MM
    if sizes.min() < smallest or sizes.max() > largest:
        reason = f"A voxel side of {sizes.min():.4g} to {sizes.max():.4g} mm is outside {smallest:g} to {largest:g} mm."
    elif extents.max() < shortest or extents.max() > longest:
        reason = f"The field of view is {text} mm; a head is about 150 x 200 x 150 mm."
    else:
        return Finding("Field of view", "fine", f"The field of view is {text} mm.", values=values)
    return Finding("Field of view", "look here", reason, "Check the voxel sizes and their unit at the source.", values)


def find_length_unit(facts: HeaderFacts) -> Finding:
    """Return whether lengths are stated in millimetres."""
    name, unit = "Unit of length", facts.space_unit
    values = (("unit", unit),)
    if unit == "mm":
        return Finding(name, "fine", "Lengths are in mm.", values=values)
    if unit == "unknown":
        reason = "The header does not say which unit lengths have; everybody assumes mm, nibabel and this app too."
        return Finding(name, "look here", reason, 'Say it: img.header.set_xyzt_units("mm", "sec").', values)
    reason = f"The header says that lengths are in {unit}, but nibabel and most programs read them as mm."
    return Finding(name, "broken", reason, "Convert sizes and affine to mm, and the unit with them.", values)


def find_scaling(facts: HeaderFacts) -> Finding:
    """Return what slope and intercept do to the stored numbers."""
    name, slope, inter = "Scaling", facts.slope, facts.inter
    if slope is None:
        return Finding(
            name, "fine", f"{facts.format} has no slope and intercept of NIfTI's kind; nibabel scales by its rules."
        )
    values = (("slope", f"{slope:g}"), ("intercept", f"{inter:g}"))
    if not (np.isfinite(slope) and np.isfinite(inter)):
        reason = f"Slope {slope:g} and intercept {inter:g} are not both numbers: nibabel does not scale the data."
        return Finding(
            name, "look here", reason, "Other programs may show an empty image: set slope 1, intercept 0.", values
        )
    if slope == 0 and inter != 0:
        reason = f"The slope is 0, which means unscaled, so the intercept of {inter:g} is not applied."
        return Finding(name, "look here", reason, "If it should be applied, set the slope to 1.", values)
    if slope == 0 or (slope, inter) == (1.0, 0.0):
        meaning = "A slope of 0 means unscaled" if slope == 0 else "Slope 1 and intercept 0"
        return Finding(name, "fine", f"{meaning}: the stored numbers are the values.", values=values)
    formula = f"value = {slope:g} x stored + {inter:g}"
    if slope < 0:
        reason = f"The slope is negative, so the largest stored number is the smallest value: {formula}."
        return Finding(
            name, "look here", reason, "Check that bright tissue is bright in every program you use.", values
        )
    return Finding(name, "fine", f"{formula}; img.get_fdata() applies it.", values=values)


def find_dimensions(facts: HeaderFacts) -> Finding:
    """Return whether the array has the axes that one expects: three of space, then at most time."""
    name, shape = "Dimensions", facts.shape
    text = shape_text(shape)
    values = (("shape", text),)
    if facts.is_time_first:
        reason = f"The shape is {text} with time first, as MINC stores it: data[..., t] is no volume here."
        return Finding(
            name, "look here", reason, "Take volume t as data[t], or move the axis with numpy.moveaxis.", values
        )
    if sum(n > 1 for n in shape[3:]) > 1:
        reason = f"The shape is {text}: more than one axis after the three of space."
        return Finding(name, "look here", reason, "Save one of its series as a 4-D file.", values)
    if len(shape) > 3 and shape[-1] == 1:
        reason = f"The shape is {text}: the last axis has length 1, so a single volume is stored as if it were a run."
        return Finding(
            name, "look here", reason, "Functions that want 3-D data need nibabel.squeeze_image(img) first.", values
        )
    if min(facts.grid_shape) == 1:
        reason = f"The shape is {text}: one axis of space has a single voxel, so this is one slice, not a volume."
        return Finding(name, "look here", reason, "Resampling and smoothing across that axis mean nothing.", values)
    return Finding(name, "fine", f"The shape is {text}.", values=values)


def _has_no_orientation(facts: HeaderFacts) -> bool:
    return facts.format == "Analyze" or (facts.forms is not None and facts.forms.used == "neither")
