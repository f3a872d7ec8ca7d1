"""How is a choice kept for each map that is shown, and told in the link?"""

import hashlib
import math

import streamlit as st

from lib.images.maps import Map

# Names in links: of the bottom map, and of a layer, whose number follows from the second one on.
BASE_NAMES = {"window": "window", "colours": "colours", "invert": "invert", "threshold": "base_threshold"}
LAYER_NAMES = {
    "window": "overlay_window", "colours": "overlay_colours", "threshold": "threshold", "opacity": "opacity",
    "style": "overlay_as", "shown": "overlay_shown", "invert": "overlay_invert",
}  # fmt: skip


def choose(widget, label: str, control: str, slot: int, shown: Map, default, link: dict, *arguments, read, **options):
    """Show a widget for one map and return its value; what differs from the default is written into the link.

    Each map has its own choices: another map starts with its own defaults, and one that comes back finds what was
    chosen for it. A session's first map takes them from the link.

    Parameters
    ----------
    read : callable
        Texts of the link -> value, or ValueError.
    """
    key = choice_key(control, slot, shown)
    name = link_name((LAYER_NAMES if slot else BASE_NAMES)[control], slot)
    if key not in st.session_state:
        st.session_state[key] = _linked_value(name, slot, shown, default, read)
    with st.container(key=name):
        value = widget(label, *arguments, key=key, persist_state="session", **options)
    link[name] = None if value == default else _link_text(value)
    return value


def _linked_value(name: str, slot: int, shown: Map, default, read):
    if st.session_state.setdefault(f"first map {slot}", shown.key) != shown.key:
        return default
    texts = st.query_params.get_all(name)
    try:
        return read(*texts) if texts else default
    except (ValueError, TypeError):
        # Written by hand, most likely; the control shows what holds instead.
        return default


def _link_text(value) -> str | list[str]:
    if isinstance(value, bool):
        return str(int(value))
    # As many digits as bring the number back: a link reproduces the view.
    return [f"{one:.15g}" for one in value] if isinstance(value, tuple) else str(value)


def read_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def read_known(text: str, options: tuple[str, ...]) -> str:
    if text not in options:
        raise ValueError(text)
    return text


def choice_key(control: str, slot: int, shown: Map) -> str:
    role = "layer" if slot else "base"
    return f"{control}-{role}-{hashlib.sha256(shown.key.encode()).hexdigest()[:12]}"


def round_step(span: float) -> float:
    """Return a step that divides a span into a few hundred round parts."""
    return 10.0 ** round(math.log10(span) - 3) if span > 0 else 0.01


def link_name(name: str, slot: int) -> str:
    return name if slot <= 1 else f"{name}{slot}"
