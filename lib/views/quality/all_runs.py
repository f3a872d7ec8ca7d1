"""The numbers of all runs of a study: measured in the background, as a table and as strips, each run one click away."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from lib.browser.chart import Fit, live_chart
from lib.cache.jobs import server_jobs
from lib.cohort.all_runs import measure_study, place_of_work
from lib.cohort.run_rows import BOX_PLOT_REACH, RunRow, find_outliers, number_titles, number_units, tabulate_rows
from lib.cohort.runs_to_measure import list_runs
from lib.confounds.framewise_displacement import MEASURES, POWER_RADIUS
from lib.figures.cohort_strips import Strip, StripsFigure, draw_strips
from lib.jobs import Job
from lib.number_text import column_format
from lib.plain_text import escape_csv, escape_markdown
from lib.quality.traces import Displacement
from lib.session import frame, image_choice, study_files
from lib.session.progress import show_progress
from lib.studies import Study
from lib.studies.image_ids import SAMPLE, StartFolder

CHART = "study_strips"


def known_numbers(image_id: str, displacement: Displacement | None) -> Callable[[str], list[float]]:
    """Return a function that tells one number of the study's other runs, by its key; nothing is measured for it."""
    folder, found = study_files.folder_of(image_id), study_files.study_of(image_id)
    rows = []
    if folder is not None and found is not None:
        for with_derivatives in (False, True):
            job = server_jobs().find(_job_key(folder, found[0], with_derivatives, _settings(displacement)))
            if job is not None and job.is_finished and job.error is None:
                rows = job.result()
    others = [row for row in rows if row.id != image_id and not row.error]
    return lambda key: [row.value(key) for row in others]


def _job_key(folder: StartFolder, study: Study, with_derivatives: bool, settings: dict) -> str:
    return f"study quality {folder.path} {study.state} {with_derivatives} {sorted(settings.items())}"


def show_study(image_id: str, displacement: Displacement | None) -> None:
    """Offer to measure all runs of the chosen image's study, and show those that were measured."""
    folder, found = study_files.folder_of(image_id), study_files.study_of(image_id)
    if folder is None or found is None:
        st.caption("An image of no study has no other runs to be compared with.")
        return
    study = found[0]
    n_runs = len(study.of_kind("run"))
    runs = "1 run" if n_runs == 1 else f"{n_runs} runs"
    with st.container(horizontal=True, vertical_alignment="center", key="study-controls"):
        with_derivatives = st.toggle(
            "Preprocessed runs too", key="derivatives", bind="query-params",
            help="Runs that were computed from others. A study of nothing else is measured in any case.",
        )  # fmt: skip
        settings = _settings(displacement)
        key = _job_key(folder, study, with_derivatives, settings)
        job = server_jobs().find(key)
        st.button(
            "Measure all runs" if job is None else "Measure again",
            key="measure-study", on_click=_start, args=(key, folder, study, with_derivatives, settings),
            disabled=job is not None and not job.is_finished,
            help=f"{runs} of {escape_markdown(study.name)}, {escape_markdown(place_of_work())}, in the background. "
            "What was measured before with the same files is not measured again.",
        )  # fmt: skip
    if job is None:
        return
    if job.is_finished and job.error is None:
        _show_rows(job.result(), image_id, study, settings)
    else:
        show_progress(job, key="study")


def _settings(displacement: Displacement | None) -> dict:
    """Return the displacement chosen on the page, its default where the run has none."""
    if displacement is None:
        return {"measure": "power", "threshold": MEASURES["power"].default_threshold, "radius": POWER_RADIUS}
    return {name: getattr(displacement, name) for name in ("measure", "threshold", "radius")}


def _start(key: str, folder: StartFolder, study: Study, with_derivatives: bool, settings: dict) -> None:
    def work(job: Job) -> list[RunRow]:
        runs = list_runs(
            study, folder.name, with_derivatives=with_derivatives, is_sample=folder.name == SAMPLE, **settings,
            report=lambda done, total: job.report(0, total, "finding masks and motion files"),
        )  # fmt: skip
        return measure_study(runs, job.report)

    server_jobs().start(key, f"Measuring {study.name}", work)


def _show_rows(rows: Sequence[RunRow], image_id: str, study: Study, settings: dict) -> None:
    failed = [row for row in rows if row.error]
    if not rows:
        st.info(f"{escape_markdown(study.name)} holds no run.", icon=":material/folder_off:")
        return
    if failed:
        st.warning(f"{len(failed)} of {len(rows)} runs could not be measured; the table says why.")
    ids = [row.id for row in rows]
    frame, units = tabulate_rows(rows), number_units(rows)
    table_key = f"study-table-{hash((tuple(ids), image_id))}"
    selected = [ids.index(image_id)] if image_id in ids else []
    st.dataframe(
        frame, key=table_key, hide_index=True, height=min(420, 38 + 35 * len(rows)), selection_mode="single-row",
        selection_default={"selection": {"rows": selected}}, on_select=lambda: _take_row(table_key, ids),
        column_config={
            "Run": st.column_config.TextColumn(pinned=True, width="large"),
            **{
                title: st.column_config.NumberColumn(format=column_format(units[key]))
                for key, title in number_titles(rows).items()
            },
        },
        alt=f"The runs of {study.name}, one a row, with the numbers of the strip above",
    )  # fmt: skip
    st.download_button(
        "Table as CSV", data=lambda: _table_csv(frame), on_click="ignore",
        file_name=f"{study.root.name}-quality.csv", mime="text/csv",
    )  # fmt: skip
    _show_strips([row for row in rows if not row.error], image_id, study)
    st.caption(
        f"{MEASURES[settings['measure']].label} above {settings['threshold']:g} mm, as chosen above. Each point is a "
        f"run: click it to look at that run. Orange: beyond the study's quartiles by more than {BOX_PLOT_REACH:g} "
        "interquartile ranges (Tukey's box plot, as in MRIQC's group reports), from four runs on."
    )


def _table_csv(frame) -> bytes:
    """Return the table as CSV, whose texts are texts to a spreadsheet too."""
    texts = frame.select_dtypes(exclude="number")
    safe = frame.assign(**{title: texts[title].map(escape_csv, na_action="ignore") for title in texts})
    return safe.to_csv(index=False, na_rep="n/a").encode()


def _show_strips(rows: Sequence[RunRow], image_id: str, study: Study) -> None:
    strips, units = [], number_units(rows)
    for key, title in number_titles(rows).items():
        values = np.array([row.value(key) for row in rows])
        if np.isfinite(values).any():
            strips.append(Strip(title, values, find_outliers(values), units[key]))
    if not strips:
        return
    ids = [row.id for row in rows]
    current = ids.index(image_id) if image_id in ids else None
    names = [row.name.rpartition("/")[2] for row in rows]
    wide = draw_strips(strips, names, current)
    narrow = draw_strips(strips, names, current, n_columns=1)
    with st.container(key="strips"):
        live_chart(
            Fit(wide.figure, height=wide.height),
            narrow=Fit(narrow.figure, height=narrow.height),
            key=CHART,
            alt=f"{len(strips)} numbers of {len(rows)} runs of {study.name}, one strip a number and one point a run",
            on_click=lambda: _take_point(wide, ids),
            caption=study.name,
            file_name="quality-of-study",
        )


def _take_row(key: str, ids: list[str]) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        _look_at(ids[rows[0]])


def _take_point(figure: StripsFigure, ids: list[str]) -> None:
    click = st.session_state[CHART].get("click")
    run = figure.nearest(click["axes"], click["x"], click["y"]) if click else None
    if run is not None:
        _look_at(ids[run])


def _look_at(image_id: str) -> None:
    frame.forget_problems()
    image_choice.choose_now("image", image_id)
