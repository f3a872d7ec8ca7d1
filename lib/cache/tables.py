"""What a run's tables say: events, regressors, confounds, motion; read again when a file changes."""

from pathlib import Path

import numpy as np
import streamlit as st

from lib.confounds.table import Confounds, read_confounds
from lib.glm.events import Events, read_events
from lib.glm.regressors import Regressors, make_regressors


@st.cache_resource(max_entries=64, show_spinner=False)
def _events(path: str, name: str, state: tuple) -> Events:
    return read_events(path, name=name)


def events_of(path: Path, name: str) -> Events:
    """Return the events of a table, read again when the file changes."""
    return _events(str(path), name, _state(path))


@st.cache_resource(max_entries=32, show_spinner="Convolving the events")
def _regressors(path: str, name: str, n_volumes: int, tr: float, model: str, state: tuple) -> Regressors:
    return make_regressors(_events(path, name, state).frame, np.arange(n_volumes) * tr, model)


def regressors_of(path: Path, name: str, n_volumes: int, tr: float, model: str) -> Regressors:
    """Return what the events of a table should have done to a run of this length and TR (s)."""
    return _regressors(str(path), name, n_volumes, tr, model, _state(path))


@st.cache_resource(max_entries=64, show_spinner=False)
def _confounds(path: str, name: str, n_volumes: int, state: tuple) -> Confounds:
    return read_confounds(path, n_volumes=n_volumes, name=name)


def confounds_of(path: Path, name: str, n_volumes: int) -> Confounds:
    """Return the confounds of a table for a run of this length, read again when the file changes."""
    return _confounds(str(path), name, n_volumes, _state(path))


@st.cache_resource(max_entries=64, show_spinner=False)
def _motion(path: str, name: str, n_volumes: int, order: str | None, unit: str | None, state: tuple) -> Confounds:
    return read_confounds(path, n_volumes=n_volumes, order=order, rotation_unit=unit, name=name)


def motion_of(path: Path, name: str, n_volumes: int, order: str | None = None, unit: str | None = None) -> Confounds:
    """Return the motion parameters in a file, its columns in the order and unit given, else as its kind has them."""
    return _motion(str(path), name, n_volumes, order, unit, _state(path))


def _state(path: Path) -> tuple[int, int] | None:
    """Return size and time of change of a file; None where it is missing, which its reader then says."""
    if not path.is_file():
        return None
    state = path.stat()
    return state.st_size, state.st_mtime_ns
