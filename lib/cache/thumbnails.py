"""Which small pictures of runs were made; shared by all sessions, which ask for those alone that they may open."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

# A picture takes 25 kB.
KEPT = 400


@dataclass(frozen=True, eq=False)
class Stamp:
    """What was found of a file that was offered as a run.

    Attributes
    ----------
    is_run : whether it opens, and has several volumes.
    greys : (rows, columns) uint8 array, row 0 at the top; None where it would cost too much.
    """

    is_run: bool
    greys: np.ndarray | None = None


@st.cache_resource(show_spinner=False)
def _stamps() -> dict[str, Stamp]:
    return {}


def find_stamp(key: str) -> Stamp | None:
    """Return what is known of a file by the key of its content."""
    return _stamps().get(key)


def stamp_keeper():
    """Return the function that keeps the stamp of a key, for a thread that has no session; the oldest are let go of."""
    stamps = _stamps()

    def keep(key: str, stamp: Stamp) -> None:
        stamps[key] = stamp
        for old in list(stamps)[:-KEPT]:
            stamps.pop(old, None)

    return keep
