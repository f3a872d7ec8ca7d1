"""Say what each part of an affine means: one sentence a part, with the function that computes its number."""

from dataclasses import dataclass

import numpy as np
from nibabel.affines import apply_affine

from lib.number_text import fixed_text
from lib.spaces.affines import AffineParts, take_apart
from lib.spaces.coordinates import OPPOSITES, voxel_from_world

TOWARDS = {"R": "right", "L": "left", "A": "anterior", "P": "posterior", "S": "superior", "I": "inferior"}
# A tilt or lean below this is the rounding of float32 headers.
NOTABLE_DEGREES = 0.05


@dataclass(frozen=True)
class PartSentence:
    """One part of an affine in words.

    Attributes
    ----------
    name : str
        What the part is called.
    value : str
        Its numbers, with units.
    sentence : str
        What they mean.
    function : str
        Where to get them: a call a reader can type.
    """

    name: str
    value: str
    sentence: str
    function: str


def describe_affine(affine, shape) -> tuple[PartSentence, ...]:
    """Return a sentence for each part of the affine of a grid.

    Parameters
    ----------
    affine : (4, 4) array-like, voxel indices -> world mm
    shape : (3,) voxels

    Raises
    ------
    InputError
        The affine cannot be inverted.
    """
    parts = take_apart(affine)
    return (
        _voxel_sizes(parts),
        _axes(parts),
        _handedness(parts),
        _tilt(parts),
        _obliquity(parts),
        _shear(parts),
        _translation(parts),
        _origin(affine, shape),
        _isocentre(affine, shape),
    )


def direction_words(axcodes) -> tuple[str, ...]:
    """Return what each index grows along: ``("L", "A", "S")`` -> ``("right to left", ...)``."""
    return tuple(f"{TOWARDS[OPPOSITES[code]]} to {TOWARDS[code]}" for code in axcodes)


def _triple(values, decimals: int) -> str:
    return ", ".join(fixed_text(value, decimals) for value in values)


def _voxel_sizes(parts: AffineParts) -> PartSentence:
    i, j, k = (fixed_text(size, 3) for size in parts.voxel_sizes)
    return PartSentence(
        "Voxel sizes",
        f"{i} x {j} x {k} mm",
        f"One step in i moves {i} mm through the world, one in j {j} mm, one in k {k} mm: the lengths of the columns.",
        "nibabel.affines.voxel_sizes(affine)",
    )


def _axes(parts: AffineParts) -> PartSentence:
    i, j, k = direction_words(parts.axcodes)
    return PartSentence(
        "Axis directions",
        "".join(parts.axcodes),
        f"As its index grows, i runs {i}, j runs {j} and k runs {k}, or nearly so when the image is tilted.",
        "nibabel.orientations.aff2axcodes(affine)",
    )


def _handedness(parts: AffineParts) -> PartSentence:
    determinant = np.linalg.det(parts.storage) * np.prod(parts.voxel_sizes) * np.linalg.det(parts.shear)
    left = parts.is_left_handed
    return PartSentence(
        "Handedness",
        "left-handed" if left else "right-handed",
        f"The determinant is {fixed_text(determinant, 3)} mm³, "
        + (
            "negative: i, j, k form a left hand (radiological storage). That is no fault; the affine accounts for it."
            if left
            else "positive: i, j, k form a right hand, as x, y, z do (neurological storage)."
        ),
        "numpy.linalg.det(affine[:3, :3])",
    )


def _tilt(parts: AffineParts) -> PartSentence:
    x, y, z = (fixed_text(angle, 2) for angle in parts.tilt_degrees)
    if parts.turn_degrees < NOTABLE_DEGREES:
        sentence = "The voxel axes run along the world axes: nothing is turned."
    else:
        sentence = (
            f"The grid is turned by {fixed_text(parts.turn_degrees, 2)} degrees in all: {z} about z (up) first, "
            f"then {y} about y (front), then {x} about x (right)."
        )
    return PartSentence(
        "Rotation",
        f"{x}, {y}, {z} degrees about x, y, z",
        sentence,
        "numpy.rad2deg(nibabel.eulerangles.mat2euler(tilt))  # z, y, x",
    )


def _obliquity(parts: AffineParts) -> PartSentence:
    x, y, z = (fixed_text(angle, 2) for angle in parts.obliquity_degrees)
    return PartSentence(
        "Obliquity",
        f"{x}, {y}, {z} degrees",
        f"The voxel axis nearest to left-right is {x} degrees off it, the one nearest to back-front {y}, "
        f"the one nearest to down-up {z}.",
        "numpy.rad2deg(nibabel.affines.obliquity(affine))",
    )


def _shear(parts: AffineParts) -> PartSentence:
    degrees = parts.largest_shear_degrees
    value = fixed_text(degrees, 2)
    return PartSentence(
        "Shear",
        f"{value} degrees",
        "The voxel axes are at right angles: nothing is sheared."
        if degrees < NOTABLE_DEGREES
        else f"Two voxel axes miss a right angle by {value} degrees, so voxels are slanted. A qform cannot store that.",
        "scipy.linalg.polar(affine[:3, :3] / nibabel.affines.voxel_sizes(affine))",
    )


def _translation(parts: AffineParts) -> PartSentence:
    value = _triple(parts.translation, 2)
    return PartSentence(
        "Translation",
        f"{value} mm",
        f"The centre of voxel (0, 0, 0) lies at ({value}) mm: the last column.",
        "affine[:3, 3]",
    )


def _origin(affine, shape) -> PartSentence:
    ijk = voxel_from_world(affine, (0.0, 0.0, 0.0))
    value = _triple(ijk, 2)
    inside = bool(np.all((ijk >= -0.5) & (ijk < np.asarray(shape[:3]) - 0.5)))
    return PartSentence(
        "World origin",
        f"voxel ({value})",
        f"The world origin, (0, 0, 0) mm, is at voxel ({value}), "
        + ("inside the image." if inside else "outside the image."),
        "nibabel.affines.apply_affine(numpy.linalg.inv(affine), (0, 0, 0))",
    )


def _isocentre(affine, shape) -> PartSentence:
    centre = apply_affine(affine, (np.asarray(shape[:3]) - 1) / 2)
    distance = fixed_text(np.linalg.norm(centre), 1)
    return PartSentence(
        "Isocentre",
        f"{distance} mm",
        f"The image centre lies at ({_triple(centre, 1)}) mm. In scanner space (0, 0, 0) is the magnet's isocentre, so "
        f"the isocentre is {distance} mm from the image centre.",
        "nibabel.affines.apply_affine(affine, (numpy.array(shape) - 1) / 2)",
    )
