"""The runs of one subject side by side, at one world point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from lib.browser.chart import Fit, live_chart
from lib.browser.query import asked_place
from lib.cache.courses import course_of
from lib.cache.tickets import publish
from lib.denoising.steps import Steps
from lib.figures.time_course import time_title
from lib.figures.time_course_panels import RunPanel, draw_runs, runs_changes, runs_height
from lib.images.image import Image
from lib.plain_text import escape_markdown
from lib.runs import RunStore
from lib.session import cursor
from lib.timecourses.course import Course, SteppedRun, can_take, level_steps
from lib.views.timeseries.csv_files import offer_csv, panel_csv


@dataclass(frozen=True)
class RunBeside:
    """One of the runs that are shown side by side, read through already."""

    name: str
    image: Image
    store: RunStore
    tr: float | None
    events: Sequence[tuple[str, float, float]] = ()


def show_runs(run: SteppedRun, others: Sequence[RunBeside]) -> None:
    """Show one place in several runs of a subject: each with its own TR and length, on one scale of time."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scale = st.segmented_control(
            "Scale", ["own", "common"], default="own", required=True, key="tasks_scale", bind="query-params"
        )
        place = cursor.point_later()
        offer_csv("Runs as CSV", "tasks-csv", "runs-side-by-side.csv", lambda: runs_csv(run, others, place()))
    panels = [
        RunPanel(other.name, _time_axis(other), other.image.n_volumes * (other.tr or 1.0), other.events)
        for other in others
    ]
    unit = run.steps.unit
    figure = draw_runs(panels, y_title=unit.axis, unit=unit.suffix, is_common_scale=scale == "common")
    titles = [annotation.to_plotly_json() for annotation in figure.layout.annotations]

    def answer(query: Mapping[str, str]) -> dict:
        place = asked_place(query)
        return runs_changes([course_beside(other, run.steps, place) for other in others], titles)

    url = publish("tasks", (run.steps, *((other.image.key, other.tr) for other in others)), answer)
    with st.container(key="tasks"):
        live_chart(
            Fit(figure, height=runs_height(len(others))),
            key="tasks_chart",
            alt=f"Time courses of {len(others)} runs at the cursor's world point",
            cursor=cursor.told(),
            feed=url,
            file_name="runs-side-by-side",
        )
    words = "The same world point in each run, on one scale of time. Confounds are not regressed out here."
    left_out = [other.name for other in others if steps_beside(other, run.steps) == level_steps(run.steps)]
    if left_out and level_steps(run.steps) != replace(run.steps, confounds=()):
        words += f" Neither detrended nor filtered, because these steps do not suit them: {', '.join(left_out)}."
    st.caption(escape_markdown(words))


def _time_axis(other: RunBeside) -> str:
    length = f"{other.image.n_volumes} volumes"
    return f"{time_title(other.tr)}, TR {other.tr:g} s, {length}" if other.tr else f"{time_title(None)}, {length}"


def steps_beside(other: RunBeside, steps: Steps) -> Steps:
    """Return the steps as another run can take them: without the first run's confounds, or with its units alone."""
    for wanted in (replace(steps, confounds=()), level_steps(steps)):
        if can_take(wanted, other.image.n_volumes, other.tr):
            return wanted
    return Steps(units=steps.units)


def course_beside(other: RunBeside, steps: Steps, place) -> Course | None:
    """Return the time course of another run's voxel at a world point; None outside it."""
    return course_of(SteppedRun(other.image, other.store, steps_beside(other, steps), other.tr), place)


def runs_csv(run: SteppedRun, others: Sequence[RunBeside], place) -> bytes:
    """Return one place's time courses in several runs as CSV: shorter ones end with n/a."""
    longest = max(other.image.n_volumes for other in others)
    columns, problems = {"volume": np.arange(longest)}, {}
    for other in others:
        course = course_beside(other, run.steps, place)
        if course is None:
            continue
        first = other.image.n_volumes - len(course.times)
        for name, values in (("seconds" if other.tr else "volume", course.times), ("value", course.processed)):
            padded = np.full(longest, np.nan)
            padded[first : first + len(values)] = values
            columns[f"{other.name} {name}"] = padded
        if course.problem:
            problems[f"no value in {other.name}"] = course.problem
    files = ", ".join(other.image.name for other in others)
    return panel_csv(columns, run, place, {"unit": run.steps.unit.axis, "files": files, **problems})
