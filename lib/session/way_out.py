"""Where to go from a page that cannot show the chosen image: the same words and the same two ways on every page."""

import streamlit as st

from lib.images.image import Image
from lib.plain_text import escape_markdown
from lib.session import image_choice, pages, study_files
from lib.session.frame import stop_page
from lib.session.pages import Page
from lib.studies.image_ids import SAMPLE

# What a newcomer opens: two kinds of blocks, and everything that goes with them.
SAMPLE_RUN = "sub-01/func/sub-01_task-game_bold.nii.gz"
# Any image can be looked at there.
FOR_ANY_IMAGE = "anatomy"


def require_run(page: Page, image: Image, image_id: str) -> None:
    """Let a run pass; of an image with one volume, say so, offer two ways out, and stop the page."""
    if image.is_4d:
        return
    other = pages.find_page(FOR_ANY_IMAGE).title
    st.info(
        f"{escape_markdown(image.name)} has one volume, but the {page.title} page needs a 4-D run. Open a run here, "
        f"or look at this image on the {other} page.",
        icon=page.icon,
    )
    with st.container(horizontal=True, vertical_alignment="center", key="way-out"):
        run_id = run_beside(image_id)
        label = f"Open {escape_markdown(run_id.rpartition('/')[2])}"
        st.button(label, on_click=_open, args=(run_id,), type="primary", key="open-run")
        pages.link(FOR_ANY_IMAGE, f"Look at it on the {other} page")
    stop_page()


def run_beside(image_id: str) -> str:
    """Return the id of a run to open in place of an image: of its subject, else of its study, else the sample's."""
    found = study_files.study_of(image_id)
    if found is not None:
        study, file = found
        runs = [run for run in study.of_kind("run") if run.problem is None]
        runs.sort(key=lambda run: (run.subject != file.subject, run.dataset != file.dataset))
        if runs:
            return f"{study_files.folder_of(image_id).name}/{runs[0].path}"
    return f"{SAMPLE}/{SAMPLE_RUN}"


def _open(image_id: str) -> None:
    image_choice.choose_now("image", image_id)
