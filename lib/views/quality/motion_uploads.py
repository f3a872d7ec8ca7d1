"""Motion parameters that the visitor brought for a run: offered, taken, and listed."""

import streamlit as st

from lib.cache.uploads import keep_table
from lib.errors import InputError
from lib.images.image import Image
from lib.session import told_choice, uploader
from lib.session.frame import show_error
from lib.session.study_files import PairedFile
from lib.studies.uploaded_tables import MAX_TABLE_BYTES

NAME, PROBLEM = "motion-upload", "motion_upload_problem"


def uploads_for(image: Image) -> list[PairedFile]:
    """Return what was uploaded for this run in this session."""
    return st.session_state.setdefault("motion_uploads", {}).setdefault(image.key, [])


def offer_upload() -> None:
    """Show the uploader; what is uploaded belongs to the run that the page shows."""
    st.file_uploader(
        "Motion parameters or confounds of this run",
        key=uploader.uploader_key(NAME),
        help="FSL .par, SPM rp_*.txt, AFNI .1D, fMRIPrep confounds .tsv. It stays with this session.",
        max_upload_size=MAX_TABLE_BYTES >> 20,
    )


def take_upload(image: Image, list_key: str) -> None:
    """Keep what was uploaded for this run, choose it in the list of that key, and empty the uploader."""
    uploaded = uploader.waiting(NAME)
    if uploaded is None:
        return
    st.session_state.pop(PROBLEM, None)
    try:
        upload = keep_table(uploaded)
    except InputError as error:
        st.session_state[PROBLEM] = error
    else:
        file = PairedFile("", upload.path, upload.name)
        uploads = uploads_for(image)
        uploads[:] = [*(other for other in uploads if other.name != file.name), file]
        told_choice.choose_now(list_key, file.name)
    uploader.empty(NAME)


def show_upload_problem() -> None:
    """Say what was wrong with the last upload."""
    if PROBLEM in st.session_state:
        show_error(st.session_state[PROBLEM])
