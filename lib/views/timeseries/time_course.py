"""The time course under the cursor: its chart, what is said of it, and its file."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from lib.browser.chart import Fit, TimeAxis, live_chart
from lib.browser.query import asked_place
from lib.cache.courses import course_of
from lib.cache.quality import run_level_of
from lib.cache.tickets import publish
from lib.denoising.gaps import describe_gaps
from lib.denoising.steps import UNITS, Steps, describe_steps
from lib.figures.time_course import MARKS, Axes, Beside, draw_series, time_title
from lib.figures.time_course_changes import axes_without_value, series_changes
from lib.glm.regressors import correlate
from lib.images.image import Image
from lib.plain_text import escape_markdown
from lib.session import cursor
from lib.session.run_reading import is_refused
from lib.timecourses.course import Course, SteppedRun
from lib.views.timeseries.csv_files import offer_csv, panel_csv

SERIES_HEIGHT = 240
CONFOUNDS_HEIGHT = 120
# A row of the legend, and how much of it the entries take, in px.
LEGEND_ROW, LETTER, SWATCH = 19, 6.0, 48
WIDE, NARROW = 900, 300


def publish_series(run: SteppedRun, fits: tuple[Fit, Fit], beside: Beside, *, has_raw: bool) -> str:
    """Return the address that tells the browser a voxel's time course, for the figure of `draw_fits`."""
    options = {
        "drop": run.steps.drop,
        "tr": run.tr,
        "has_raw": has_raw,
        "axes": axes_without_value(fits[0].figure, has_others=bool(beside.others)),
        "all_run": _all_run(run),
    }

    def answer(query: Mapping[str, str]) -> dict:
        return series_changes(course_of(run, asked_place(query)), **options)

    return publish("series", (run.key, has_raw, bool(beside.others), bool(beside.confounds)), answer)


def _all_run(run: SteppedRun) -> str:
    """Return what holds for the whole run where a voxel of it has no percentage."""
    if run.steps.units != "percent" or run.store is None or not run_level_of(run.image).is_centred:
        return ""
    return "It is so in all of this run, which was demeaned or standardised."


def draw_fits(run: SteppedRun, beside: Beside, *, has_raw: bool) -> tuple[Fit, Fit]:
    """Return the figure for wide and for narrow places, empty of the voxel: as high as its legend needs."""
    times = np.arange(run.image.n_volumes) * (run.tr or 1.0)
    unit = run.steps.unit
    revision = f"{run.image.key} {unit.name} {run.tr} {bool(beside.confounds)}"
    axes = Axes(time_title(run.tr), unit.axis, " s" if run.tr else "", unit.suffix, revision)
    figure = draw_series(times, axes, has_raw=has_raw, beside=beside)
    names = ["voxel 99 99 99", *(["raw values (own scale)"] if has_raw else []), *beside.names]
    height = SERIES_HEIGHT + (CONFOUNDS_HEIGHT if beside.confounds else 0)
    wide, narrow = (
        Fit(figure, height=height + LEGEND_ROW * (legend_rows(names, width) - 1)) for width in (WIDE, NARROW)
    )
    return wide, narrow


def legend_rows(names: list[str], width: float) -> int:
    """Return about how many rows Plotly sets a horizontal legend in, whose entries are all as wide as the widest."""
    widest = max(SWATCH + LETTER * len(name) for name in names)
    return -(-len(names) // max(1, int(width // widest)))


def show_waiting(image: Image) -> None:
    """Say why there is no time course yet, or none at all."""
    with st.container(key="series"):
        if is_refused(image):
            st.info(f"{escape_markdown(image.name)} could not be read through, so it has no time courses here.")
            return
        st.info(
            f"{escape_markdown(image.name)} is compressed: time courses appear here once it has been read through. "
            "The slices can be used already.",
            icon=":material/hourglass_top:",
        )


def show_series(run: SteppedRun, fits: tuple[Fit, Fit], feed: str) -> None:
    """Show the time course under the cursor; a click on it moves the volume. Called inside the cursor's fragment."""
    wide, narrow = fits
    times = tuple(float(t) for t in np.arange(run.image.n_volumes) * (run.tr or 1.0))
    with st.container(key="series"):
        live_chart(
            wide,
            narrow=narrow,
            key="series_chart",
            alt=f"Time course of the voxel under the cursor in {run.image.name}; the vertical line marks the volume",
            cursor=cursor.told(),
            time=TimeAxis(times, MARKS),
            feed=feed,
            on_cursor=lambda: cursor.take_from("series_chart"),
            caption=run.image.name,
            file_name=f"{run.stem}-series",
        )


def show_words(run: SteppedRun, beside: Beside) -> None:
    """Say which steps were taken and how the voxel correlates with each regressor; offer the series as CSV."""
    place = cursor.point()
    course = course_of(run, place)
    with st.container(key="words"):
        words, file = st.columns([0.84, 0.16], vertical_alignment="center")
    words.caption(escape_markdown(_words(course, run.steps, run.tr, beside)))
    if course is not None and course.problem and np.isfinite(course.raw).any():
        _offer_units(run.steps)
    if course is not None:
        with file:
            file_name = f"{run.stem}-series.csv"
            offer_csv("Series as CSV", "series-csv", file_name, lambda: series_csv(run, course, place, beside))


def _words(course: Course | None, steps: Steps, tr: float | None, beside: Beside) -> str:
    if course is None:
        return "The cursor is outside the run, so there is no time course. Click into the slices."
    if course.problem:
        behind = " Grey: raw values, on a scale of their own." if np.isfinite(course.raw).any() else ""
        return f"Nothing is drawn in {steps.unit.name}; the chart says why.{behind}"
    n_volumes = len(course.times)
    words = f"{describe_steps(steps, tr)} {describe_gaps(course.n_missing, n_volumes, steps)}".rstrip()
    if beside.regressors:
        found = [(name, correlate(course.processed, values[steps.drop :])) for _, name, values in beside.regressors]
        told = ", ".join(f"{name} {r:.2f}" for name, r in found)
        words += f" Correlation (Pearson's r over {n_volumes - course.n_missing} volumes) with {told}."
    return words


def _offer_units(steps: Steps) -> None:
    """Offer the units in which a voxel without a value in these may have one."""
    others = [name for name in ("z", "raw") if name != steps.units]
    with st.container(horizontal=True, key="other-units"):
        for name in others:
            # The steps are chosen outside of the fragment that this stands in.
            if st.button(f"Show {UNITS[name].name}", key=f"show-{name}", on_click=_set_units, args=(name,)):
                st.rerun()


def _set_units(units: str) -> None:
    st.session_state["units"] = UNITS[units].name


def series_csv(run: SteppedRun, course: Course, place, beside: Beside) -> bytes:
    """Return everything that the chart shows as CSV, one row a volume, with a header that says what it is."""
    drop = run.steps.drop
    columns = {"volume": np.arange(drop, run.image.n_volumes)}
    if run.tr:
        columns["seconds"] = course.times
    i, j, k = course.ijk
    columns |= {f"voxel {i} {j} {k}": course.processed, f"voxel {i} {j} {k} raw": course.raw[drop:]}
    for name, _, values, spread in beside.others:
        columns[name] = values
        if spread is not None:
            columns[f"{name}, SD"] = spread
    columns |= {name: values[drop:] for _, name, values in beside.regressors}
    columns |= {f"confound {name}": values[drop:] for name, values in beside.confounds}
    facts = {"unit": run.steps.unit.axis}
    if course.problem:
        facts["no value"] = course.problem
    elif course.n_missing:
        facts["gaps"] = describe_gaps(course.n_missing, len(course.times), run.steps)
    return panel_csv(columns, run, place, facts)
