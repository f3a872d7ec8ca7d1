"""The functional page's charts: time course, spectrum, neighbours, and the runs of a subject side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from lib import cache, cursor
from lib.figures_series import draw_neighbours, draw_series, draw_spectrum, draw_tasks
from lib.images import Image
from lib.live_chart import Fit, TimeAxis, live_chart
from lib.neighbours import neighbour_voxels, read_neighbours
from lib.runs import RunStore
from lib.series_feed import (
    SeriesReader,
    neighbour_changes,
    query_place,
    read_course,
    series_changes,
    series_reader,
    spectrum_changes,
    tasks_changes,
)
from lib.signal_steps import Steps, unit_label
from lib.slices import PLANES
from lib.spaces import nearest_voxel, world_from_voxel
from lib.spectra import compute_spectrum

SERIES_HEIGHT = 270
CONFOUNDS_HEIGHT = 120


def time_title(tr: float | None) -> str:
    """Return the title of a time axis, honest about a missing TR."""
    return "Time (s)" if tr else "Volume (the TR is not known)"


def publish_series(image: Image, read: SeriesReader, steps: Steps, tr: float | None, confounds=None) -> str:
    """Return the address that tells the browser a voxel's time course."""

    def answer(query: Mapping[str, str]) -> dict:
        course = read_course(image, read, steps, tr, query_place(query), confounds)
        return series_changes(course, drop=steps.drop, tr=tr)

    return cache.publish("series", (image.key, steps, tr, cache.run_store(image) is None), answer)


def draw_series_fit(image: Image, steps: Steps, tr: float | None, *, has_raw: bool, **extra) -> Fit:
    """Return the time-course figure, empty of the voxel, with what does not depend on it."""
    all_times = np.arange(image.n_volumes) * (tr or 1.0)
    figure = draw_series(
        all_times[steps.drop :],
        x_title=time_title(tr),
        y_title=unit_label(steps),
        has_raw=has_raw,
        all_times=all_times,
        **extra,
    )
    return Fit(figure, height=SERIES_HEIGHT + (CONFOUNDS_HEIGHT if extra.get("confounds") else 0))


def show_series(image: Image, fit: Fit, feed: str, tr: float | None) -> None:
    """Show the time course under the cursor; a click on it moves the volume. Called inside the cursor's fragment."""
    times = tuple(float(t) for t in np.arange(image.n_volumes) * (tr or 1.0))
    with st.container(key="series"):
        live_chart(
            fit,
            key="series_chart",
            alt=f"Time course of the voxel under the cursor in {image.name}; the vertical line marks the volume",
            cursor=cursor.told(),
            time=TimeAxis(times, (2,)),
            feed=feed,
            on_cursor=lambda: cursor.take_from("series_chart"),
            caption=image.name,
            file_name=f"{image.name.split('.')[0]}-series",
        )


def show_spectrum(image: Image, read: SeriesReader, steps: Steps, tr: float | None, confounds=None) -> None:
    """Show the power spectrum of the voxel under the cursor, before and after the steps."""
    if tr is None:
        st.info("A spectrum in Hz needs the time between volumes. Type the TR above.", icon=":material/timer:")
        return
    method = st.segmented_control(
        "Method", ["Welch", "periodogram"], default="Welch", required=True, key="spectrum_method", bind="query-params"
    ).lower()

    def answer(query: Mapping[str, str]) -> dict:
        course = read_course(image, read, steps, tr, query_place(query), confounds)
        if course is None:
            return spectrum_changes(([], []), ([], []))
        both = [compute_spectrum(signal, tr, method) for signal in (course.processed, course.raw[steps.drop :])]
        return spectrum_changes(*[(spectrum.frequencies, spectrum.power) for spectrum in both])

    url = cache.publish("spectrum", (image.key, steps, tr, method), answer)
    unit = {"raw": "image units", "percent": "%", "z": "1"}[steps.units]
    figure = draw_spectrum(y_title=f"Power ({unit}²/Hz)", band=(steps.high_pass, steps.low_pass), nyquist=0.5 / tr)
    with st.container(key="spectrum"):
        live_chart(
            Fit(figure, height=280),
            key="spectrum_chart",
            alt="Power spectrum of the voxel under the cursor",
            cursor=cursor.told(),
            feed=url,
            file_name=f"{image.name.split('.')[0]}-spectrum",
        )
    st.caption(
        f"{method.capitalize()} estimate of the series as processed, and of the raw one on a scale of its own (grey). "
        "The shaded band passes the filter."
    )


def show_neighbours(image: Image, store: RunStore) -> None:
    """Show the time courses around the cursor as AFNI does: one cell a voxel; a click moves there."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        plane = st.segmented_control(
            "In plane", list(PLANES), default="axial", required=True, key="grid_plane", bind="query-params"
        )
        n = st.segmented_control(
            "Grid", [3, 5, 7], default=3, required=True, format_func=lambda n: f"{n} x {n}", key="grid_size"
        )
        scale = st.segmented_control(
            "Scale", ["common", "own"], default="common", required=True, key="grid_scale", bind="query-params"
        )

    down, right = _screen_axes(image, plane)

    def answer(query: Mapping[str, str]) -> dict:
        cells = read_neighbours(store, nearest_voxel(image.affine, query_place(query)), down, right, n)
        return neighbour_changes(np.moveaxis(cells.signals, 0, -1), is_common_scale=scale == "common")

    url = cache.publish("neighbours", (image.key, plane, n, scale), answer)
    with st.container(key="neighbours"):
        live_chart(
            Fit(draw_neighbours(n, plane), height=130 + 90 * n),
            key="neighbours_chart",
            alt=f"Raw time courses of {n} x {n} voxels around the cursor in the {plane} plane",
            cursor=cursor.told(),
            feed=url,
            on_click=lambda: _move_to_cell(image, plane, n),
            file_name=f"{image.name.split('.')[0]}-neighbours",
        )
    words = ("Right", "Anterior", "Superior")
    _, across, up = PLANES[plane]
    st.caption(
        f"Raw values. Cells to the right lie {words[across]}, cells above {words[up]}. Click a cell to move there."
    )


def _screen_axes(image: Image, plane: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (voxel axis, step) of going down and of going right in a plane as drawn."""
    orientation = cache.view(image).orientation
    _, right, up = PLANES[plane]
    stored = {int(world): (axis, int(step)) for axis, (world, step) in enumerate(orientation)}
    axis_up, step_up = stored[up]
    return (axis_up, -step_up), stored[right]


def _move_to_cell(image: Image, plane: str, n: int) -> None:
    click = st.session_state["neighbours_chart"].get("click")
    if not click:
        return
    up, column = (min(n - 1, max(0, int(click[axis]))) for axis in ("y", "x"))
    cells = neighbour_voxels(cursor.voxel(image), *_screen_axes(image, plane), n)
    cursor.move_to(world_from_voxel(image.affine, cells[n - 1 - up, column]))


def show_tasks(runs: Sequence[tuple[str, Image, RunStore | None, float | None]], steps: Steps) -> None:
    """Show one place in several runs of a subject: each with its own TR and length, on one scale of time.

    Parameters
    ----------
    runs : sequence of (name, image, store or None, TR in s or None)
    """
    ready = [(name, image, store, tr) for name, image, store, tr in runs if store is not None]
    if not ready:
        return
    own_steps = [Steps(steps.drop, steps.detrend, steps.order, units=steps.units) for _ in ready]

    def answer(query: Mapping[str, str]) -> dict:
        place = query_place(query)
        courses = []
        for (_, image, store, tr), own in zip(ready, own_steps, strict=True):
            courses.append(read_course(image, series_reader(image, store), own, tr, place))
        return tasks_changes(courses)

    url = cache.publish("tasks", (steps, *((image.key, tr) for _, image, _, tr in ready)), answer)
    figure = draw_tasks(
        [name for name, *_ in ready],
        [image.n_volumes * (tr or 1.0) for _, image, _, tr in ready],
        [time_title(tr) + (f", TR {tr:g} s, {image.n_volumes} volumes" if tr else "") for _, image, _, tr in ready],
        unit_label(steps),
    )
    with st.container(key="tasks"):
        live_chart(
            Fit(figure, height=40 + 170 * len(ready)),
            key="tasks_chart",
            alt=f"Time courses of {len(ready)} runs at the cursor's world point",
            cursor=cursor.told(),
            feed=url,
            file_name="runs-side-by-side",
        )
