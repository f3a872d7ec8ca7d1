"""The time courses around the cursor, one cell a voxel, as AFNI shows them."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from lib.browser.chart import Fit, live_chart
from lib.browser.query import asked_place, asked_volume
from lib.cache.maps import view_of
from lib.cache.tickets import publish
from lib.denoising.processing import apply_steps, why_no_value
from lib.figures.time_course_panels import draw_neighbours, neighbour_changes
from lib.images.image import Image
from lib.session import cursor
from lib.spaces.anatomical_planes import PLANES, plane_letters
from lib.spaces.coordinates import nearest_voxel, world_from_voxel
from lib.timecourses.course import SteppedRun
from lib.timecourses.neighbours import SIZES, Neighbours, neighbour_voxels, read_neighbours
from lib.views.timeseries.csv_files import offer_csv, panel_csv

WORDS = {
    "L": "left", "R": "right", "P": "posterior", "A": "anterior", "I": "inferior", "S": "superior",
}  # fmt: skip


def show_neighbours(run: SteppedRun, *, is_radiological: bool) -> None:
    """Show the time courses around the cursor as AFNI does: one cell a voxel; a click moves there."""
    sizes = {f"{n} x {n}": n for n in SIZES}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        plane = st.segmented_control(
            "In plane", list(PLANES), default="axial", required=True, key="grid_plane", bind="query-params"
        )
        size = st.segmented_control(
            "Grid", list(sizes), default="3 x 3", required=True, key="grid_size", bind="query-params"
        )
        scale = st.segmented_control(
            "Scale", ["common", "own"], default="common", required=True, key="grid_scale", bind="query-params"
        )
        n = sizes[size]
        axes = screen_axes(run.image, plane, is_radiological=is_radiological)
        place, name = cursor.point_later(), f"{run.stem}-neighbours.csv"
        offer_csv("Neighbours as CSV", "neighbours-csv", name, lambda: neighbours_csv(run, axes, n, place()))

    def answer(query: Mapping[str, str]) -> dict:
        cells, signals = _neighbours(run, axes, n, asked_place(query))
        volume = asked_volume(query, run.image.n_volumes) - run.steps.drop
        return neighbour_changes(
            cells,
            signals,
            is_common_scale=scale == "common",
            unit=run.steps.unit.suffix,
            volume=volume if volume >= 0 else None,
        )

    url = publish("neighbours", (run.key, axes, n, scale), answer)
    with st.container(key="neighbours"):
        live_chart(
            Fit(draw_neighbours(n, plane), height=130 + 90 * n),
            key="neighbours_chart",
            alt=f"Time courses of {n} x {n} voxels around the cursor in the {plane} plane",
            cursor=cursor.told(),
            feed=url,
            on_click=lambda: _move_to_cell(run.image, axes, n),
            caption=run.image.name,
            file_name=f"{run.stem}-neighbours",
        )
    letters = plane_letters(plane, is_radiological=is_radiological, has_sides=not run.image.sides_doubt)
    _, right, _, up = (WORDS[letter[0]] + letter[1:] for letter in letters)
    st.caption(
        f"{run.steps.unit.axis}; each cell is labelled with its voxel i j k. The cell to the right is one voxel "
        f"further {right}, the cell above one further {up}. Click a cell to move there."
    )


def screen_axes(image: Image, plane: str, *, is_radiological: bool) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (voxel axis, step) of going down and of going right in a plane as the slices show it."""
    orientation = view_of(image).orientation
    _, right, up = PLANES[plane]
    stored = {int(world): (axis, int(step)) for axis, (world, step) in enumerate(orientation)}
    (axis_up, step_up), (axis_right, step_right) = stored[up], stored[right]
    return (axis_up, -step_up), (axis_right, -step_right if is_radiological and right == 0 else step_right)


def _neighbours(run: SteppedRun, axes, n: int, place) -> tuple[Neighbours, np.ndarray]:
    """Return the voxels around a place, and their processed (T - drop, n, n) time courses."""
    cells = read_neighbours(run.store, nearest_voxel(run.image.affine, place), *axes, n)
    signals = np.full((run.image.n_volumes - run.steps.drop, n, n), np.nan)
    if cells.is_inside.any():
        raw = cells.signals[:, cells.is_inside]
        signals[:, cells.is_inside] = apply_steps(raw, run.steps, run.tr, run.confounds)[0]
    return cells, signals


def neighbours_csv(run: SteppedRun, axes, n: int, place) -> bytes:
    """Return the time courses around a place as CSV."""
    cells, signals = _neighbours(run, axes, n, place)
    columns, problems = {"volume": np.arange(run.steps.drop, run.image.n_volumes)}, {}
    if run.tr:
        columns["seconds"] = columns["volume"] * run.tr
    for row, column in np.argwhere(cells.is_inside):
        name = "voxel {} {} {}".format(*cells.ijk[row, column])
        columns[name] = signals[:, row, column]
        if not np.isfinite(columns[name]).any():
            problems[f"no value in {name}"] = why_no_value(cells.signals[:, row, column], run.steps, run.tr)
    return panel_csv(columns, run, place, {"unit": run.steps.unit.axis, **problems})


def _move_to_cell(image: Image, axes, n: int) -> None:
    click = st.session_state["neighbours_chart"].get("click")
    if not click:
        return
    up, column = (min(n - 1, max(0, int(click[axis]))) for axis in ("y", "x"))
    cells = neighbour_voxels(cursor.voxel(image), *axes, n)
    cursor.move_to(world_from_voxel(image.affine, cells[n - 1 - up, column]))
