"""Which images, volumes and windows are open; shared by all sessions."""

from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import numpy as np
import streamlit as st
from nibabel.orientations import apply_orientation, ornt_transform

from lib import runs
from lib.errors import InputError
from lib.images import image as files
from lib.images.image import Image, Volume, file_key, read_volume
from lib.images.windowing import Histogram, Window, choose_window, count_values
from lib.runs.change_map import derivative_sd_map
from lib.spaces.anatomical_planes import View, view_grid
from lib.spaces.grids import is_same_grid, make_grid
from lib.spaces.resampling import resample
from lib.studies import HeaderFacts, read_header_facts

# Images are told apart by key: hashing an array would take seconds and look at a sample of it only.
BY_KEY = {Image: attrgetter("key")}
VOLUME = "volume"
MINUS = "minus "
CHANGE_SD = "derivative sd"


def open_image(path: Path, name: str, key: str | None = None) -> Image:
    """Open an image by its header, once for as long as the file stays as it is."""
    if not path.is_file():
        return files.open_image(path, name=name)
    return _open_image(str(path), name, key or file_key(path))


@st.cache_resource(max_entries=256, show_spinner=False)
def _open_image(path: str, name: str, key: str) -> Image:
    return files.open_image(path, name=name, key=key)


def volume_of(image: Image, t: int = 0, part: str = VOLUME) -> Volume:
    """Return what a part of an image shows at volume `t`, in its stored type where it is a volume.

    Parameters
    ----------
    part : str
        "volume"; "mean", "sd" or "tsnr" over time, once the run has been read through; "derivative sd": the SD over
        time of the change since the volume before; "minus N": volume `t` minus volume N.
    """
    store = store_of(image) if image.is_4d else None
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
    return read_volume(image, t)


def store_of(image: Image) -> runs.RunStore | None:
    """Return the store of a run that has been read through, else None."""
    try:
        return _opened_run(image)
    except LookupError:
        return None


# A store is mapped files; what it costs is open files.
@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_KEY)
def _opened_run(image: Image) -> runs.RunStore:
    store = runs.open_run(image, runs.cache_folder())
    if store is None:
        raise LookupError(image.key)  # so that Streamlit does not keep the "not yet"
    return store


@st.cache_resource(max_entries=4, show_spinner="Measuring the change from volume to volume", hash_funcs=BY_KEY)
def _change_sd(image: Image) -> Volume:
    return Volume(derivative_sd_map(store_of(image)))


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=BY_KEY)
def view_of(image: Image) -> View:
    """Return how an image's grid lies along Right, Anterior, Superior."""
    return view_grid(image.affine, image.shape)


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=BY_KEY)
def window_of(image: Image, part: str = VOLUME) -> Window:
    """Return the default window of an image's first volume, or of another part of it.

    A difference gets one about 0, and is judged by the middle of the run: the first volumes may be brighter than all
    others.
    """
    if not part.startswith(MINUS):
        return choose_window(volume_of(image, 0, part))
    middle = image.n_volumes // 2
    is_itself = middle == int(part.removeprefix(MINUS))
    found = choose_window(volume_of(image, middle - is_itself, part))
    reach = max(abs(found.low), abs(found.high))
    return replace(found, low=-reach, high=reach, is_signed=True, is_labels=False)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_KEY)
def histogram_of(image: Image, t: int = 0, part: str = VOLUME) -> Histogram:
    """Return the histogram of a volume, or of another part of an image."""
    return count_values(volume_of(image, t, part))


def is_on_same_grid(image: Image, other: Image) -> bool:
    """Return whether two images share one grid, voxel for voxel, in whatever order they store it."""
    first, second = view_of(image), view_of(other)
    return is_same_grid(make_grid(first.shape, first.affine), make_grid(second.shape, second.affine))


@st.cache_resource(max_entries=3, show_spinner="Resampling the overlay", hash_funcs=BY_KEY)
def resampled_on(image: Image, base: Image, t: int = 0) -> Volume:
    """Return a volume on another image's grid: its own voxels where the grids are one, else by nilearn.

    Labels take the nearest voxel's number; anything else a cubic spline (nilearn's "continuous").
    """
    source = volume_of(image, t)
    if is_on_same_grid(image, base):
        order = ornt_transform(view_of(image).orientation, view_of(base).orientation)
        return replace(source, stored=apply_orientation(source.stored, order))
    interpolation = "nearest" if window_of(image).is_labels else "continuous"
    target = make_grid(base.shape, base.affine)
    return Volume(resample(source.values(), image.affine, target, interpolation).data)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_KEY)
def label_values_of(image: Image) -> np.ndarray:
    """Return the distinct values of a label image's first volume, sorted."""
    return np.unique(volume_of(image).values())


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=BY_KEY)
def facts_of(image: Image) -> HeaderFacts:
    """Return what an image's header says of its repetition time and space."""
    return read_header_facts(image.path)
