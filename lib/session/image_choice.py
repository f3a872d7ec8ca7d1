"""Which image the visitor chose: from the list, by a link, or by upload."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from lib.cache.images import open_image, volume_of
from lib.cache.studies import ids_in_folder
from lib.cache.uploads import keep_upload
from lib.errors import InputError
from lib.images.image import Image
from lib.plain_text import escape_markdown
from lib.runs import StoreDamaged
from lib.session import replaced_files, sample_building, told_choice, uploader
from lib.session.frame import forget_problems, once_a_run, show_error, stop_page
from lib.studies.downloading import downloaded_folders
from lib.studies.image_ids import (
    BUNDLED,
    SAMPLE,
    UPLOAD,
    NoSuchImage,
    StartFolder,
    find_image,
    name_start_folders,
    own_id,
    split_missing,
)
from lib.studies.near_names import near_names
from lib.studies.sample_study import sample_images

DEFAULT_IMAGE = "mni152-t1"
# The uploader beside the sentence that an upload is not here any more; the other one may lie in a closed sidebar.
AGAIN = "upload-again"


@once_a_run
def data_folders() -> tuple[StartFolder, ...]:
    """Return the folders whose images can be opened: the start folders, and public data that was downloaded.

    One that is missing is said, and nothing else suffers from it.
    """
    folders = name_start_folders([*sys.argv[1:], *map(str, downloaded_folders())])
    there, st.session_state["folder_problem"] = split_missing(folders)
    return there


def start_folders() -> tuple[StartFolder, ...]:
    """Return those of the data folders that were given after ``--`` when the server was started."""
    return tuple(folder for folder in data_folders() if folder.argument in sys.argv[1:])


def uploads() -> dict[str, Path]:
    """Return this session's uploads: file name -> where it is kept."""
    return st.session_state.setdefault("uploads", {})


def image_ids() -> list[str]:
    """Return the ids that can be chosen: uploaded, newest first, bundled, sample, and those of the data folders."""
    listed = [image_id for folder in data_folders() for image_id in ids_in_folder(folder)]
    uploaded = [f"{UPLOAD}/{name}" for name in reversed(uploads())]
    sample = [f"{SAMPLE}/{path}" for path in sample_images()]
    return [*uploaded, *BUNDLED, *sample, *listed]


def open_by_id(image_id: str) -> Image:
    """Open the image behind an id; while one of the sample is being simulated, show that and stop the page.

    Raises
    ------
    InputError
        There is no such image, it may not be opened, or it cannot be read.
    """
    path = find_image(image_id, data_folders(), uploads())
    if image_id.startswith(f"{SAMPLE}/"):
        sample_building.require_built(image_id.removeprefix(f"{SAMPLE}/"))
    image = open_image(path, image_id if image_id in BUNDLED else path.name)
    # An upload of the same name was put there by the visitor.
    if not image_id.startswith(f"{UPLOAD}/"):
        replaced_files.note_opened(image_id, image)
    return image


def require_there(image_id: str) -> None:
    """Refuse an id that nothing answers to, or whose image may not be opened; nothing is opened.

    Raises
    ------
    InputError
        See `open_by_id`.
    """
    find_image(image_id, data_folders(), uploads())


def require_image(offer: Callable[[], None] | None = None) -> Image:
    """Let the visitor choose an image in the sidebar; return it, or say what is missing and stop the page.

    Where there is no such image, as after a link to an upload of a session that has ended, names near it are offered.

    Parameters
    ----------
    offer : callable, optional
        Shows what could be opened where no image is chosen.
    """
    _take_upload()
    with st.sidebar:
        image_id = choose_id("Image", "image", DEFAULT_IMAGE)
        # Folded, not in a popover: that takes an upload under way with it when it closes.
        with st.expander("Open your own image", icon=":material/upload:"):
            offer_upload()
    if image_id is None:
        st.info("No image is chosen. Choose one in the sidebar, or upload your own.", icon=":material/image_search:")
        if offer is not None:
            offer()
        stop_page()
    with refusal_shown("image"):
        return open_by_id(image_id)
    if image_id.startswith(f"{UPLOAD}/") and image_id.removeprefix(f"{UPLOAD}/") not in uploads():
        with st.container(key=AGAIN):
            _show_uploader(AGAIN, "Upload it again")
    stop_page()


def choose_id(
    label: str,
    key: str,
    default: str | None,
    *,
    more: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
    **options,
) -> str | None:
    """Show a searchable list of all images, bound to the query parameter `key`; return the chosen id.

    What a link names stays chosen though nothing answers to it, so that no other image is shown in its place, and the
    address stays as it is.

    Parameters
    ----------
    more, without : tuple of str
        Ids that are offered besides the images', and images that are not.
    """
    ids = [image_id for image_id in (*more, *image_ids()) if image_id not in without]
    told_choice.restore(key)
    _take_link(key, default)
    kept = f"{key}_kept"
    chosen = chosen_id(key)
    if chosen is not None and chosen == st.session_state.get(kept):
        # Said anew: on another page the list is another widget, and starts empty where the address does not name it.
        st.session_state[key] = chosen
    if chosen is not None and chosen not in ids:
        ids.append(chosen)
    options = {"placeholder": "Type to search", "on_change": forget_problems, **options}
    st.session_state[kept] = st.selectbox(label, ids, index=None, key=key, bind="query-params", **options)
    return st.session_state[kept]


def is_known(key: str) -> bool:
    """Return whether a list of that key was ever shown to this visitor."""
    return f"{key}_kept" in st.session_state


def chosen_id(key: str) -> str | None:
    """Return what is chosen in the list `key`, whether or not this page has shown it already."""
    return st.session_state.get(key, st.session_state.get(f"{key}_kept"))


def choose_now(key: str, image_id: str | None) -> None:
    """Choose an id in the list `key`, which must not have been shown in this run yet."""
    st.session_state[f"{key}_kept"] = image_id
    told_choice.choose_now(key, image_id)


def linked_id(key: str) -> str | None:
    """Return what the link names in the list `key`, by the id that it has here."""
    linked = st.query_params.get(key)
    try:
        return own_id(linked, data_folders()) if linked else None
    except NoSuchImage:
        return linked


@contextmanager
def refusal_shown(key: str) -> Iterator[None]:
    """Say why what is chosen in the list `key` cannot be opened; where it is not there, offer the names near it."""
    try:
        yield
    except NoSuchImage as missing:
        show_error(missing)
        _offer_near(key, missing.candidates or near_names(chosen_id(key), image_ids()))
    except StoreDamaged:
        raise
    except InputError as error:
        show_error(error)


def _offer_near(key: str, ids: tuple[str, ...]) -> None:
    if not ids:
        return
    with st.container(key=f"near-{key}", gap="xsmall"):
        st.caption("Names near it:" if len(ids) > 1 else "A name near it:")
        for number, image_id in enumerate(ids):
            st.button(
                escape_markdown(image_id), key=f"near-{key}-{number}", on_click=_choose_near, args=(key, image_id),
                type="tertiary", icon=":material/arrow_forward:",
            )  # fmt: skip


def _choose_near(key: str, image_id: str) -> None:
    forget_problems()
    choose_now(key, image_id)


def _take_link(key: str, default: str | None) -> None:
    """Set the first choice of a session from its link."""
    if f"{key}_was_linked" in st.session_state:
        return
    st.session_state[f"{key}_was_linked"] = True
    if key not in st.session_state:
        st.session_state[key] = linked_id(key) or default


def offer_upload() -> None:
    """Show the uploader; what is uploaded becomes the chosen image, if no list has shown that in this run yet."""
    _take_upload()
    _show_uploader(UPLOAD, "Open your own image")


def _show_uploader(name: str, label: str) -> None:
    st.file_uploader(
        label,
        key=uploader.uploader_key(name),
        help="NIfTI (.nii, .nii.gz) or FreeSurfer (.mgz, .mgh). It stays with this session and is deleted with it.",
    )


def _take_upload() -> None:
    """Spool an upload to disk, choose it, and empty the uploader."""
    for name in (UPLOAD, AGAIN):
        uploaded = uploader.waiting(name)
        if uploaded is not None:
            _take(uploaded)
            uploader.empty(name)


def _take(uploaded) -> None:
    forget_problems()
    try:
        upload = keep_upload(uploaded)
        volume_of(open_image(upload.path, upload.name))
    except InputError as error:
        st.session_state["upload_problem"] = error
    else:
        uploads()[upload.name] = upload.path
        choose_now("image", f"{UPLOAD}/{upload.name}")
