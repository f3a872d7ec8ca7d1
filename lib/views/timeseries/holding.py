"""Holding voxels and regions for comparison: the buttons, the link, and their processed time courses."""

import numpy as np
import streamlit as st

from lib.cache.images import volume_of
from lib.denoising.processing import apply_steps
from lib.errors import InputError
from lib.images.image import Image
from lib.number_text import value_text
from lib.runs import RunStore, read_series_many
from lib.session import cursor, image_choice
from lib.session.frame import show_error
from lib.session.run_reading import is_refused
from lib.spaces.coordinates import is_inside, nearest_voxel
from lib.timecourses.course import SteppedRun
from lib.timecourses.held import MAX_HELD, MAX_RADIUS, Held, average, format_held, parse_held
from lib.timecourses.regions import bring_to_grid, voxels_of_label, voxels_of_mask, voxels_of_sphere

# Averages kept: as many as can be held, in the two units somebody goes back and forth between.
KEPT = 2 * MAX_HELD


def held_list() -> list[Held]:
    """Return what is held: of a session's first page, what its link says."""
    state = st.session_state
    if "held" not in state:
        state["held"] = []
        try:
            state["held"] = parse_held(st.query_params.get("held", ""))
        except InputError as error:
            # The page has shown its problems already; from the next run on it shows this one with them.
            show_error(error)
            state["link_problem"] = error
    return state["held"]


def held_link() -> dict[str, str | None]:
    """Return the query parameter that reproduces what is held."""
    return {"held": format_held(held_list())}


def offer_holding(image: Image, store: RunStore | None) -> None:
    """Show the buttons that hold the voxel under the cursor or a region, and that stop it."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="holding"):
        state = "The run could not be read through." if is_refused(image) else "Once the run has been read through."
        waits = state if store is None else None
        keeps = "Keeps the time course of the voxel under the cursor in the chart, to compare others with it."
        st.button("Hold this voxel", on_click=_hold, args=("voxel",), disabled=store is None, help=waits or keeps)
        averages = "Keeps the mean time course of a region of interest (ROI) in the chart, with its SD."
        with st.popover("Hold a region", disabled=store is None, help=waits or averages):
            st.number_input("Sphere radius (mm)", 1.0, MAX_RADIUS, 6.0, 1.0, key="radius", bind="query-params")
            st.button("Hold the sphere around the cursor", on_click=_hold, args=("sphere",))
            overlay = st.session_state.get("overlay")
            region = image_choice.choose_id("Mask or atlas image", "region", overlay, placeholder="None")
            if region is not None:
                with image_choice.refusal_shown("region"):
                    image_choice.open_by_id(region)
                    st.button("Hold the whole mask (values other than 0)", on_click=_hold, args=("mask",))
                    st.button("Hold the label under the cursor", on_click=_hold, args=("label",))
        held = held_list()
        st.button(
            f"Stop holding all {len(held)}" if len(held) > 1 else "Stop holding", on_click=held.clear, disabled=not held
        )


def _hold(kind: str) -> None:
    held = held_list()
    # As exact as the link, so that holding the same place twice holds it once.
    place = tuple(round(value, 2) for value in cursor.point())
    if kind == "voxel":
        new = Held(kind, place)
    elif kind == "sphere":
        new = Held(kind, place, float(st.session_state["radius"]))
    elif kind == "mask":
        new = Held(kind, source=st.session_state["region"])
    else:
        new = Held(kind, size=_label_under_cursor(), source=st.session_state["region"])
    if new not in held:
        held.append(new)
    del held[:-MAX_HELD]


def _label_under_cursor() -> float | int:
    atlas = image_choice.open_by_id(st.session_state["region"])
    ijk = cursor.voxel(atlas)
    return volume_of(atlas).value_at(ijk) if is_inside(atlas.shape, ijk) else 0


def held_series(run: SteppedRun) -> list[tuple]:
    """Return (name, times, values, spread or None) of everything held, processed; what cannot be read is said."""
    courses = []
    for held in held_list() if run.store is not None else ():
        try:
            courses.append(_course(held, run))
        except InputError as error:
            show_error(error)
    return courses


def _course(held: Held, run: SteppedRun) -> tuple:
    source = image_choice.open_by_id(held.source) if held.source else None
    # A region can be a whole brain: it is read when it is new, not whenever the page runs.
    known = st.session_state.setdefault("held_courses", {})
    key = (run.key, held, source.key if source else None)
    if key not in known:
        # Kept with its run: the key knows the confounds by their identity.
        known[key] = run, _average(held, run, source)
        for old in list(known)[:-KEPT]:
            del known[old]
    return known[key][1]


def _average(held: Held, run: SteppedRun, source: Image | None) -> tuple:
    name, ijks = _voxels(held, run.image, source)

    def read(some: np.ndarray) -> np.ndarray:
        return apply_steps(read_series_many(run.store, some), run.steps, run.tr, run.confounds)[0]

    summary = average(read, ijks, run.image.n_volumes)
    is_region = len(ijks) > 1
    if is_region:
        name = f"{name}, mean ± SD of {summary.n_voxels:,}"
        if summary.n_voxels < len(ijks):
            name += f" of {len(ijks):,} that have a value"
    times = np.arange(run.steps.drop, run.image.n_volumes) * (run.tr or 1.0)
    return name, times, summary.mean, summary.sd if is_region else None


def _voxels(held: Held, image: Image, source: Image | None) -> tuple[str, np.ndarray]:
    """Return the name and the (N, 3) voxels of what is held, on the run's grid."""
    if held.kind == "voxel":
        ijk = nearest_voxel(image.affine, held.place)
        if not is_inside(image.shape, ijk):
            raise InputError(
                f"The held voxel at {_mm(held.place)} lies outside {image.name}. Stop holding it, or change the run."
            )
        return f"held voxel {ijk[0]} {ijk[1]} {ijk[2]}", np.array([ijk])
    if held.kind == "sphere":
        name = f"{held.size:g} mm sphere at {_mm(held.place)}"
        return name, voxels_of_sphere(image.shape, image.affine, held.place, held.size)
    on_grid = bring_to_grid(volume_of(source).values(), source.affine, image.shape, image.affine)
    how = " (nearest voxel)" if on_grid.is_resampled else ""
    if held.kind == "mask":
        return f"{source.name}{how}", voxels_of_mask(on_grid.values, source.name)
    return f"label {value_text(held.size)} of {source.name}{how}", voxels_of_label(
        on_grid.values, held.size, source.name
    )


def _mm(place) -> str:
    return " ".join(f"{value:.1f}" for value in place) + " mm"
