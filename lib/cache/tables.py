"""What a run's tables say: events, regressors, confounds, motion; read again when a file changes."""

import numpy as np
import streamlit as st

from lib.confounds.table import Confounds, read_confounds
from lib.disk.opening import File
from lib.glm.events import Events, read_events
from lib.glm.regressors import Regressors, make_regressors


@st.cache_resource(max_entries=64, show_spinner=False)
def _events(path: str, name: str, state: tuple, _file: File) -> Events:
    return read_events(_file, name=name)


def events_of(file: File, name: str) -> Events:
    """Return the events of a table, read again when the file changes."""
    return _events(str(file), name, _state(file), file)


@st.cache_resource(max_entries=32, show_spinner="Convolving the events")
def _regressors(path: str, name: str, n_volumes: int, tr: float, model: str, state: tuple, _file: File) -> Regressors:
    return make_regressors(_events(path, name, state, _file).frame, np.arange(n_volumes) * tr, model)


def regressors_of(file: File, name: str, n_volumes: int, tr: float, model: str) -> Regressors:
    """Return what the events of a table should have done to a run of this length and TR (s)."""
    return _regressors(str(file), name, n_volumes, tr, model, _state(file), file)


@st.cache_resource(max_entries=64, show_spinner=False)
def _confounds(path: str, name: str, n_volumes: int, state: tuple, _file: File) -> Confounds:
    return read_confounds(_file, n_volumes=n_volumes, name=name)


def confounds_of(file: File, name: str, n_volumes: int) -> Confounds:
    """Return the confounds of a table for a run of this length, read again when the file changes."""
    return _confounds(str(file), name, n_volumes, _state(file), file)


@st.cache_resource(max_entries=64, show_spinner=False)
def _motion(
    path: str, name: str, n_volumes: int, order: str | None, unit: str | None, state: tuple, _file: File
) -> Confounds:
    return read_confounds(_file, n_volumes=n_volumes, order=order, rotation_unit=unit, name=name)


def motion_of(file: File, name: str, n_volumes: int, order: str | None = None, unit: str | None = None) -> Confounds:
    """Return the motion parameters in a file, its columns in the order and unit given, else as its kind has them."""
    return _motion(str(file), name, n_volumes, order, unit, _state(file), file)


def _state(file: File) -> tuple[int, int] | None:
    """Return size and time of change of a file; None where it is missing, which its reader then says."""
    if not file.is_file():
        return None
    state = file.stat()
    return state.st_size, state.st_mtime_ns
