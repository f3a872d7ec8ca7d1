"""What the functional page says and offers below the time course."""

import numpy as np
import streamlit as st

from lib import cache, chosen_image, chosen_run, chosen_study, chosen_tr, cursor, series_extras, series_parts
from lib.errors import InputError
from lib.figures_colours import code_table
from lib.figures_slices import draw_planes, planes_aspect, slice_roles
from lib.frame import show_error
from lib.grids import make_grid
from lib.images import Image
from lib.live_chart import Fit, Layer, Slices, live_chart
from lib.regressors import correlate
from lib.runs import RunStore
from lib.same_space import judge_spaces
from lib.series_csv import format_series_csv
from lib.series_feed import SeriesReader, read_course
from lib.signal_steps import Steps, describe_steps, unit_label

MAX_TASKS = 6


def show_words(image: Image, read: SeriesReader, steps: Steps, tr: float | None, regressors, confounds) -> None:
    """Say which steps were taken and how the voxel correlates with each regressor; offer the series as CSV."""
    course = read_course(image, read, steps, tr, cursor.point(), confounds)
    words = [describe_steps(steps, tr)]
    if course is not None:
        for name, values in regressors:
            r = correlate(course.processed, values[steps.drop :])
            words.append(f"r with {name}: {r:.2f}.")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(" ".join(words), width="stretch")
        if course is not None:
            st.download_button(
                "Series as CSV",
                data=lambda: _csv(image, course, steps, tr, confounds),
                file_name=f"{image.name.split('.')[0]}-series.csv",
                mime="text/csv",
                key="series-csv",
                on_click="ignore",
            )


def _csv(image: Image, course, steps: Steps, tr: float | None, confounds) -> bytes:
    volumes = np.arange(steps.drop, image.n_volumes)
    columns = {"volume": volumes}
    if tr:
        columns["seconds"] = course.times
    i, j, k = course.ijk
    columns |= {f"voxel {i} {j} {k}": course.processed, f"voxel {i} {j} {k} raw": course.raw[steps.drop :]}
    for name, _, values, spread in series_extras.held_series(image, cache.run_store(image), steps, tr, confounds):
        columns[name] = values
        if spread is not None:
            columns[f"{name} (SD)"] = spread
    x, y, z = cursor.point()
    header = {
        "file": image.name,
        "voxel i j k": f"{i} {j} {k}",
        "world x y z mm": f"{x:.2f} {y:.2f} {z:.2f}",
        "steps": describe_steps(steps, tr),
        "unit": unit_label(steps),
    }
    return format_series_csv(columns, header).encode()


def show_tabs(image: Image, image_id: str, store: RunStore | None, read, steps: Steps, tr, confounds) -> None:
    """Show spectrum, neighbours, the subject's runs side by side, and its anatomy; only the open tab works."""
    names = ["Spectrum", "Neighbours", "Runs side by side", "Anatomy"]
    spectrum, neighbours, tasks, anatomy = st.tabs(names, key="series_tab", on_change="rerun")
    if store is None:
        st.info("These views appear once the run has been read through.", icon=":material/hourglass_top:")
        return
    if spectrum.open:
        with spectrum:
            series_parts.show_spectrum(image, read, steps, tr, confounds)
    if neighbours.open:
        with neighbours:
            series_parts.show_neighbours(image, store)
    if tasks.open:
        with tasks:
            _show_tasks(image_id, steps)
    if anatomy.open:
        with anatomy:
            _show_anatomy(image, image_id)


def _show_tasks(image_id: str, steps: Steps) -> None:
    """Show the runs of the chosen run's subject at the cursor, each read through when it is first asked for."""
    ids = chosen_study.runs_beside(image_id)[:MAX_TASKS]
    if len(ids) < 2:
        st.info("There is no other run of this subject here. Open a study with several runs, such as the sample.")
        return
    runs = []
    for other_id in ids:
        try:
            other = chosen_image.open_by_id(other_id)
            chosen_run.require_4d(other)
        except InputError as error:
            show_error(error)
            continue
        job = chosen_run.start_reading(other)
        if job is not None:
            chosen_run.show_progress(job, key=f"task-{other_id}")
        name = other_id.rpartition("/")[2]
        runs.append((name, other, cache.run_store(other), chosen_tr.require_tr(other, other_id).seconds))
    series_parts.show_tasks(runs, steps)
    st.caption("The same world point in each run, on one scale of time; filters in Hz are left out here.")


def _show_anatomy(image: Image, image_id: str) -> None:
    """Show the subject's T1w through the same world point, and say whether the two share a space."""
    paired = chosen_study.pairs_of(image_id).anatomies
    if not paired:
        st.info("No T1w image of this subject was found beside the run. Open a study that has one.")
        return
    try:
        anatomy = chosen_image.open_by_id(paired[0].id)
    except InputError as error:
        show_error(error)
        return
    verdict = judge_spaces(make_grid(image.shape, image.affine), make_grid(anatomy.shape, anatomy.affine))
    (st.warning if verdict.verdict in ("look here", "different spaces") else st.caption)(verdict.sentence)
    view, window = cache.view(anatomy), cache.window(anatomy)
    url = cache.publish(
        "anatomy", anatomy.key, lambda query: cache.picture(anatomy, cache.VOLUME, 0, window.low, window.high)
    )
    wide = Fit(draw_planes(view, colour_map="Grey", revision=anatomy.key), aspect=planes_aspect(view), max_height=420)
    narrow = Fit(
        draw_planes(view, colour_map="Grey", is_narrow=True, revision=anatomy.key),
        aspect=planes_aspect(view, is_narrow=True),
    )
    with st.container(key="anatomy"):
        live_chart(
            wide,
            narrow=narrow,
            key="anatomy_chart",
            alt=f"{anatomy.name} through the cursor",
            cursor=cursor.told(),
            slices=Slices(view, (Layer(url, code_table("Grey")),), slice_roles(has_overlay=False)),
            on_cursor=lambda: cursor.take_from("anatomy_chart"),
            caption=anatomy.name,
        )
    st.caption(f"{paired[0].name}, at the same world point. A click here moves the cursor in both.")
