"""Which images and volumes are open; shared by all sessions."""

from contextlib import suppress
from operator import attrgetter
from weakref import WeakValueDictionary

import streamlit as st

from lib import runs
from lib.cache.readings import read_again
from lib.disk.opening import File
from lib.images import image as files
from lib.images.image import Image, Volume, file_key, read_volume
from lib.studies import ImageFacts, read_image_facts

# Images are told apart by key: hashing an array would take seconds and look at a sample of it only.
BY_KEY = {Image: attrgetter("key")}


def open_image(file: File, name: str) -> Image:
    """Open an image by its header, once for as long as the file stays as it is."""
    if not file.is_file():
        return files.open_image(file, name=name)
    return _open_image(str(file), name, file_key(file), file)


@st.cache_resource(max_entries=256, show_spinner=False)
def _open_image(path: str, name: str, key: str, _file: File) -> Image:
    return files.open_image(_file, name=name, key=key)


def volume_of(image: Image, t: int = 0) -> Volume:
    """Return a volume of an image in its stored type: from the store of a run that has been read through."""
    store = store_of(image) if image.is_4d else None
    if store is not None:
        # Where the store is damaged the file still has what is asked for, if more slowly.
        with suppress(runs.StoreDamaged):
            return runs.read_run_volume(store, t)
    return _volume(image, t)


# Few, because a volume of a large T1w takes 80 MB and a small host has 1 GB.
@st.cache_resource(max_entries=6, show_spinner="Reading the image", hash_funcs=BY_KEY)
def _volume(image: Image, t: int) -> Volume:
    return read_volume(image, t)


def store_of(image: Image) -> runs.RunStore | None:
    """Return the store of a run that has been read through, else None; one that was given up is no longer any."""
    try:
        store = _opened_run(image)
        if not store.is_given_up:
            return store
        _opened_run.clear(image)
        return _opened_run(image)
    except LookupError:
        return None


@st.cache_resource(show_spinner=False)
def _in_use() -> WeakValueDictionary[str, runs.RunStore]:
    """Return the stores that somebody has, by the key of their image.

    A session's addresses answer from theirs for as long as it lives, whatever is let go of here; another one beside it
    would map the same files again.
    """
    return WeakValueDictionary()


# A store is mapped files; what it costs is open files.
@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_KEY)
def _opened_run(image: Image) -> runs.RunStore:
    store = _in_use().get(image.key)
    if store is None or store.is_given_up:
        store = runs.open_run(image, runs.store_folder(image.path), on_damage=lambda: read_again(image))
    if store is None:
        raise LookupError(image.key)  # so that Streamlit does not keep the "not yet"
    _in_use()[image.key] = store
    return store


def let_go() -> None:
    """Close what is mapped; it is opened again by whoever needs it next."""
    _volume.clear()
    _opened_run.clear()


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=BY_KEY)
def facts_of(image: Image) -> ImageFacts:
    """Return what an image's header says of its repetition time and space."""
    return read_image_facts(image.path)
