"""What is kept of the maps that can be shown: where they lie, their windows, their numbers on other grids; for all."""

from dataclasses import replace
from operator import attrgetter

import numpy as np
import streamlit as st
from nibabel.orientations import apply_orientation, ornt_transform

from lib.cache.images import BY_KEY, store_of, volume_of
from lib.errors import InputError
from lib.images.image import Image
from lib.images.maps import Map, map_image
from lib.images.volumes import Volume
from lib.images.windowing import Histogram, Window, choose_window, count_values
from lib.runs import RunStore
from lib.runs.maps import find_run_map, map_difference, map_run
from lib.spaces.anatomical_planes import View, view_grid
from lib.spaces.grids import is_same_grid, make_grid
from lib.spaces.resampling import resample

MAPS_BY_KEY = {Map: attrgetter("key"), **BY_KEY}


def image_map(image: Image) -> Map:
    """Return an image's own volumes as a map."""
    return map_image(image, lambda t: volume_of(image, t))


def run_map(image: Image, name: str) -> Map:
    """Return one of `lib.runs.maps.RUN_MAPS` of a run.

    Raises
    ------
    InputError
        There is no such map, or the run has not been read through yet.
    """
    kind = find_run_map(name)
    require_store(image, kind.name)
    return map_run(image, kind, lambda t: _over_time(image, kind.name))


def difference_map(image: Image, other: int) -> Map:
    """Return each volume of a run minus one of them.

    Raises
    ------
    InputError
        The run has not been read through yet.
    """
    require_store(image, "difference")
    # Asked for anew each time, since a store may be given up while the map is shown.
    return map_difference(image, lambda: require_store(image, "difference"), other)


def require_store(image: Image, what: str) -> RunStore:
    """Return the store of a run for something that is computed over all its volumes.

    Raises
    ------
    InputError
        The run has not been read through yet.
    """
    store = store_of(image) if image.is_4d else None
    if store is None:
        state = "has not been read through yet" if image.is_4d else "has one volume"
        todo = "Wait for it" if image.is_4d else "Choose a run"
        raise InputError(f"{image.name} {state}, so it has no {what} over time. {todo}.")
    return store


# Most are mapped files; the SD of changes takes 4 bytes a voxel.
@st.cache_resource(max_entries=8, show_spinner="Computing the map over time", hash_funcs=MAPS_BY_KEY)
def _over_time(image: Image, name: str) -> Volume:
    return Volume(find_run_map(name).take(require_store(image, name)))


def let_go() -> None:
    """Close what is mapped; it is opened again by whoever needs it next."""
    _over_time.clear()
    _resampled.clear()


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=MAPS_BY_KEY)
def view_of(shown: Map | Image) -> View:
    """Return how a map's or an image's grid lies along Right, Anterior, Superior."""
    return view_grid(shown.affine, shown.shape)


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=MAPS_BY_KEY)
def window_of(shown: Map) -> Window:
    """Return the default window of a map, chosen by its example volume."""
    return choose_window(shown.volume(shown.example), is_signed=shown.is_signed)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=MAPS_BY_KEY)
def histogram_of(shown: Map, t: int = 0) -> Histogram:
    """Return the histogram of a map's volume."""
    return count_values(shown.volume(t))


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=MAPS_BY_KEY)
def label_values_of(shown: Map) -> np.ndarray:
    """Return the distinct values of a label map's first volume, sorted."""
    return np.unique(shown.volume().values())


def is_on_same_grid(first: Map | Image, second: Map | Image) -> bool:
    """Return whether two maps share one grid, voxel for voxel, in whatever order they store it."""
    one, other = view_of(first), view_of(second)
    return is_same_grid(make_grid(one.shape, one.affine), make_grid(other.shape, other.affine))


def resampled_on(shown: Map, base: Map | Image) -> Map:
    """Return a map on another one's grid: its own voxels where the grids are one, else by nilearn.

    Labels take the nearest voxel's number; anything else a cubic spline (nilearn's "continuous").
    """
    if shown.key == base.key:
        return shown
    return replace(
        shown,
        key=f"{shown.key} on {base.key}",
        numbers="",
        grid=base.grid,
        read=lambda t: _resampled(shown, base, t),
    )


@st.cache_resource(max_entries=3, show_spinner="Resampling", hash_funcs=MAPS_BY_KEY)
def _resampled(shown: Map, base: Map | Image, t: int) -> Volume:
    source = shown.volume(t)
    if is_on_same_grid(shown, base):
        order = ornt_transform(view_of(shown).orientation, view_of(base).orientation)
        return replace(source, stored=apply_orientation(source.stored, order))
    interpolation = "nearest" if window_of(shown).is_labels else "continuous"
    values = source.values()
    if not shown.null:
        return Volume(resample(values, shown.affine, base.grid, interpolation).data)
    # nilearn leaves 0 outside of the source: so 0 is made to say "nothing here".
    return Volume(resample(values - shown.null, shown.affine, base.grid, interpolation).data, 1.0, shown.null)
