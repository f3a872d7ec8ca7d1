"""Which whole numbers may a link name? Streamlit 1.67 takes "inf" for one, and fails while it draws the page."""

import contextlib
import math

import streamlit as st

# The controls for a whole number that links are bound to.
NAMES = ("drop", "order", "minus", "montage_slices", "scrub_before", "scrub_after")


def drop_infinite() -> None:
    """Take a link's whole numbers away that are none, and run the page anew: it then shows what it starts with."""
    infinite = [name for name in NAMES if any(map(_is_infinite, st.query_params.get_all(name)))]
    for name in infinite:
        del st.query_params[name]
    if infinite:
        st.rerun()


def _is_infinite(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return not math.isfinite(float(text))
    return False
