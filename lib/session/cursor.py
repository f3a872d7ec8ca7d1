"""Where the visitor looks: one point in world mm and one volume, for all pages and images, and in the link."""

import math
from collections.abc import Callable
from uuid import uuid4

import streamlit as st

from lib.errors import InputError
from lib.images.image import Image
from lib.plain_text import shorten
from lib.spaces.coordinates import FARTHEST, centre_voxel, is_inside, nearest_voxel, parse_triple, world_from_voxel

AXES = ("x", "y", "z")
# Where the cursor was put without anybody asking for it.
PLACED = "cursor_placed"


def require_cursor(image: Image) -> None:
    """Make sure that there is a cursor, and that it suits the chosen image.

    A session's first cursor comes from its link, else from the image's centre voxel. When another image is chosen the
    point stays, unless it lies outside the new grid.
    """
    state = st.session_state
    if "cursor" not in state:
        centre = _centre(image)
        place = [_linked_number(axis, default) for axis, default in zip(AXES, centre, strict=True)]
        move_to(place, t=max(0, round(_linked_number("t", 0))))
        if not any(axis in st.query_params for axis in AXES):
            place_at(centre)
    elif state.get("cursor_image") != image.key and not is_inside(image.shape, voxel(image)):
        place_at(_centre(image))
    state["cursor_image"] = image.key


def place_at(xyz) -> None:
    """Put the cursor where nobody has asked it to be: it may be put elsewhere until somebody moves it."""
    place = tuple(float(value) for value in xyz)
    if point_or_none() != place:
        move_to(place)
    st.session_state[PLACED] = place


def is_placed() -> bool:
    """Return whether the cursor stands where `place_at` put it, so that no person's choice is lost by moving it."""
    return st.session_state.get(PLACED) is not None and st.session_state[PLACED] == point_or_none()


def point_or_none() -> tuple[float, float, float] | None:
    """Return the cursor's place, (x, y, z) world mm; None before any image was opened."""
    return point() if "cursor" in st.session_state else None


def forget() -> None:
    """Let go of the cursor, so that the next image is looked at where it is first looked at; for callbacks."""
    for key in ("cursor", "told_cursor", "cursor_image", PLACED):
        st.session_state.pop(key, None)


def point() -> tuple[float, float, float]:
    """Return the cursor's place, (x, y, z) world mm."""
    return point_later()()


def point_later() -> Callable[[], tuple[float, float, float]]:
    """Return a function that tells the cursor's place whenever it is called, in any thread.

    A file is made when somebody asks for it, in a thread that knows of no session.
    """
    # One dict for as long as the session, changed in place.
    cursor = st.session_state["cursor"]
    return lambda: (cursor["x"], cursor["y"], cursor["z"])


def volume_later(image: Image) -> Callable[[], int]:
    """Return a function that tells the volume under the cursor whenever it is called, in any thread."""
    cursor = st.session_state["cursor"]
    return lambda: min(cursor["t"], image.n_volumes - 1)


def voxel(image: Image) -> tuple[int, int, int]:
    """Return the image's voxel under the cursor, inside its grid or not."""
    return nearest_voxel(image.affine, point())


def volume_index(image: Image) -> int:
    """Return the volume under the cursor; the last one of a run that is shorter."""
    return volume_later(image)()


def move_to(xyz, t: int | None = None) -> None:
    """Move the cursor from Python's side: the browser takes it over because its stamp is new."""
    volume = st.session_state.get("cursor", {}).get("t", 0) if t is None else t
    x, y, z = (float(value) for value in xyz)
    moved = {"x": x, "y": y, "z": z, "t": int(volume), "stamp": uuid4().hex}
    st.session_state["told_cursor"] = moved
    st.session_state[PLACED] = None
    st.session_state.setdefault("cursor", {}).update(moved)


def told() -> dict:
    """Return what the browser is told of the cursor: where Python last put it.

    It stays the same while the person moves the cursor, so that a chart's message does, and is not sent again.
    """
    return st.session_state["told_cursor"]


def tell_anew() -> None:
    """Have the browser told again where the cursor is: a picture with a cursor of its own has taken its place."""
    if "cursor" in st.session_state:
        st.session_state["told_cursor"] = {**st.session_state["cursor"], "stamp": uuid4().hex}


def take_from(key: str) -> None:
    """Take over the cursor that the person moved in the chart `key`; called from its callback."""
    moved = st.session_state[key].get("cursor")
    if moved and "cursor" in st.session_state:
        numbers = {axis: float(moved[axis]) for axis in AXES} | {"t": max(0, int(moved.get("t") or 0))}
        st.session_state["cursor"].update(numbers)


def go_to_typed(key: str, image: Image, *, is_voxel: bool) -> None:
    """Move to the three numbers in the text box `key`: voxel indices or world mm; called from its callback."""
    text = st.session_state[key]
    if not text.strip():
        return
    try:
        numbers = parse_triple(text)
    except InputError as error:
        st.session_state["typed_problem"] = error
        return
    st.session_state[key] = ""
    move_to(world_from_voxel(image.affine, numbers) if is_voxel else numbers)


def go_to_centre(image: Image) -> None:
    """Move to the centre voxel of an image, shape // 2."""
    move_to(_centre(image))


def _centre(image: Image) -> tuple[float, float, float]:
    x, y, z = world_from_voxel(image.affine, centre_voxel(image.shape)).tolist()
    return x, y, z


def _linked_number(name: str, default: float) -> float:
    text = st.query_params.get(name)
    if text is None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) <= FARTHEST:
        unit = "a volume number" if name == "t" else "a number of mm"
        st.session_state["link_problem"] = InputError(
            f"The link says {name}={shorten(text)}, but {name} must be {unit}. The default place is shown instead."
        )
        return default
    return number
