"""What the browser slices: 8-bit codes of maps, packed, and figures that were drawn; shared by all sessions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from isal import igzip
from nibabel.orientations import io_orientation

from lib.cache.maps import view_of
from lib.images.maps import Map
from lib.images.windowing import draw_codes, draw_label_codes


def stored_numbers(shown: Map) -> str:
    """Return what a map's picture depends on besides its colours: its numbers, and how they lie in memory.

    An image that is turned a little, or moved, has the same picture elsewhere.
    """
    # Not by `view_of`: a cached function that is called while a call of another one is hashed takes the map for one
    # that it is hashing already, and answers for any map with the view of the first.
    return f"{shown.numbers}|{io_orientation(shown.affine).tolist()}"


@st.cache_data(max_size="160MB", show_spinner=False, hash_funcs={Map: stored_numbers})
def picture_of(
    shown: Map, t: int, low: float, high: float, threshold: float = 0.0, *, is_labels: bool = False,
    hides_null: bool = False,
) -> bytes:  # fmt: skip
    """Return the gzipped 8-bit codes of a map's volume along Right, Anterior, Superior.

    Parameters
    ----------
    low, high : float
        The window.
    threshold : float
        Magnitude below which nothing is drawn.
    is_labels : bool
        Labels get a code each, whatever the window.
    hides_null : bool
        Whether nothing is drawn where the map says "nothing here", as in a layer over others.
    """
    volume, view = shown.volume(t), view_of(shown)
    if is_labels:
        return pack_codes(draw_label_codes(volume, view, threshold))
    return pack_codes(draw_codes(volume, view, low, high, threshold, null=shown.null if hides_null else None))


def unpack_codes(packed: bytes, shape: tuple[int, int, int]) -> np.ndarray:
    """Return the (R, A, S) 8-bit codes of a picture."""
    return np.frombuffer(igzip.decompress(packed), dtype=np.uint8).reshape(shape, order="F")


def pack_codes(codes: np.ndarray) -> bytes:
    """Return codes as the browser takes them: first index fastest, gzipped quickly rather than tightly."""
    return igzip.compress(codes.tobytes(order="F"), compresslevel=1)


@st.cache_resource(max_entries=128, show_spinner=False)
def drawn(look: str, _draw: Callable[[], Any]) -> Any:
    """Return what was drawn for a look, which names everything that the drawing depends on.

    Plotly takes 10 ms to build a figure of some traces, and as long to write it out: much of what a rerun costs.
    """
    return _draw()
