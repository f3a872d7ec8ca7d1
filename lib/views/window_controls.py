"""Which values get which colours? A map's window, by slider or typed, its colour map, and what of it is hidden."""

import streamlit as st

from lib.cache.maps import window_of
from lib.figures.colours import COLOUR_MAPS, LABELS, REVERSED, TWO_SIDED, is_two_sided
from lib.images.maps import Map
from lib.number_text import slider_format
from lib.views.map_choice import choice_key, choose, link_name, read_known, read_number, round_step
from lib.views.stack import Look, WindowControl


def choose_window(label: str, slot: int, default: Look, link: dict) -> tuple[float, float]:
    """Choose the window of a map by either of two controls that agree: a slider, and a box for each of its ends."""
    low, high = _window_limits(default)
    step = round_step(high - low)
    look = {"step": step, "format": slider_format(step, max(-low, high))}

    def read(*texts: str) -> tuple[float, float]:
        first, second = sorted(min(high, max(low, read_number(text))) for text in texts)
        return first, second

    ends = choose(
        st.slider, label, "window", slot, default.map, (default.low, default.high), link, low, high, **look, read=read,
        help="Values from the darkest to the brightest colour. Drag either end, or type it below. On the planes, drag "
        "with the right button.",
    )  # fmt: skip
    key = choice_key("window", slot, default.map)
    boxes = (f"{key}-from", f"{key}-to")
    with st.container(key=link_name("window_ends" if slot == 0 else "layer_window_ends", slot)):
        for column, box, end, word in zip(st.columns(2), boxes, ends, ("from", "to"), strict=True):
            st.session_state[box] = min(high, max(low, end))
            column.number_input(
                f"{label} {word}", low, high, key=box, on_change=_take_typed, args=(key, boxes), **look,
                label_visibility="collapsed",
            )  # fmt: skip
    return ends


def _take_typed(key: str, boxes: tuple[str, str]) -> None:
    """Give the slider the ends that were typed, in whichever box."""
    low, high = sorted(st.session_state[box] for box in boxes)
    if low < high:
        st.session_state[key] = (low, high)


def window_control(base: Map, default: Look) -> WindowControl:
    """Return what the planes need to let the bottom map's window be dragged."""
    return WindowControl(choice_key("window", 0, base), *_window_limits(default))


def _window_limits(default: Look) -> tuple[float, float]:
    """Return how far the ends of a map's window can be moved."""
    window = window_of(default.map)
    return min(window.minimum, default.low), max(window.maximum, default.high)


def choose_colours(label: str, slot: int, shown: Map, default: str, link: dict) -> str:
    """Choose the colour map, and whether it runs the other way."""
    window = window_of(shown)
    has_both_signs = window.minimum < 0 < window.maximum
    names = tuple(name for name in COLOUR_MAPS if has_both_signs or name not in TWO_SIDED)
    colours = choose(
        st.selectbox, label, "colours", slot, shown, default, link, names,
        read=lambda text: read_known(text, names),
        help="With maps of two sides, positive and negative values have colours of their own, which begin at a "
        "threshold; nothing is drawn between." if has_both_signs else None,
    )  # fmt: skip
    is_inverted = choose(
        st.toggle, "Invert", "invert", slot, shown, False, link, read=lambda text: text != "0",
        disabled=colours == LABELS, help="Colours the other way round: what was bright is dark.",
    )  # fmt: skip
    return colours + REVERSED if is_inverted and colours != LABELS else colours


def window_of_sides(low: float, high: float, colours: str) -> tuple[float, float]:
    """Return the window that is shown: of a map with two sides, the larger end on both."""
    reach = max(abs(low), abs(high))
    return (-reach, reach) if is_two_sided(colours) and reach > 0 else (low, high)


def choose_threshold(slot: int, shown: Map, default: Look, link: dict) -> float:
    """Choose the magnitude below which nothing of a map is drawn."""
    window = window_of(shown)
    largest = float(max(abs(window.minimum), abs(window.maximum)))
    start = 0.0 if window.is_labels else round(0.3 * default.high, 4) if shown.threshold is None else shown.threshold
    step = round_step(largest)
    return choose(
        st.slider, "Threshold", "threshold", slot, shown, float(start), link, 0.0, largest,
        step=step, format=slider_format(step, largest), read=lambda text: min(largest, max(0.0, read_number(text))),
        help="Hides values closer to zero than this, on both sides for a map with a sign.",
    )  # fmt: skip
