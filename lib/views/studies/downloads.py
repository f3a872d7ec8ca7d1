"""Offer public data for download: what it is, how much, under which licence, from where; then the progress."""

import streamlit as st

from lib.cache.jobs import server_jobs
from lib.cache.studies import ids_in_folder
from lib.images.size_limits import size_text
from lib.jobs import Job
from lib.session import image_choice
from lib.session.progress import show_end, show_progress
from lib.studies.downloading import are_downloads_offered, download, downloaded_subjects, downloads_folder
from lib.studies.public_data import DATASETS, Dataset, find_dataset

PANEL = "download-panel"


def offer_downloads() -> None:
    """Show what can be downloaded, and a button for each; nothing is asked of any network before it is pressed.

    On a server whose owner has switched downloads off, nothing is shown.
    """
    if not are_downloads_offered():
        return
    panel = st.popover(
        "Download public data", icon=":material/download:", type="tertiary", key=PANEL, on_change="rerun"
    )
    if not panel.open:
        return
    with panel:
        titles = {dataset.title: dataset for dataset in DATASETS}
        dataset = titles[st.selectbox("Data set", list(titles), key="dataset")]
        st.write(dataset.about)
        n_subjects = _choose_subjects(dataset)
        st.markdown(
            f"**Size** about {size_text(dataset.download_bytes(n_subjects))}  \n"
            f"**Licence** {dataset.licence}  \n"
            f"**Source** {dataset.source}, fetched by nilearn"
        )
        there = downloaded_subjects(dataset)
        if there >= n_subjects:
            st.caption("It is here already.")
            st.button("Open it", on_click=_open, args=(dataset.key,), key="open-download")
        else:
            st.button("Download", on_click=_start, args=(dataset.key, n_subjects), key="start-download")


def show_downloads() -> None:
    """Show the downloads that go on, and how those that this session saw ended."""
    for dataset in DATASETS:
        job = server_jobs().find(_job_key(dataset.key))
        if job is not None:
            _show_download(dataset, job)


def _show_download(dataset: Dataset, job: Job) -> None:
    seen = st.session_state.setdefault("downloads_seen", [])
    if not job.is_finished:
        if dataset.key not in seen:
            seen.append(dataset.key)
        show_progress(job, key=f"download-{dataset.key}")
    elif dataset.key in seen:
        with st.container(horizontal=True, vertical_alignment="center"):
            if job.error is None:
                st.success(f"{dataset.title} is here.", icon=":material/download_done:")
                st.button("Open it", on_click=_open, args=(dataset.key,), key=f"open-{dataset.key}")
            else:
                show_end(job)
                st.button("Close", on_click=_close, args=(dataset.key,), key=f"close-{dataset.key}")


def _choose_subjects(dataset: Dataset) -> int:
    if dataset.n_most == 1:
        return 1
    there = max(1, downloaded_subjects(dataset))
    return st.number_input("Subjects", 1, dataset.n_most, there, key=f"subjects-{dataset.key}")


def _start(key: str, n_subjects: int) -> None:
    st.session_state[PANEL] = False
    dataset = find_dataset(key)
    clear_lists = ids_in_folder.clear

    def work(job: Job):
        folder = download(dataset, n_subjects, job.report)
        # More subjects in a folder whose images were listed a moment ago.
        clear_lists()
        return folder

    server_jobs().start(_job_key(key), f"Downloading {dataset.title}", work)


def _open(key: str) -> None:
    st.session_state[PANEL] = False
    path = (downloads_folder() / key).resolve()
    # A folder of the server may have the same name; the download is numbered then.
    st.session_state["study"] = next(folder.name for folder in image_choice.data_folders() if folder.path == path)
    _close(key)


def _close(key: str) -> None:
    seen = st.session_state.get("downloads_seen", [])
    if key in seen:
        seen.remove(key)


def _job_key(key: str) -> str:
    return f"download {key}"
