"""Holding voxels and regions for comparison: the buttons, the link, and their processed time courses."""

import numpy as np
import streamlit as st

from lib.cache.images import volume_of
from lib.denoising.processing import apply_steps
from lib.denoising.steps import Steps
from lib.errors import InputError
from lib.images.image import Image
from lib.runs import RunStore, read_series_many
from lib.session import cursor, image_choice
from lib.session.frame import show_error
from lib.spaces.coordinates import is_inside, nearest_voxel
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
    """Show the buttons that hold the voxel under the cursor or a region, and that let all go."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="holding"):
        waits = "Once the run has been read through." if store is None else None
        st.button("Hold this voxel", on_click=_hold, args=("voxel",), disabled=store is None, help=waits)
        with st.popover("Hold a region", disabled=store is None):
            st.number_input("Sphere radius (mm)", 1.0, MAX_RADIUS, 6.0, 1.0, key="radius", bind="query-params")
            st.button("Hold the sphere around the cursor", on_click=_hold, args=("sphere",))
            overlay = st.session_state.get("overlay")
            region = image_choice.choose_id("Mask or atlas image", "region", overlay, placeholder="None")
            if region is not None:
                st.button("Hold the whole mask (values other than 0)", on_click=_hold, args=("mask",))
                st.button("Hold the label under the cursor", on_click=_hold, args=("label",))
        held = held_list()
        st.button(f"Let all {len(held)} go" if held else "Let go", on_click=held.clear, disabled=not held)


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


def _label_under_cursor() -> float:
    atlas = image_choice.open_by_id(st.session_state["region"])
    ijk = cursor.voxel(atlas)
    return float(volume_of(atlas).value_at(ijk)) if is_inside(atlas.shape, ijk) else 0.0


def held_series(image: Image, store: RunStore | None, steps: Steps, tr: float | None, confounds) -> list[tuple]:
    """Return (name, times, values, spread or None) of everything held, processed; what cannot be read is said."""
    courses = []
    for held in held_list() if store is not None else ():
        try:
            courses.append(_course(held, image, store, steps, tr, confounds))
        except InputError as error:
            show_error(error)
    return courses


def _course(held: Held, image: Image, store: RunStore, steps: Steps, tr: float | None, confounds) -> tuple:
    source = image_choice.open_by_id(held.source) if held.source else None
    # A region can be a whole brain: it is read when it is new, not whenever the page runs.
    known = st.session_state.setdefault("held_courses", {})
    key = (image.key, held, source.key if source else None, steps, tr)
    if key not in known:
        name, ijks = _voxels(held, image, source)
        summary = average(
            lambda some: apply_steps(read_series_many(store, some), steps, tr, confounds)[0], ijks, image.n_volumes
        )
        spread = summary.sd if len(ijks) > 1 else None
        if len(ijks) > 1:
            name = f"{name}, mean ± SD of {summary.n_voxels:,}"
        times = np.arange(steps.drop, image.n_volumes) * (tr or 1.0)
        known[key] = (name, times, summary.mean, spread)
        for old in list(known)[:-KEPT]:
            del known[old]
    return known[key]


def _voxels(held: Held, image: Image, source: Image | None) -> tuple[str, np.ndarray]:
    """Return the name and the (N, 3) voxels of what is held, on the run's grid."""
    if held.kind == "voxel":
        ijk = nearest_voxel(image.affine, held.place)
        if not is_inside(image.shape, ijk):
            raise InputError(
                f"The held voxel at {_mm(held.place)} lies outside {image.name}. Let it go, or change the run."
            )
        return f"held voxel {ijk[0]} {ijk[1]} {ijk[2]}", np.array([ijk])
    if held.kind == "sphere":
        name = f"{held.size:g} mm sphere at {_mm(held.place)}"
        return name, voxels_of_sphere(image.shape, image.affine, held.place, held.size)
    on_grid = bring_to_grid(volume_of(source).values(), source.affine, image.shape, image.affine)
    how = " (nearest voxel)" if on_grid.is_resampled else ""
    if held.kind == "mask":
        return f"{source.name}{how}", voxels_of_mask(on_grid.values, source.name)
    return f"label {held.size:g} of {source.name}{how}", voxels_of_label(on_grid.values, held.size, source.name)


def _mm(place) -> str:
    return " ".join(f"{value:.1f}" for value in place) + " mm"
