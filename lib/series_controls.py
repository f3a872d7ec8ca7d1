"""Controls of the functional page: which part of the run is shown, and what is done to time courses."""

import streamlit as st

from lib import cache
from lib.errors import InputError
from lib.images import Image
from lib.plain_text import escape_markdown
from lib.runs import RunStore
from lib.signal_steps import Steps, require_steps
from lib.steady_state import count_non_steady

PARTS = {"volume": cache.VOLUME, "mean": "mean", "SD": "sd", "tSNR": "tsnr", "difference": cache.MINUS}
PART_UNITS = {
    "volume": "image units",
    "mean": "image units",
    "SD": "image units, divisor T - 1",
    "tSNR": "mean / SD, no unit",
    "difference": "image units",
}
UNITS = {"raw": "raw", "% change": "percent", "z": "z"}
DETREND = {"none": "none", "linear": "linear", "polynomial": "polynomial", "cosine": "cosine"}


def choose_part(image: Image, store: RunStore | None) -> str:
    """Choose what the slices show: the volume at the cursor, a map over time, or a difference of two volumes."""
    names = list(PARTS) if store is not None else ["volume"]
    if st.session_state.get("show") not in names:
        st.session_state.pop("show", None)
    name = st.segmented_control(
        "Show",
        names,
        default="volume",
        required=True,
        key="show",
        bind="query-params",
        help="Mean, SD, tSNR and differences need the whole run; they appear once it has been read through.",
    )
    if name == "difference":
        last = image.n_volumes - 1
        other = st.number_input("minus volume", 0, last, min(last, 0), key="minus", bind="query-params")
        return f"{cache.MINUS}{other}"
    return PARTS[name]


def choose_steps(image: Image, store: RunStore | None, tr: float | None, confound_names: tuple[str, ...]) -> Steps:
    """Choose what is done to time courses; a choice the run does not allow is explained and left undone."""
    units = st.segmented_control(
        "Units",
        list(UNITS),
        default="% change",
        required=True,
        key="units",
        bind="query-params",
        help="% change: 100 x / mean - 100. z: (x - mean) / SD, divisor T - 1.",
    )
    suggested = count_non_steady(store.global_signal) if store is not None else 0
    drop = st.number_input(
        "Drop first volumes",
        0,
        max(0, image.n_volumes - 2),
        0,
        key="drop",
        bind="query-params",
        help="Volumes before the magnetisation settled are brighter than the rest.",
    )
    if suggested and drop < suggested:
        st.caption(
            f"The first {suggested} volume{'s' * (suggested > 1)} stand out as non-steady: consider dropping them."
        )
    detrend = st.selectbox("Detrend", list(DETREND), key="detrend", bind="query-params")
    order = 2
    if detrend == "polynomial":
        order = st.number_input("Order", 1, 6, 2, key="order", bind="query-params")
    high_pass = _choose_cutoff("High-pass (Hz)", "high_pass", tr, "0.008 Hz lets slower drifts out")
    low_pass = _choose_cutoff("Low-pass (Hz)", "low_pass", tr, "0.09 Hz lets faster fluctuations out")
    confounds = ()
    if confound_names:
        confounds = tuple(
            st.multiselect("Regress out", confound_names, key="regress", bind="query-params", placeholder="None")
        )
    steps = Steps(drop, DETREND[detrend], order, high_pass, low_pass, confounds, UNITS[units])
    return _allowed(steps, image.n_volumes, tr)


def _choose_cutoff(label: str, key: str, tr: float | None, example: str) -> float | None:
    nyquist = 0.5 / tr if tr else None
    return st.number_input(
        label,
        min_value=0.0001,
        value=None,
        step=0.001,
        format="%.4f",
        key=key,
        bind="query-params",
        placeholder="Off",
        disabled=tr is None,
        help=f"For instance {example}." + (f" Below {nyquist:g} Hz, the Nyquist frequency." if nyquist else ""),
    )


def _allowed(steps: Steps, n_volumes: int, tr: float | None) -> Steps:
    try:
        require_steps(steps, n_volumes, tr)
    except InputError as error:
        title = "These steps cannot be taken; raw values are shown"
        st.error(escape_markdown(str(error)), title=title, icon=":material/error:")
        return Steps()
    return steps
