"""What surrounds every page: navigation, the chosen image, the cursor, and the place where errors are shown."""

import math
import sys
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from uuid import uuid4

import streamlit as st
from streamlit.errors import StreamlitAPIException

from lib import cache, library
from lib.errors import InputError
from lib.images import Image
from lib.spaces import centre_voxel, is_inside, nearest_voxel, world_from_voxel

DEFAULT_IMAGE = "mni152-t1"
AXES = ("x", "y", "z")
# Far beyond any scanner's bore: a number larger than this in a link is a mistake, not a place.
MAX_MM = 10_000


def pages() -> list:
    """Return the pages in the order of the navigation; the first is the one at the root."""
    return [
        st.Page("pages/studies.py", title="Studies", icon=":material/folder_open:", default=True),
        st.Page("pages/anatomy.py", title="Anatomy", icon=":material/view_in_ar:"),
    ]


def run() -> None:
    """Draw the frame and run the chosen page: all that the entry script does."""
    st.set_page_config(page_title="Voxel Explorer", page_icon=":material/grid_on:", layout="wide")
    page = st.navigation(pages(), position="top")
    st.session_state["frame_is_drawn"] = True
    try:
        with errors_shown():
            page.run()
    finally:
        st.session_state["frame_is_drawn"] = False


def guard() -> None:
    """Stop a page that Streamlit runs without the entry script, and start over with it.

    Until somebody has opened the app's root on a cold server, Streamlit takes files under pages/ for pages of its own
    older kind and runs the one in the link by itself.
    """
    if not st.session_state.get("frame_is_drawn"):
        st.navigation(pages(), position="top")
        st.rerun()


@contextmanager
def errors_shown():
    """Show an `InputError` as one sentence; anything else is a bug and passes."""
    try:
        yield
    except InputError as error:
        show_error(error)


def show_error(error: InputError) -> None:
    """Show the sentence of an `InputError`."""
    st.error(str(error), title="This cannot be shown", icon=":material/error:")


def fragment(key: str) -> Callable:
    """Return a decorator: a part of a page that reruns by itself, under a name, with its errors shown in place."""

    def decorate(function: Callable) -> Callable:
        @st.fragment(key=key)
        @wraps(function)
        def run_part(*args, **kwargs):
            with errors_shown():
                return function(*args, **kwargs)

        return run_part

    return decorate


# --- the chosen image -----------------------------------------------------------------------------------------------


def start_folders() -> tuple[library.StartFolder, ...]:
    """Return the folders given after ``--`` when the server was started."""
    return library.name_start_folders(sys.argv[1:])


def uploads() -> dict[str, Path]:
    """Return this session's uploads: file name -> where it is kept."""
    return st.session_state.setdefault("uploads", {})


def image_ids() -> list[str]:
    """Return the ids that can be chosen: bundled, of the start folders, and uploaded, newest first."""
    listed = [image_id for folder in start_folders() for image_id in cache.list_folder(folder)]
    uploaded = [f"{library.UPLOAD}/{name}" for name in reversed(uploads())]
    return [*uploaded, *library.BUNDLED, *listed]


def open_by_id(image_id: str) -> Image:
    """Open the image behind an id.

    Raises
    ------
    InputError
        There is no such image, it may not be opened, or it cannot be read.
    """
    path = library.find_image(image_id, start_folders(), uploads())
    return cache.open_image(path, image_id.rpartition("/")[2] if "/" in image_id else path.name)


def choose_image() -> Image:
    """Let the visitor choose an image in the sidebar, by list, link or upload; return it, or stop the page."""
    with st.sidebar:
        image_id = choose_image_id("Image", "image", DEFAULT_IMAGE)
        _offer_upload()
    for problem in ("link_problem", "upload_problem"):
        if problem in st.session_state:
            show_error(st.session_state[problem])
    if image_id is None:
        st.info("No image is chosen. Choose one in the sidebar, or upload your own.", icon=":material/image_search:")
        st.stop()
    return open_by_id(image_id)


def choose_image_id(label: str, key: str, default: str | None, **options) -> str | None:
    """Show a searchable list of all images, bound to the query parameter `key`; return the chosen id."""
    ids = image_ids()
    _take_link(key, ids, default)
    chosen = st.session_state.get(key)
    if chosen is not None and chosen not in ids:
        ids.append(chosen)
    return st.selectbox(
        label,
        ids,
        index=None,
        key=key,
        bind="query-params",
        placeholder="Type to search",
        on_change=_forget_problems,
        **options,
    )


def _take_link(key: str, ids: list[str], default: str | None) -> None:
    """Set the first choice of a session from its link, or say what is wrong with the link."""
    if f"{key}_was_linked" in st.session_state:
        return
    st.session_state[f"{key}_was_linked"] = True
    linked = st.query_params.get(key)
    if linked and linked not in ids:
        try:
            open_by_id(linked)
            st.session_state[key] = linked
        except InputError as error:
            st.session_state["link_problem"] = error
            st.session_state[key] = default
    elif key not in st.session_state:
        st.session_state[key] = linked or default


def _forget_problems() -> None:
    st.session_state.pop("link_problem", None)
    st.session_state.pop("upload_problem", None)


def _offer_upload() -> None:
    number = st.session_state.setdefault("upload_number", 0)
    st.file_uploader(
        "Open your own image",
        key=f"upload-{number}",
        help="NIfTI (.nii, .nii.gz) or FreeSurfer (.mgz, .mgh). It stays with this session and is deleted with it.",
        on_change=_take_upload,
    )


def _take_upload() -> None:
    """Spool an upload to disk, choose it, and empty the uploader, which would keep a second copy in memory."""
    number = st.session_state["upload_number"]
    uploaded = st.session_state.get(f"upload-{number}")
    _forget_problems()
    if uploaded is None:
        return
    st.session_state["upload_number"] = number + 1
    try:
        name, path = cache.spool_upload(uploaded)
        cache.open_image(path, name)
    except InputError as error:
        st.session_state["upload_problem"] = error
        return
    uploads()[name] = path
    st.session_state["image"] = f"{library.UPLOAD}/{name}"


# --- the cursor -----------------------------------------------------------------------------------------------------


def cursor(image: Image) -> dict:
    """Return the cursor: ``x``, ``y``, ``z`` in world mm, volume ``t``, and the stamp of Python's last move.

    A session's first cursor comes from its link, else from the image's centre voxel. When another image is chosen the
    point stays, unless it lies outside the new grid.
    """
    state = st.session_state
    if "cursor" not in state:
        state["cursor"] = _linked_cursor(image)
    elif state.get("cursor_image") != image.key and not _shows(image, state["cursor"]):
        move_cursor(*_centre(image))
    state["cursor_image"] = image.key
    return state["cursor"]


def move_cursor(x: float, y: float, z: float, t: int | None = None) -> None:
    """Move the cursor from Python's side: the browser takes it over because the stamp is new."""
    volume = st.session_state.get("cursor", {}).get("t", 0) if t is None else t
    st.session_state["cursor"] = {"x": float(x), "y": float(y), "z": float(z), "t": int(volume), "stamp": uuid4().hex}


def take_cursor(key: str, fragments: Iterable[str]) -> None:
    """Take over the cursor that the person moved in the chart `key`, and rerun only the named fragments."""
    moved = st.session_state[key].get("cursor")
    if moved and "cursor" in st.session_state:
        st.session_state["cursor"] = {**st.session_state["cursor"], **_checked(moved)}
    rerun_only(fragments)


def rerun_only(fragments: Iterable[str]) -> None:
    """Rerun the named fragments instead of the page; called from a callback."""
    try:
        st.rerun(list(fragments))
    except StreamlitAPIException:
        # The last run of the page was cut short before it drew them; the run that follows draws everything.
        return


def point(cursor: dict) -> tuple[float, float, float]:
    """Return the cursor's place in world mm."""
    return cursor["x"], cursor["y"], cursor["z"]


def _checked(moved: dict) -> dict:
    """Return what the browser sent, as numbers."""
    return {axis: float(moved[axis]) for axis in AXES} | {"t": max(0, int(moved.get("t") or 0))}


def _centre(image: Image) -> tuple[float, float, float]:
    x, y, z = world_from_voxel(image.affine, centre_voxel(image.shape)).tolist()
    return x, y, z


def _shows(image: Image, cursor: dict) -> bool:
    return is_inside(image.shape, nearest_voxel(image.affine, point(cursor)))


def _linked_cursor(image: Image) -> dict:
    x, y, z = (
        _linked_number(axis, default) for axis, default in zip(AXES, _centre(image), strict=True)
    )
    t = _linked_number("t", 0)
    return {"x": x, "y": y, "z": z, "t": max(0, round(t)), "stamp": uuid4().hex}


def _linked_number(name: str, default: float) -> float:
    text = st.query_params.get(name)
    if text is None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) <= MAX_MM:
        st.session_state["link_problem"] = InputError(
            f'The link says {name}={text}, but {name} must be a number{" of mm" if name != "t" else ""}. '
            "The centre of the image is shown instead."
        )
        return default
    return number
