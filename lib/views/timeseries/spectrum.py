"""The power spectrum of the voxel under the cursor, before and after the steps."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from lib.browser.chart import Fit, live_chart
from lib.browser.query import asked_place
from lib.cache.courses import course_of
from lib.cache.tickets import publish
from lib.denoising.processing import apply_steps
from lib.figures.time_course_panels import draw_spectrum, spectrum_changes
from lib.session import cursor
from lib.timecourses.course import SteppedRun, level_steps
from lib.timecourses.spectra import Spectrum, compute_spectrum, why_no_spectrum
from lib.views.timeseries.csv_files import offer_csv, panel_csv


def show_spectrum(run: SteppedRun) -> None:
    """Show the power spectrum of the voxel under the cursor, before and after the steps."""
    if run.tr is None:
        st.info("A spectrum in Hz needs the time between volumes. Type the TR above.", icon=":material/timer:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.segmented_control(
            "Method", ["Welch", "periodogram"], default="Welch", required=True, key="method", bind="query-params"
        ).lower()
        scale = st.segmented_control(
            "Power axis", ["linear", "log"], default="linear", required=True, key="power", bind="query-params"
        )
        place, name = cursor.point_later(), f"{run.stem}-spectrum.csv"
        offer_csv("Spectrum as CSV", "spectrum-csv", name, lambda: spectrum_csv(run, method, place()))

    def answer(query: Mapping[str, str]) -> dict:
        return spectrum_changes(*spectra(run, method, asked_place(query)))

    url = publish("spectrum", (run.key, method), answer)
    figure = draw_spectrum(
        y_title=f"Power ({run.steps.unit.density})",
        band=(run.steps.high_pass, run.steps.low_pass),
        nyquist=0.5 / run.tr,
        unit=f" {run.steps.unit.density}",
        is_log=scale == "log",
    )
    with st.container(key="spectrum"):
        live_chart(
            Fit(figure, height=280),
            key="spectrum_chart",
            alt="Power spectrum of the voxel under the cursor, before and after the steps",
            cursor=cursor.told(),
            feed=url,
            caption=run.image.name,
            file_name=f"{run.stem}-spectrum",
        )
    n_left = run.image.n_volumes - run.steps.drop
    estimate = compute_spectrum(np.zeros(n_left), run.tr, method).method
    band = " The shaded band passes the filter." if run.steps.high_pass or run.steps.low_pass else ""
    st.caption(f"{estimate}. Grey: before detrending, filtering and regressing out.{band}")


def spectra(run: SteppedRun, method: str, place) -> tuple[Spectrum | None, Spectrum | None, str]:
    """Return the spectra of a place's voxel after the steps and before; None outside the run, or for the reason given.

    A gap is a reason: the frequencies of what bridges it would be told as the voxel's.
    """
    course = course_of(run, place)
    if course is None:
        return None, None, ""
    n_without = int(np.count_nonzero(np.isnan(course.processed)))  # In the file, or by the steps.
    problem = course.problem or why_no_spectrum(n_without, len(course.times), n_without > course.n_missing)
    if problem:
        return None, None, problem
    before, _ = apply_steps(course.raw, level_steps(run.steps), run.tr)
    after, before = (compute_spectrum(signal, run.tr, method) for signal in (course.processed, before))
    return after, before, ""


def spectrum_csv(run: SteppedRun, method: str, place) -> bytes:
    """Return the spectra of a place's voxel as CSV."""
    after, before, problem = spectra(run, method, place)
    if after is None:
        return panel_csv({}, run, place, {"no value": problem} if problem else {})
    columns = {"Hz": after.frequencies, "power after the steps": after.power, "power before": before.power}
    return panel_csv(columns, run, place, {"estimate": after.method, "unit": run.steps.unit.density})
