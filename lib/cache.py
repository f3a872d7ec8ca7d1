"""What is kept between runs, for whom and how much of it: the only user of Streamlit's caches.

Shared by all sessions: open images, volumes, windows, pictures. Held for one session: uploads and tickets.
"""

from operator import attrgetter
from pathlib import Path

import numpy as np
import streamlit as st
from isal import igzip

from lib import display, images, library
from lib.display import Histogram, Window
from lib.images import Image, Volume
from lib.live_data import Ticket, register
from lib.slices import View, view_grid

# Images are told apart by key: hashing an array would take seconds and look at a sample of it only.
BY_KEY = {Image: attrgetter("key")}


def open_image(path: Path, name: str) -> Image:
    """Open an image by its header, once for as long as the file stays as it is."""
    if not path.is_file():
        return images.open_image(path, name=name)
    return _open_image(str(path), name, images.file_key(path))


@st.cache_resource(max_entries=256, show_spinner=False)
def _open_image(path: str, name: str, key: str) -> Image:
    return images.open_image(path, name=name, key=key)


# Few, because a volume of a large T1w takes 80 MB and a small host has 1 GB.
@st.cache_resource(max_entries=6, show_spinner="Reading the image", hash_funcs=BY_KEY)
def volume(image: Image, t: int = 0) -> Volume:
    """Return one volume in its stored type."""
    return images.read_volume(image, t)


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=BY_KEY)
def view(image: Image) -> View:
    """Return how an image's grid lies along Right, Anterior, Superior."""
    return view_grid(image.affine, image.shape)


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=BY_KEY)
def window(image: Image, t: int = 0) -> Window:
    """Return the default window of a volume."""
    return display.choose_window(volume(image, t))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_KEY)
def histogram(image: Image, t: int = 0) -> Histogram:
    """Return the histogram of a volume."""
    return display.count_values(volume(image, t))


@st.cache_data(max_size="128MB", show_spinner=False, hash_funcs=BY_KEY)
def picture(image: Image, t: int, low: float, high: float, threshold: float = 0.0) -> bytes:
    """Return the gzipped 8-bit codes of a volume along Right, Anterior, Superior."""
    return pack_codes(display.draw_codes(volume(image, t), view(image), low, high, threshold))


def pack_codes(codes: np.ndarray) -> bytes:
    """Return codes as the browser takes them: first index fastest, gzipped quickly rather than tightly."""
    return igzip.compress(codes.tobytes(order="F"), compresslevel=1)


@st.cache_data(max_entries=16, ttl="2m", show_spinner="Looking through the folder")
def list_folder(folder: library.StartFolder) -> tuple[str, ...]:
    """Return the ids of the images in a start folder."""
    return library.list_folder(folder)


@st.cache_resource(scope="session", show_spinner=False)
def _held_tickets() -> dict[str, Ticket]:
    return {}


def publish(slot: str, fingerprint: object, answer) -> str:
    """Return the address under which the browser gets an answer; the same one while the fingerprint stays.

    Parameters
    ----------
    slot : str
        What the address is for; a session has one ticket a slot.
    fingerprint : object
        What the answer depends on besides the query.
    answer : callable
        See `lib.live_data.Ticket`.
    """
    held = _held_tickets()
    ticket = held.get(slot)
    if ticket is None or ticket.fingerprint != fingerprint:
        ticket = Ticket(fingerprint, answer)
        held[slot] = ticket
    register(ticket)
    return ticket.url
