"""Controls that several pages share: each shows widgets and returns what was chosen."""

import math

import streamlit as st

from lib.cache.images import VOLUME, is_on_same_grid, window_of
from lib.figures.colours import COLOUR_MAPS
from lib.images.image import Image
from lib.images.windowing import Window
from lib.session import cursor, frame, image_choice
from lib.views.planes import Look, default_look

CONVENTIONS = ("neurological", "radiological")


def choose_look(image: Image, part: str = VOLUME) -> Look:
    """Choose the window and the colour map of the base image, or of another part of it than its volumes."""
    window = window_of(image, part)
    default = default_look(image, window)
    _start_over(
        "look_of", f"{image.key}|{part}", {"window": (default.low, default.high), "colours": default.colour_map}
    )
    low, high = _choose_window(window, default)
    st.button(
        "Auto window",
        key="auto-window",
        on_click=_set,
        args=("window", (default.low, default.high)),
        help="Back to the 1st to 99.5th percentile of what is not background.",
    )
    return Look(image, low, high, _choose_colours("Colours", "colours", default.colour_map), part=part)


def choose_convention() -> bool:
    """Choose on which side of the screen the head's left is; return whether it is the right, as radiologists do."""
    chosen = st.segmented_control(
        "Convention",
        CONVENTIONS,
        default=CONVENTIONS[0],
        required=True,
        key="convention",
        bind="query-params",
        help="Neurological: the left of the head is on the left. Radiological: it is on the right, as if the person "
        "faced you.",
    )
    return chosen == "radiological"


def choose_overlay(base: Image, *, is_resampled: bool = True) -> Look | None:
    """Choose a second image to lay over the first, and what of it is shown; say so where it will be resampled."""
    overlay_id = image_choice.choose_id("Overlay", "overlay", None, placeholder="None", help="Any image, on any grid.")
    if overlay_id is None:
        return None
    image = image_choice.open_by_id(overlay_id)
    window = window_of(image)
    default = default_look(image, window)
    colour_map = "Hot" if default.colour_map == "Grey" else default.colour_map
    largest = max(abs(window.minimum), abs(window.maximum))
    start = 0.0 if window.is_labels else round(0.3 * default.high, 4)
    _start_over("overlay_of", image.key, {"threshold": start, "overlay_colours": colour_map})
    threshold = st.slider(
        "Threshold",
        0.0,
        float(largest),
        key="threshold",
        bind="query-params",
        step=_step(largest),
        format="%.4g",
        help="Hides values closer to zero than this, on both sides for a map with a sign.",
        **_first("threshold", value=start),
    )
    opacity = st.slider("Opacity", 0.0, 1.0, 0.75, 0.05, key="opacity", bind="query-params")
    colours = _choose_colours("Overlay colours", "overlay_colours", colour_map)
    if is_resampled and not is_on_same_grid(image, base):
        how = "nearest voxel, because it holds labels" if window.is_labels else "continuous (cubic spline)"
        st.caption(f"{image.name} is shown resampled to the grid of {base.name} by nilearn: {how}.")
    return Look(image, default.low, default.high, colours, threshold, opacity)


def offer_places(image: Image) -> None:
    """Show the box to type a place into and the two places that everybody asks for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Go to place",
            key="typed",
            placeholder="0 20 44",
            on_change=_go,
            args=(image,),
            width=170,
            help="Three numbers, typed or pasted: world mm, or voxel indices of the chosen image.",
        )
        st.segmented_control(
            "Numbers are",
            ["x y z mm", "i j k"],
            default="x y z mm",
            key="typed_unit",
            required=True,
            label_visibility="collapsed",
        )
        st.button("Centre", on_click=_go_centre, args=(image,), help="Centre voxel, shape // 2")
        st.button("World origin", on_click=_go_origin, help="World (0, 0, 0) mm")


def _go(image: Image) -> None:
    frame.forget_problems()
    cursor.go_to_typed("typed", image, is_voxel=st.session_state["typed_unit"] == "i j k")


def _go_centre(image: Image) -> None:
    frame.forget_problems()
    cursor.go_to_centre(image)


def _go_origin() -> None:
    frame.forget_problems()
    cursor.move_to((0.0, 0.0, 0.0))


def _choose_window(window: Window, default: Look) -> tuple[float, float]:
    low, high = min(window.minimum, default.low), max(window.maximum, default.high)
    return st.slider(
        "Window",
        low,
        high,
        key="window",
        bind="query-params",
        step=_step(high - low),
        format="%.5g",
        help="Values from the darkest to the brightest colour. Drag either end.",
        **_first("window", value=(default.low, default.high)),
    )


def _choose_colours(label: str, key: str, default: str) -> str:
    first = _first(key, index=COLOUR_MAPS.index(default))
    return st.selectbox(label, COLOUR_MAPS, key=key, bind="query-params", **first)


def _first(key: str, **default) -> dict:
    """Return the default for a widget that has no state yet; a default beside state would be one too many."""
    return {} if key in st.session_state else default


def _step(span: float) -> float:
    """Return a step that divides a span into a few hundred round parts."""
    return 10.0 ** round(math.log10(span) - 3) if span > 0 else 0.01


def _start_over(tracker: str, key: str, values: dict) -> None:
    """Set controls to their defaults when another image is chosen; a session's first image takes them from its link."""
    known = st.session_state.get(tracker)
    if known is not None and known != key:
        for name, value in values.items():
            st.session_state[name] = value
    st.session_state[tracker] = key


def _set(name: str, value: object) -> None:
    st.session_state[name] = value
