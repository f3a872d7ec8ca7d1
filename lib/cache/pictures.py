"""What the browser slices: 8-bit codes of volumes, packed, and figures that were drawn; shared by all sessions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from isal import igzip

from lib.cache.images import BY_KEY, VOLUME, resampled_on, view_of, volume_of
from lib.images.image import Image, Volume
from lib.images.windowing import draw_codes, draw_label_codes
from lib.spaces.anatomical_planes import View


@st.cache_data(max_size="128MB", show_spinner=False, hash_funcs=BY_KEY)
def picture_of(
    image: Image, part: str, t: int, low: float, high: float, threshold: float = 0.0, *, is_labels: bool = False
) -> bytes:
    """Return the gzipped 8-bit codes of a volume, or of another part, along Right, Anterior, Superior.

    Labels get a code each, whatever the window.
    """
    return pack_codes(_draw(volume_of(image, t, part), view_of(image), low, high, threshold, is_labels=is_labels))


def _draw(shown: Volume, grid: View, low: float, high: float, threshold: float, *, is_labels: bool) -> np.ndarray:
    if is_labels:
        return draw_label_codes(shown, grid, threshold)
    return draw_codes(shown, grid, low, high, threshold)


@st.cache_data(max_size="64MB", show_spinner="Resampling the overlay", hash_funcs=BY_KEY)
def overlay_picture_of(
    overlay: Image, base: Image, t: int, low: float, high: float, threshold: float, *, is_labels: bool = False
) -> bytes:
    """Return the gzipped 8-bit codes of an overlay on the base image's grid."""
    # What resampling leaves outside the overlay is 0, and 0 is never part of an overlay's message.
    hide_below = max(threshold, 1e-12)
    return pack_codes(_draw(resampled_on(overlay, base, t), view_of(base), low, high, hide_below, is_labels=is_labels))


def codes_of(
    image: Image, base: Image, t: int, low: float, high: float, threshold: float, *, is_labels: bool = False
) -> np.ndarray:
    """Return the (R, A, S) 8-bit codes of the base image, or of an overlay on its grid, unpacked."""
    if image.key == base.key:
        packed = picture_of(image, VOLUME, t, low, high, threshold, is_labels=is_labels)
    else:
        packed = overlay_picture_of(image, base, t, low, high, threshold, is_labels=is_labels)
    return np.frombuffer(igzip.decompress(packed), dtype=np.uint8).reshape(view_of(base).shape, order="F")


def pack_codes(codes: np.ndarray) -> bytes:
    """Return codes as the browser takes them: first index fastest, gzipped quickly rather than tightly."""
    return igzip.compress(codes.tobytes(order="F"), compresslevel=1)


@st.cache_resource(max_entries=128, show_spinner=False)
def drawn(look: str, _draw: Callable[[], Any]) -> Any:
    """Return what was drawn for a look, which names everything that the drawing depends on.

    Plotly takes 10 ms to build a figure of some traces, and as long to write it out: much of what a rerun costs.
    """
    return _draw()
