"""What stands beside a run: its events, its confounds, and the voxels and regions held for comparison."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import cache, chosen_image, chosen_study, cursor
from lib.chosen_run import require_4d
from lib.errors import InputError
from lib.frame import show_error
from lib.images import Image
from lib.regions import bring_to_grid, summarise, voxels_of_label, voxels_of_mask, voxels_of_sphere
from lib.regressors import make_regressors
from lib.runs import RunStore, read_series_many
from lib.signal_steps import Steps
from lib.signals import apply_steps
from lib.spaces import is_inside, nearest_voxel

MAX_HELD = 8


@dataclass(frozen=True)
class Held:
    """A voxel or region whose time course stays on the chart.

    Attributes
    ----------
    kind : str
        "voxel", "sphere", "mask" or "label".
    place : tuple of 3 float
        World mm, of a voxel or a sphere's centre.
    size : float
        Radius in mm, or the label's number.
    source : str
        Id of the mask or atlas image.
    """

    kind: str
    place: tuple[float, float, float]
    size: float = 0.0
    source: str = ""


def choose_events(image_id: str) -> tuple[list[tuple[str, float, float]], object | None]:
    """Choose whose blocks stand behind the series; return (condition, onset, duration) and the events frame."""
    paired = chosen_study.pairs_of(image_id).events
    if not paired:
        return [], None
    try:
        events = cache.events(paired[0].path, paired[0].name)
    except InputError as error:
        show_error(error)
        return [], None
    conditions = st.multiselect(
        "Events behind the series",
        events.conditions,
        default=list(events.conditions),
        key="conditions",
        help=f"From {paired[0].name}.",
        placeholder="None",
    )
    rows = events.frame[events.frame["trial_type"].isin(conditions)]
    durations = rows["duration"].fillna(0.0)
    return list(zip(rows["trial_type"], rows["onset"], durations, strict=True)), events.frame


def choose_regressors(events, image: Image, tr: float | None) -> list[tuple[str, np.ndarray]]:
    """Choose whether the expected signal of each shown condition is drawn, and which model of the HRF makes it."""
    if events is None or tr is None:
        return []
    model = st.selectbox(
        "Expected signal (HRF)",
        ["off", "spm", "glover"],
        key="hrf",
        bind="query-params",
        help="Each condition's events convolved with nilearn's model of the haemodynamic response.",
    )
    if model == "off":
        return []
    shown = events[events["trial_type"].isin(st.session_state.get("conditions", []))]
    if shown.empty:
        return []
    made = make_regressors(shown, np.arange(image.n_volumes) * tr, model)
    peaks = np.abs(made.convolved).max(axis=0)
    scaled = made.convolved / np.where(peaks > 0, peaks, 1.0)
    return [(f"{name} x {model} HRF", scaled[:, number]) for number, name in enumerate(made.conditions)]


def read_paired_confounds(image_id: str, image: Image):
    """Return the confounds frame that belongs to a run, or None; a table of another length is said and left out."""
    paired = chosen_study.pairs_of(image_id).confounds
    if not paired:
        return None
    try:
        confounds = cache.confounds(paired[0].path, paired[0].name, image.n_volumes)
    except InputError as error:
        show_error(error)
        return None
    if len(confounds.frame) != image.n_volumes:
        st.warning(" ".join(confounds.problems), icon=":material/warning:")
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
    chosen = st.multiselect("Confounds below the series", names, key="below", bind="query-params", placeholder="None")
    return [(name, frame[name].to_numpy(dtype=np.float64)) for name in chosen]


def held_list() -> list[Held]:
    """Return what is held, from the link at first."""
    return st.session_state.setdefault("held", [])


def offer_holding(image: Image, store: RunStore | None) -> None:
    """Show the buttons that hold the voxel under the cursor or a region, and that let all go."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="holding"):
        st.button("Hold this voxel", on_click=_hold, args=("voxel",), disabled=store is None)
        with st.popover("Hold a region", disabled=store is None):
            st.number_input("Sphere radius (mm)", 1.0, 50.0, 6.0, 1.0, key="sphere_radius")
            st.button("Hold the sphere around the cursor", on_click=_hold, args=("sphere",))
            mask_id = chosen_image.choose_id("Mask or atlas image", "region", None, placeholder="None")
            if mask_id is not None:
                st.button("Hold the whole mask (values above 0)", on_click=_hold, args=("mask",))
                st.button("Hold the label under the cursor", on_click=_hold, args=("label",))
        st.button("Let all go", on_click=held_list().clear, disabled=not held_list())


def _hold(kind: str) -> None:
    held = held_list()
    size, source = 0.0, ""
    if kind == "sphere":
        size = float(st.session_state["sphere_radius"])
    elif kind in ("mask", "label"):
        source = st.session_state["region"]
        if kind == "label":
            atlas = chosen_image.open_by_id(source)
            ijk = nearest_voxel(atlas.affine, cursor.point())
            size = cache.volume(atlas).value_at(ijk) if is_inside(atlas.shape, ijk) else 0.0
    new = Held(kind, cursor.point(), size, source)
    if new not in held:
        held.append(new)
    del held[:-MAX_HELD]


def held_series(image: Image, store: RunStore | None, steps: Steps, tr: float | None, confounds) -> list[tuple]:
    """Return (name, times, values, spread or None) of everything held, processed; what cannot be read is said."""
    courses = []
    for held in held_list() if store is not None else ():
        try:
            require_4d(image)
            name, ijks = _voxels(held, image)
            processed, times = apply_steps(read_series_many(store, ijks), steps, tr, confounds)
            summary = summarise(processed)
        except InputError as error:
            show_error(error)
            continue
        if summary.n_voxels == 1:
            courses.append((name, times, summary.mean, None))
        else:
            courses.append((f"{name}: mean ± SD of {summary.n_voxels} voxels", times, summary.mean, summary.sd))
    return courses


def _voxels(held: Held, image: Image) -> tuple[str, np.ndarray]:
    """Return the name and the (N, 3) voxels of what is held, on the run's grid."""
    if held.kind == "voxel":
        ijk = nearest_voxel(image.affine, held.place)
        if not is_inside(image.shape, ijk):
            raise InputError(
                f"The held voxel at {_mm(held.place)} lies outside {image.name}. Let it go, or change the run."
            )
        return f"voxel {ijk[0]} {ijk[1]} {ijk[2]}", np.array([ijk])
    if held.kind == "sphere":
        return (
            f"{held.size:g} mm sphere at {_mm(held.place)}",
            voxels_of_sphere(image.shape, image.affine, held.place, held.size),
        )
    source = chosen_image.open_by_id(held.source)
    on_grid = bring_to_grid(cache.volume(source).values(), source.affine, image.shape, image.affine)
    how = " (resampled, nearest)" if on_grid.is_resampled else ""
    if held.kind == "mask":
        return f"{source.name}{how}", voxels_of_mask(on_grid.values, source.name)
    return f"label {held.size:g} of {source.name}{how}", voxels_of_label(on_grid.values, held.size, source.name)


def _mm(place) -> str:
    return " ".join(f"{value:.1f}" for value in place) + " mm"
