"""Why does the cursor stand here? What a run's first place is, how it was found, and what that does not mean."""

import streamlit as st

from lib.cache.first_places import FirstPlace
from lib.images.image import Image
from lib.plain_text import escape_markdown
from lib.session import cursor
from lib.spaces.coordinates import world_from_voxel
from lib.timecourses.first_place import ALL_TOGETHER, FEWEST_TRIALS, GREY_FROM, GREY_TO

HRF = "nilearn's Glover model of the haemodynamic response (HRF)"
MASK = (
    "the brain mask that nilearn's compute_epi_mask finds in the run's mean, of a large grid in every n-th voxel of it"
)


def show_first_place(found: FirstPlace | None, image: Image) -> None:
    """Say in a line what is to be seen at the run's first place, or offer to go there; nothing where there is none.

    Called inside the cursor's fragment.
    """
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", width="content", key="why-here"):
        if cursor.voxel(image) == found.ijk:
            st.caption(escape_markdown(_seen(found)), width="content")
            with st.popover("Why here?", type="tertiary", key="why"):
                st.markdown(escape_markdown(_reason(found)))
        else:
            place = world_from_voxel(image.affine, found.ijk)
            icon = ":material/my_location:"
            st.button(_offer(found), type="tertiary", icon=icon, key="go-first", on_click=cursor.move_to, args=(place,))


def _seen(found: FirstPlace) -> str:
    if found.condition:
        return f"This voxel follows {_named(found)}: r {found.value:.2f} with the response expected of it."
    return f"This voxel is steady, probably grey matter: tSNR {found.value:.0f}."


def _offer(found: FirstPlace) -> str:
    if found.condition:
        return escape_markdown(f"Go to the voxel that follows {_named(found)}")
    return "Go to a steady voxel"


def _named(found: FirstPlace) -> str:
    return found.condition if found.condition == ALL_TOGETHER else f'"{found.condition}"'


def _reason(found: FirstPlace) -> str:
    if not found.condition:
        return (
            "No response to events could be looked for in this run, so the cursor stands where the signal is steady: "
            f"at the highest tSNR (mean / SD over time, no unit; here {found.value:.1f}, mean of its neighbourhood "
            f"{found.around:.1f}) among {found.n_looked_at:,} voxels that are probably grey matter. Those are guessed "
            f"from their brightness, percentiles {GREY_FROM} to {GREY_TO} of the voxels in {MASK}; nobody has "
            "segmented this brain."
        )
    dropped = f"the first {found.dropped} volumes left out as non-steady, " if found.dropped else ""
    order = f"a slow drift taken out of both (polynomial of order {found.order})"
    return (
        f"Around this voxel the signal follows {_named(found)} better than anywhere else in the brain. It was found by "
        "Pearson's correlation r (no unit, -1 to 1) of each voxel's time course with the events convolved with "
        f"{HRF}, {dropped}{order}. Each condition with {FEWEST_TRIALS} events or more was tried, and all events as "
        f"one. The mean r over 3 x 3 x 3 voxels is the highest here, {found.around:.2f}, among {found.n_looked_at:,} "
        f"voxels of {MASK}; the voxel with the highest r of these 27 is shown, {found.value:.2f}. "
        "This is no statistical test: the best of so many voxels looks good in noise too. It is a place to begin at."
    )
