"""Judge whether two images lie in one space: by their grids, and by the names their files give to their spaces."""

from dataclasses import dataclass
from typing import Literal

from lib.number_text import quantity_text
from lib.spaces.grids import Grid, Overlap, is_same_grid, overlap_of
from lib.spaces.space_names import Space, describe_space

Verdict = Literal["same grid", "same space", "look here", "different spaces"]
# One head in two scans of one session: the smaller box lies almost wholly in the larger one.
LARGE_SHARE = 0.5


@dataclass(frozen=True)
class SpaceVerdict:
    """Whether two images can be laid over each other.

    Attributes
    ----------
    verdict : str
        "same grid", "same space", "look here" or "different spaces".
    sentence : str
        Why, with the numbers.
    overlap : Overlap
    """

    verdict: Verdict
    sentence: str
    overlap: Overlap


@dataclass(frozen=True)
class NameConflict:
    """Why two names of spaces do not agree.

    Attributes
    ----------
    verdict : str
        "look here" for relatives, "different spaces" for strangers.
    sentence : str
    """

    verdict: Verdict
    sentence: str


def judge_spaces(first: Grid, second: Grid, first_space=None, second_space=None) -> SpaceVerdict:
    """Return whether two images share a space, in words with numbers.

    Boxes that overlap are a precondition, not a proof: only an overlay shows whether the anatomy agrees.

    Parameters
    ----------
    first, second : Grid
    first_space, second_space : str, int or None
        BIDS ``space-`` label or NIfTI form code of each image; None when it has none.
    """
    overlap = overlap_of(first, second)
    numbers = _numbers_text(overlap)
    if overlap.volume == 0:
        return SpaceVerdict("different spaces", f"The two boxes do not overlap at all: {numbers}", overlap)
    conflict = name_conflict(first_space, second_space)
    if conflict is not None:
        return SpaceVerdict(conflict.verdict, f"{conflict.sentence} The boxes alone would not tell: {numbers}", overlap)
    if is_same_grid(first, second):
        sentence = f"Same shape and same affine, so voxel (i, j, k) is the same place in both: {numbers}"
        return SpaceVerdict("same grid", sentence, overlap)
    if max(overlap.share_of_first, overlap.share_of_second) < LARGE_SHARE:
        sentence = f"The two boxes share less than half of either, unusual for two images of one head: {numbers}"
        return SpaceVerdict("look here", sentence, overlap)
    sentence = (
        f"Different grids that fit into one world: {numbers} Look at the overlay to see whether the anatomy agrees."
    )
    return SpaceVerdict("same space", sentence, overlap)


def name_conflict(first_space, second_space) -> NameConflict | None:
    """Return why two names or codes do not mean the same coordinates; None if they may.

    Names that say nothing never conflict: code 0, code 2 (aligned, to some other file), labels not in the glossary.
    A scanner's space and a person's T1w may be one and the same.

    Parameters
    ----------
    first_space, second_space : str, int or None
        BIDS ``space-`` label or NIfTI form code.
    """
    first, second = _known(first_space), _known(second_space)
    if first is None or second is None or first.name == second.name:
        return None
    families = {first.family, second.family}
    if "template" in families and "individual" not in families:
        return None  # code 5 is "some template": it may be the other one
    if first.family != second.family:
        return NameConflict(
            "different spaces",
            f"By name these are two spaces, {first.name} and {second.name}: the same coordinates are different places "
            "of the brain until one image is registered to the other.",
        )
    if first.is_specific and second.is_specific:
        return NameConflict(
            "look here",
            f"{first.name} and {second.name} are close relatives, but not one space: the same coordinates can be a few "
            "millimetres apart.",
        )
    return None


def _known(space) -> Space | None:
    """Return the space of a name that says something, else None."""
    found = None if space is None else describe_space(space)
    return None if found is None or found.family == "unstated" else found


def _numbers_text(overlap: Overlap) -> str:
    return (
        f"{overlap.volume / 1000:,.1f} cm³ in common ({overlap.share_of_first:.0%} of the first box, "
        f"{overlap.share_of_second:.0%} of the second), centres {quantity_text(overlap.centre_distance, 'mm')} apart."
    )
