"""Which small pictures of images were made; shared by all sessions, which ask for those alone that they may open."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib.cache.images import BY_KEY, volume_of
from lib.cache.maps import image_map, window_of
from lib.images.image import Image
from lib.images.thumbnail import draw_thumbnail

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


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_KEY)
def thumbnail_of(image: Image) -> np.ndarray:
    """Return the small picture of an open image's first volume: greys, row 0 at the top.

    Raises
    ------
    InputError
        The volume cannot be read.
    """
    return draw_thumbnail(volume_of(image), image.affine, window_of(image_map(image)))
