"""What the first page offers: three ways in, and the chosen image with the way from it to each page."""

import streamlit as st

from lib.session import frame, image_choice, pages, sample_building, study_files
from lib.studies.image_ids import SAMPLE, StartFolder
from lib.studies.sample_study import FIRST_IMAGE
from lib.views.studies import downloads
from lib.views.studies.sample_views import GAME, open_view


def offer_ways_in() -> StartFolder:
    """Show the sample, the upload and the server's folders, one below the other; return the chosen study's folder."""
    with st.container(border=True, key="way-sample", gap="xsmall"):
        st.markdown("**The sample:** two simulated people whose true answers are known. Nobody was scanned.")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Open the sample", type="primary", on_click=open_view, args=(GAME,), key="open-sample")
            st.button("Browse the sample study", type="tertiary", on_click=_browse_sample, key="browse-sample")
    with st.container(border=True, key="way-upload"):
        image_choice.offer_upload()
    with st.container(border=True, key="way-study", gap="xsmall"):
        folder = _choose_study()
        if not image_choice.start_folders():
            st.caption("For folders of your own, start the app with `streamlit run app.py -- FOLDER`")
        downloads.offer_downloads()
    # A place of its own, so that nothing below moves into another's when a download begins.
    with st.container():
        downloads.show_downloads()
    return folder


def choose_image() -> str | None:
    """Show the chosen image, to be changed here for all pages, with a link to each that shows it; return its id."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="chosen"):
        st.markdown("**Chosen image**", width="content")
        image_id = image_choice.choose_id(
            "Chosen image", "image", image_choice.DEFAULT_IMAGE, width=480, label_visibility="collapsed"
        )
        if image_id is not None:
            for page in pages.PAGES:
                if "image" in page.needs:
                    pages.link(page.name)
    if image_id is not None:
        with image_choice.refusal_shown("image"):
            image_choice.require_there(image_id)
    return image_id


def _browse_sample() -> None:
    """Choose the sample's first image, and begin to build it while the person reads on."""
    frame.forget_problems()
    image_choice.choose_now("image", f"{SAMPLE}/{FIRST_IMAGE}")
    st.session_state["study"] = SAMPLE
    sample_building.start_building(FIRST_IMAGE)


def _choose_study() -> StartFolder:
    folders = {folder.name: folder for folder in study_files.study_folders()}
    _follow_image()
    if st.session_state.get("study") not in folders:
        linked = st.query_params.get("study")
        st.session_state["study"] = linked if linked in folders else next(iter(folders))
    name = st.selectbox(
        "Open a study of this server", list(folders), key="study", bind="query-params",
        help="The folders that the server was started with, what was downloaded, and the sample.",
    )  # fmt: skip
    return folders[name]


def _follow_image() -> None:
    """Show the study of the chosen image whenever another one was chosen; a link may name another study."""
    image_id = st.session_state.get("image") or image_choice.linked_id("image")
    is_first = "study_followed" not in st.session_state
    if is_first or st.session_state["study_followed"] != image_id:
        folder = study_files.folder_of(image_id)
        if folder is not None and not (is_first and "study" in st.query_params):
            st.session_state["study"] = folder.name
        st.session_state["study_followed"] = image_id
