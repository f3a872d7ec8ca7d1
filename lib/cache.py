"""What is kept between runs, for whom and how much of it: the only user of Streamlit's caches.

Shared by all sessions: open images, volumes, windows, pictures. Held for one session: uploads and tickets.
"""

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from isal import igzip
from nibabel.orientations import apply_orientation, ornt_transform

from lib import display, images, library, runs, spools
from lib.background import Jobs
from lib.carpet import Carpet, make_carpet
from lib.change_map import derivative_sd_map
from lib.confounds import Confounds, read_confounds
from lib.display import Histogram, Window
from lib.errors import InputError
from lib.events import Events, read_events
from lib.grids import is_same_grid, make_grid
from lib.images import Image, Volume
from lib.live_data import Ticket, register
from lib.region_labels import label_voxels
from lib.regressors import Regressors, make_regressors
from lib.resampling import resample
from lib.session_runs import SessionRuns
from lib.slices import View, view_grid
from lib.spooled_tables import spool_table as spool_text
from lib.spools import SessionFolder, Upload, open_session_folder
from lib.studies import HeaderFacts, read_header_facts

# Images are told apart by key: hashing an array would take seconds and look at a sample of it only.
BY_KEY = {Image: attrgetter("key")}
VOLUME = "volume"
MINUS = "minus "
CHANGE_SD = "derivative sd"
# While a page runs, the browser still asks at the addresses of the run before; and people go back and forth.
KEPT_TICKETS = 4


def open_image(path: Path, name: str, key: str | None = None) -> Image:
    """Open an image by its header, once for as long as the file stays as it is."""
    if not path.is_file():
        return images.open_image(path, name=name)
    return _open_image(str(path), name, key or images.file_key(path))


@st.cache_resource(max_entries=256, show_spinner=False)
def _open_image(path: str, name: str, key: str) -> Image:
    return images.open_image(path, name=name, key=key)


def volume(image: Image, t: int = 0, part: str = VOLUME) -> Volume:
    """Return what a part of an image shows at volume `t`, in its stored type where it is a volume.

    Parameters
    ----------
    part : str
        "volume"; "mean", "sd" or "tsnr" over time, once the run has been read through; "derivative sd": the SD over
        time of the change since the volume before; "minus N": volume `t` minus volume N.
    """
    store = run_store(image) if image.is_4d else None
    if store is None:
        if part != VOLUME:
            raise InputError(f"{image.name} has not been read through yet, so it has no {part} over time. Wait for it.")
        return _volume(image, t)
    if part == VOLUME:
        return runs.read_run_volume(store, t)
    if part.startswith(MINUS):
        return runs.read_difference(store, t, int(part.removeprefix(MINUS)))
    if part == CHANGE_SD:
        return _change_sd(image)
    return Volume(runs.read_map(store, part))


# Few, because a volume of a large T1w takes 80 MB and a small host has 1 GB.
@st.cache_resource(max_entries=6, show_spinner="Reading the image", hash_funcs=BY_KEY)
def _volume(image: Image, t: int) -> Volume:
    return images.read_volume(image, t)


def run_store(image: Image) -> runs.RunStore | None:
    """Return the store of a run that has been read through, else None."""
    try:
        return _opened_run(image)
    except LookupError:
        return None


def keep_with_session(image: Image) -> None:
    """Let the store of an uploaded run end with this session; those of the server's own files are kept."""
    if image.path.is_relative_to(_session_folder().path):
        _session_runs().add(image.key)


@st.cache_resource(scope="session", show_spinner=False)
def _session_runs() -> SessionRuns:
    return SessionRuns()


# A store is mapped files; what it costs is open files.
@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_KEY)
def _opened_run(image: Image) -> runs.RunStore:
    store = runs.open_run(image, runs.cache_folder())
    if store is None:
        raise LookupError(image.key)  # so that Streamlit does not keep the "not yet"
    return store


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=BY_KEY)
def view(image: Image) -> View:
    """Return how an image's grid lies along Right, Anterior, Superior."""
    return view_grid(image.affine, image.shape)


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=BY_KEY)
def window(image: Image, part: str = VOLUME) -> Window:
    """Return the default window of an image's first volume, or of another part of it.

    A difference gets one about 0, and is judged by the middle of the run: the first volumes may be brighter than all
    others.
    """
    if not part.startswith(MINUS):
        return display.choose_window(volume(image, 0, part))
    middle = image.n_volumes // 2
    is_itself = middle == int(part.removeprefix(MINUS))
    found = display.choose_window(volume(image, middle - is_itself, part))
    reach = max(abs(found.low), abs(found.high))
    return replace(found, low=-reach, high=reach, is_signed=True, is_labels=False)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_KEY)
def histogram(image: Image, t: int = 0, part: str = VOLUME) -> Histogram:
    """Return the histogram of a volume, or of another part of an image."""
    return display.count_values(volume(image, t, part))


@st.cache_data(max_size="128MB", show_spinner=False, hash_funcs=BY_KEY)
def picture(
    image: Image, part: str, t: int, low: float, high: float, threshold: float = 0.0, *, is_labels: bool = False
) -> bytes:
    """Return the gzipped 8-bit codes of a volume, or of another part, along Right, Anterior, Superior.

    Labels get a code each, whatever the window.
    """
    return pack_codes(_draw(volume(image, t, part), view(image), low, high, threshold, is_labels=is_labels))


def _draw(shown: Volume, grid: View, low: float, high: float, threshold: float, *, is_labels: bool) -> np.ndarray:
    if is_labels:
        return display.draw_label_codes(shown, grid, threshold)
    return display.draw_codes(shown, grid, low, high, threshold)


@st.cache_data(max_size="64MB", show_spinner="Resampling the overlay", hash_funcs=BY_KEY)
def overlay_picture(
    overlay: Image, base: Image, t: int, low: float, high: float, threshold: float, *, is_labels: bool = False
) -> bytes:
    """Return the gzipped 8-bit codes of an overlay on the base image's grid."""
    # What resampling leaves outside the overlay is 0, and 0 is never part of an overlay's message.
    hide_below = max(threshold, 1e-12)
    return pack_codes(_draw(resampled(overlay, base, t), view(base), low, high, hide_below, is_labels=is_labels))


def is_on_same_grid(image: Image, other: Image) -> bool:
    """Return whether two images share one grid, voxel for voxel, in whatever order they store it."""
    first, second = view(image), view(other)
    return is_same_grid(make_grid(first.shape, first.affine), make_grid(second.shape, second.affine))


@st.cache_resource(max_entries=3, show_spinner="Resampling the overlay", hash_funcs=BY_KEY)
def resampled(image: Image, base: Image, t: int = 0) -> Volume:
    """Return a volume on another image's grid: its own voxels where the grids are one, else by nilearn.

    Labels take the nearest voxel's number; anything else a cubic spline (nilearn's "continuous").
    """
    source = volume(image, t)
    if is_on_same_grid(image, base):
        order = ornt_transform(view(image).orientation, view(base).orientation)
        return replace(source, stored=apply_orientation(source.stored, order))
    interpolation = "nearest" if window(image).is_labels else "continuous"
    target = make_grid(base.shape, base.affine)
    return Volume(resample(source.values(), image.affine, target, interpolation).data)


def codes(
    image: Image, base: Image, t: int, low: float, high: float, threshold: float, *, is_labels: bool = False
) -> np.ndarray:
    """Return the (R, A, S) 8-bit codes of the base image, or of an overlay on its grid, unpacked."""
    if image.key == base.key:
        packed = picture(image, VOLUME, t, low, high, threshold, is_labels=is_labels)
    else:
        packed = overlay_picture(image, base, t, low, high, threshold, is_labels=is_labels)
    return np.frombuffer(igzip.decompress(packed), dtype=np.uint8).reshape(view(base).shape, order="F")


def pack_codes(codes: np.ndarray) -> bytes:
    """Return codes as the browser takes them: first index fastest, gzipped quickly rather than tightly."""
    return igzip.compress(codes.tobytes(order="F"), compresslevel=1)


@st.cache_data(max_entries=16, ttl="2m", show_spinner="Looking through the folder")
def list_folder(folder: library.StartFolder) -> tuple[str, ...]:
    """Return the ids of the images in a start folder."""
    return library.list_folder(folder)


@st.cache_resource(scope="session", show_spinner=False)
def _session_folder() -> SessionFolder:
    return open_session_folder()


def spool_upload(uploaded) -> Upload:
    """Copy an uploaded file to this session's folder, which is deleted with the session."""
    return spools.spool_upload(uploaded, uploaded.name, _session_folder().path)


@st.cache_resource(scope="session", show_spinner=False)
def _held_tickets() -> dict[str, list[Ticket]]:
    return {}


def publish(slot: str, fingerprint: object, answer) -> str:
    """Return the address under which the browser gets an answer; the same one while the fingerprint stays.

    Parameters
    ----------
    slot : str
        What the address is for; a session has a few tickets a slot.
    fingerprint : object
        What the answer depends on besides the query.
    answer : callable
        See `lib.live_data.Ticket`.
    """
    held = _held_tickets().setdefault(slot, [])
    known = [ticket for ticket in held if ticket.fingerprint == fingerprint]
    ticket = known[0] if known else Ticket(fingerprint, answer)
    # The one used last stands last, and the first ones go.
    held[:] = [*(other for other in held if other is not ticket), ticket][-KEPT_TICKETS:]
    register(ticket)
    return ticket.url


@st.cache_resource(max_entries=128, show_spinner=False)
def drawn(look: str, _draw: Callable[[], Any]) -> Any:
    """Return what was drawn for a look, which names everything that the drawing depends on.

    Plotly takes 10 ms to build a figure of some traces, and as long to write it out: much of what a rerun costs.
    """
    return _draw()


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the long work of this server, shared by its sessions."""
    return Jobs()


@st.cache_resource(show_spinner=False)
def known_studies() -> dict:
    """Return the studies of this server by folder, as they were when last looked through: see `lib.chosen_study`."""
    return {}


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=BY_KEY)
def header_facts(image: Image) -> HeaderFacts:
    """Return what an image's header says of its repetition time and space."""
    return read_header_facts(image.path)


@st.cache_resource(max_entries=64, show_spinner=False)
def _events(path: str, name: str, state: tuple) -> Events:
    return read_events(path, name=name)


def events(path: Path, name: str) -> Events:
    """Return the events of a table, read again when the file changes."""
    return _events(str(path), name, _state(path))


@st.cache_resource(max_entries=32, show_spinner="Convolving the events")
def _regressors(path: str, name: str, n_volumes: int, tr: float, model: str, state: tuple) -> Regressors:
    return make_regressors(_events(path, name, state).frame, np.arange(n_volumes) * tr, model)


def regressors(path: Path, name: str, n_volumes: int, tr: float, model: str) -> Regressors:
    """Return what the events of a table should have done to a run of this length and TR (s)."""
    return _regressors(str(path), name, n_volumes, tr, model, _state(path))


@st.cache_resource(max_entries=64, show_spinner=False)
def _confounds(path: str, name: str, n_volumes: int, state: tuple) -> Confounds:
    return read_confounds(path, n_volumes=n_volumes, name=name)


def confounds(path: Path, name: str, n_volumes: int) -> Confounds:
    """Return the confounds of a table for a run of this length, read again when the file changes."""
    return _confounds(str(path), name, n_volumes, _state(path))


def _state(path: Path) -> tuple[int, int] | None:
    """Return size and time of change of a file; None where it is missing, which its reader then says."""
    if not path.is_file():
        return None
    state = path.stat()
    return state.st_size, state.st_mtime_ns


@st.cache_resource(max_entries=4, show_spinner="Measuring the change from volume to volume", hash_funcs=BY_KEY)
def _change_sd(image: Image) -> Volume:
    return Volume(derivative_sd_map(run_store(image)))


@st.cache_resource(max_entries=64, show_spinner=False)
def _motion(path: str, name: str, n_volumes: int, order: str | None, unit: str | None, state: tuple) -> Confounds:
    return read_confounds(path, n_volumes=n_volumes, order=order, rotation_unit=unit, name=name)


def motion(path: Path, name: str, n_volumes: int, order: str | None = None, unit: str | None = None) -> Confounds:
    """Return the motion parameters in a file, its columns in the order and unit given, else as its kind has them."""
    return _motion(str(path), name, n_volumes, order, unit, _state(path))


# A carpet takes some MB at most; the key of a mask stands for its voxels.
@st.cache_resource(max_entries=16, show_spinner="Drawing the carpet", hash_funcs=BY_KEY)
def carpet(
    image: Image,
    mask_key: str,
    _mask: np.ndarray,
    regions: Image | None,
    order: str,
    units: str,
    detrend: bool,
    rows: int,
) -> Carpet:
    """Return the carpet of a run that has been read through; see `lib.carpet.make_carpet`."""
    labels, names = region_labels(image, mask_key, _mask, regions) if regions is not None else (None, None)
    signals = runs.read_masked(run_store(image), _mask)
    return make_carpet(signals, np.argwhere(_mask), labels, names, order, units, detrend, max_rows=rows)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_KEY)
def region_labels(image: Image, mask_key: str, _mask: np.ndarray, regions: Image) -> tuple[np.ndarray, dict[int, str]]:
    """Return the region of each voxel of a mask and the regions' names; see `lib.region_labels.label_voxels`."""
    values = resampled(regions, image).values()
    return label_voxels(values, _mask, regions.name, is_labels=window(regions).is_labels)


def spool_table(uploaded) -> Upload:
    """Copy an uploaded text file, such as motion parameters, to this session's folder."""
    return spool_text(uploaded.getvalue(), uploaded.name, _session_folder().path)


@st.cache_resource(max_entries=32, show_spinner=False)
def known_rows(folder: library.StartFolder) -> dict:
    """Return the rows of a study's table that have been read: see `lib.study_rows`."""
    return {}


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_KEY)
def label_values(image: Image) -> np.ndarray:
    """Return the distinct values of a label image's first volume, sorted."""
    return np.unique(volume(image).values())
