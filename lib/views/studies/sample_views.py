"""What could one do here? Views of the sample and the template, each a picture that the app drew and a sentence."""

from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from lib.session import cursor, frame, leaving
from lib.studies.image_ids import SAMPLE
from lib.studies.simulated.known import KNOWN, find_run

PICTURES = Path(__file__).parents[3] / "docs" / "first"


@dataclass(frozen=True)
class SampleView:
    """A view that a person can be taken to.

    Attributes
    ----------
    page : name of the page.
    image_id : what is open there.
    sentence : what one does there.
    picture : name of the picture in `docs/first`.
    alt : what the picture shows.
    chosen : control of that page -> what it is set to.
    over : id of the image that lies over it.
    place : (x, y, z) mm where the cursor stands; None where the page's own first place is looked at.
    """

    page: str
    image_id: str
    sentence: str = ""
    picture: str = ""
    alt: str = ""
    chosen: dict = field(default_factory=dict)
    over: str | None = None
    place: tuple[float, float, float] | None = None


GAME_RUN = f"{SAMPLE}/{find_run('01', 'game').path}"
# The volumes before the steady state would set the scale of the time course.
STEADY = {"drop": KNOWN.n_non_steady}
GAME = SampleView(
    "timeseries", GAME_RUN, "Follow one voxel over time, the task's events behind it.", "course.png",
    "A time course that rises during each of four blocks", chosen=STEADY,
)  # fmt: skip
VIEWS = (
    GAME,
    SampleView(
        "quality", GAME_RUN, "Judge a run: motion, spikes, all signals as a carpet.", "carpet.png",
        "Curves of head motion over a grey carpet of signals, with a jump and a spike",
    ),
    SampleView(
        "spaces", f"{SAMPLE}/sub-01/anat/sub-01_acq-mismatch_T1w.nii.gz",
        "See why a header says two places for one voxel.", "spaces.png",
        "Two slices of a head whose header contradicts itself", chosen={"tab": "Header doctor"},
    ),
    SampleView(
        "anatomy", "mni152-t1", "Lay a map over an anatomy, with your own threshold.", "overlay.png",
        "Slices of a brain with a blue and red map over it", over="motor-map", place=(-38.0, -22.0, 56.0),
    ),
    SampleView(
        "anatomy", f"{SAMPLE}/sub-01/anat/sub-01_T1w.nii.gz", "See a whole head at once, slice by slice.",
        "montage.png", "Axial slices of a head, side by side", chosen={"tab": "Montage"},
    ),
)  # fmt: skip


def open_view(view: SampleView) -> None:
    """Go to a view, in a callback; what was chosen by the person for the pages' other images is let go of."""
    frame.forget_problems()
    cursor.forget()
    if view.place is not None:
        cursor.move_to(view.place, t=0)
    leaving.leave_for(view.page, images={"image": view.image_id, "overlay": view.over}, chosen=view.chosen)


def show_views() -> None:
    """Show each view as a picture and a sentence that leads to it."""
    st.markdown("**What you could do next**")
    with st.container(key="next"):
        for number, (column, view) in enumerate(zip(st.columns(len(VIEWS)), VIEWS, strict=True)):
            with column, st.container(gap="xsmall"):
                st.image(str(PICTURES / view.picture), width="stretch", alt=view.alt)
                st.button(
                    view.sentence, key=f"next-{number}", type="tertiary", wrap=True, width="stretch",
                    on_click=open_view, args=(view,),
                )  # fmt: skip
