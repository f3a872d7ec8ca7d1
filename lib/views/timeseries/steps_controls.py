"""Controls of the functional page: which part of the run is shown, and what is done to time courses."""

from collections.abc import Sequence

import streamlit as st

from lib.cache.maps import difference_map, image_map, run_map
from lib.cache.quality import run_level_of
from lib.confounds.steady_state import count_non_steady
from lib.denoising.steps import UNITS, Steps, require_steps
from lib.errors import InputError
from lib.images.image import Image
from lib.images.maps import Map
from lib.plain_text import escape_markdown
from lib.runs import RunStore
from lib.runs.maps import RUN_MAP_NAMES
from lib.session.run_reading import is_refused

UNITS_BY_NAME = {unit.name: units for units, unit in UNITS.items()}
DETREND = {"none": "none", "linear": "linear", "polynomial": "polynomial", "cosine": "cosine"}
VOLUME, DIFFERENCE, TSNR = "volume", "difference", "tSNR"


def choose_shown(image: Image, store: RunStore | None) -> Map:
    """Choose what the slices show: the volume at the cursor, a map over time, or a difference of two volumes."""
    name = st.segmented_control(
        "Show",
        [VOLUME, *RUN_MAP_NAMES, DIFFERENCE],
        default=VOLUME,
        required=True,
        key="show",
        bind="query-params",
        help="Over all volumes: the mean, the standard deviation (divisor T), tSNR, their ratio, and the SD of the "
        "change from volume to volume. Difference: the volume at the cursor minus another one.",
    )
    other = 0
    if name == DIFFERENCE:
        other = st.number_input("minus volume", 0, image.n_volumes - 1, 0, key="minus", bind="query-params")
    if store is None and name != VOLUME:
        never = f"Volumes are shown: the {name} needs the whole run, which could not be read through."
        later = f"Volumes are shown until the run has been read through; then the {name}."
        st.caption(never if is_refused(image) else later)
        name = VOLUME
    if name == TSNR and run_level_of(image).reason:
        st.caption(f"This tSNR says nothing of the scanner's noise. {run_level_of(image).reason}.")
    if name == VOLUME:
        return image_map(image)
    return difference_map(image, other) if name == DIFFERENCE else run_map(image, name)


def choose_steps(image: Image, store: RunStore | None, tr: float | None, confound_names: tuple[str, ...]) -> Steps:
    """Choose what is done to time courses; a choice the run does not allow is explained and left undone."""
    units = st.segmented_control(
        "Units",
        list(UNITS_BY_NAME),
        default="% change",
        required=True,
        key="units",
        bind="query-params",
        help="% change: 100 (x - mean) / |mean|. z: (x - mean) / SD, divisor T - 1.",
    )
    drop = _choose_drop(image, store)
    detrend = st.selectbox(
        "Remove slow drift",
        list(DETREND),
        key="detrend",
        bind="query-params",
        help="Detrending. Steps are taken in this order: drop volumes, detrend, filter, regress out, units. Each "
        "keeps the mean. Cosine: slow drifts up to the high-pass cut-off, or 1/128 Hz.",
    )
    order = 2
    if detrend == "polynomial":
        order = st.number_input("Order", 1, 6, 2, key="order", bind="query-params")
    high_pass = _choose_cutoff(
        "Remove slower than (Hz)", "high_pass", tr, "High-pass filter", "0.008 Hz lets slower drifts out"
    )
    low_pass = _choose_cutoff(
        "Remove faster than (Hz)", "low_pass", tr, "Low-pass filter", "0.09 Hz lets faster fluctuations out"
    )
    confounds = ()
    if confound_names:
        confounds = choose_several(
            "Remove confounds", "regress", confound_names, "No confounds",
            help="Regresses these columns of the confounds table out of the signal: nuisance regression.",
        )  # fmt: skip
    steps = Steps(drop, DETREND[detrend], order, high_pass, low_pass, confounds, UNITS_BY_NAME[units])
    return _allowed(steps, image.n_volumes, tr)


def choose_raw() -> bool:
    """Choose whether the values as the file has them stand behind the processed time course."""
    return st.toggle(
        "Show raw values",
        key="raw",
        bind="query-params",
        help="The unprocessed time course, in grey behind the processed one, on a scale of its own.",
    )


def choose_several(label: str, key: str, options: Sequence[str], placeholder: str, **look) -> tuple[str, ...]:
    """Choose some of the options; of an earlier run's choice, what this one offers stays."""
    chosen = st.session_state.get(key)
    if chosen is not None and not set(chosen) <= set(options):
        st.session_state[key] = [name for name in chosen if name in options]
    return tuple(st.multiselect(label, options, key=key, bind="query-params", placeholder=placeholder, **look))


def _choose_drop(image: Image, store: RunStore | None) -> int:
    last = max(0, image.n_volumes - 2)
    if st.session_state.get("drop", 0) > last:
        st.session_state["drop"] = last
    drop = st.number_input(
        "Leave out first volumes",
        0,
        last,
        key="drop",
        bind="query-params",
        help="Non-steady-state volumes (dummy scans): those before the magnetisation settled are brighter than the "
        "rest. They are dropped before anything else is done.",
    )
    suggested = min(last, count_non_steady(store.global_signal)) if store is not None else 0
    if drop < suggested:
        with st.container(horizontal=True, vertical_alignment="center"):
            stand_out = "volume stands" if suggested == 1 else f"{suggested} volumes stand"
            st.caption(f"The first {stand_out} out as non-steady.")
            st.button(f"Drop {suggested}", key="drop-suggested", on_click=_set_drop, args=(suggested,))
    return drop


def _set_drop(n: int) -> None:
    st.session_state["drop"] = n


def _choose_cutoff(label: str, key: str, tr: float | None, term: str, example: str) -> float | None:
    nyquist = 0.5 / tr if tr else None
    cutoff = st.number_input(
        label,
        min_value=0.0001,
        value=None,
        step=0.001,
        format="%.4f",
        key=key,
        bind="query-params",
        placeholder="Off" if tr else "Needs a TR",
        disabled=tr is None,
        help=f"{term}: Butterworth, order 5, forwards and backwards. For instance {example}."
        + (f" Below {nyquist:g} Hz, the Nyquist frequency." if nyquist else ""),
    )
    return cutoff if tr else None


def _allowed(steps: Steps, n_volumes: int, tr: float | None) -> Steps:
    try:
        require_steps(steps, n_volumes, tr)
    except InputError as error:
        title = "These steps cannot be taken; none is"
        st.error(escape_markdown(str(error)), title=title, icon=":material/error:")
        return Steps(units=steps.units)
    return steps
