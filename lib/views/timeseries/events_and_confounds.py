"""What stands beside a run's series: its events, the signal they should have made, and its confounds."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib.cache.tables import confounds_of, events_of, regressors_of
from lib.errors import InputError
from lib.images.image import Image
from lib.plain_text import escape_markdown
from lib.session.frame import show_error
from lib.session.study_files import PairedFiles
from lib.views.timeseries.steps_controls import choose_several

# nilearn's models, and no expected signal.
MODELS = ("off", "spm", "glover")


@dataclass(frozen=True, eq=False)
class Happened:
    """What happened during a run: the events that are shown, and the signal they should have made.

    Attributes
    ----------
    conditions : tuple of str
        All that the table has.
    events : list of (condition, onset, duration), s
    regressors : list of (condition, name, (T,) array)
        Scaled to a peak of 1.
    """

    conditions: tuple[str, ...] = ()
    events: tuple[tuple[str, float, float], ...] = ()
    regressors: tuple[tuple[str, str, np.ndarray], ...] = ()


def read_events(pairs: PairedFiles) -> tuple[tuple[str, ...], list[tuple[str, float, float]]]:
    """Return conditions and (condition, onset, duration) of the events that belong to a run; both empty without."""
    if not pairs.events:
        return (), []
    events = events_of(pairs.events[0].path, pairs.events[0].name)
    rows = events.frame
    durations = rows["duration"].fillna(0.0)
    return events.conditions, list(zip(rows["trial_type"], rows["onset"], durations, strict=True))


def choose_events(pairs: PairedFiles, image: Image, tr: float | None) -> Happened:
    """Choose whose blocks stand behind the series, and which model of the HRF makes their expected signal."""
    try:
        conditions, events = read_events(pairs)
    except InputError as error:
        show_error(error)
        return Happened()
    if not conditions:
        return Happened()
    if tr is None:
        st.caption("Events are told in seconds: they are shown once the TR is known.")
        return Happened(conditions)
    source = f"Blocks behind the series, from {escape_markdown(pairs.events[0].name)}."
    hidden = choose_several("Hide events of", "hide", conditions, "All are shown", help=source)
    shown = [condition for condition in conditions if condition not in hidden]
    model = st.selectbox(
        "Expected response",
        MODELS,
        key="hrf",
        bind="query-params",
        help="Each condition's events convolved with nilearn's model of the haemodynamic response (HRF), scaled to a "
        "peak of 1, and correlated with the series. SPM and Glover: differences of two gamma functions.",
    )
    regressors = () if model == "off" else _regressors(pairs, image, tr, model, shown)
    return Happened(conditions, tuple(event for event in events if event[0] in shown), regressors)


def _regressors(pairs: PairedFiles, image: Image, tr: float, model: str, shown) -> tuple:
    made = regressors_of(pairs.events[0].path, pairs.events[0].name, image.n_volumes, tr, model)
    peaks = np.abs(made.convolved).max(axis=0)
    scaled = made.convolved / np.where(peaks > 0, peaks, 1.0)
    return tuple(
        (condition, f"{condition} x {model} HRF", scaled[:, number])
        for number, condition in enumerate(made.conditions)
        if condition in shown
    )


def read_paired_confounds(pairs: PairedFiles, image: Image):
    """Return the confounds frame that belongs to a run, or None; a table of another length is said and left out."""
    if not pairs.confounds:
        return None
    try:
        confounds = confounds_of(pairs.confounds[0].path, pairs.confounds[0].name, image.n_volumes)
    except InputError as error:
        show_error(error)
        return None
    if len(confounds.frame) != image.n_volumes:
        st.warning(escape_markdown(" ".join(confounds.problems)), icon=":material/warning:")
        return None
    return confounds.frame


def confound_names(frame) -> tuple[str, ...]:
    """Return the columns that hold numbers."""
    return tuple(str(name) for name in frame.select_dtypes("number").columns) if frame is not None else ()


def choose_confound_traces(frame) -> list[tuple[str, np.ndarray]]:
    """Choose columns to draw on a linked axis below the series."""
    names = confound_names(frame)
    if not names:
        return []
    chosen = choose_several("Show confounds below", "below", names, "None")
    return [(name, frame[name].to_numpy(dtype=np.float64)) for name in chosen]
