"""What belongs to the chosen image of a study: its events, its sidecars, and the study's participants."""

import json

import streamlit as st

from lib.browser.chart import Fit, live_chart
from lib.errors import InputError
from lib.figures.study_tables import draw_distribution, draw_timeline, timeline_height
from lib.glm.conditions import count_trials
from lib.glm.events import Events, check_events, read_events
from lib.images.repetition_time import Tr
from lib.plain_text import escape_markdown
from lib.session import image_choice, study_files, tr_choice
from lib.session.frame import show_error
from lib.session.study_files import PairedFile
from lib.studies import Study, StudyFile, StudyRow, read_participants, read_sidecar
from lib.studies.image_ids import StartFolder
from lib.studies.row_reading import refusal
from lib.studies.sample_study import is_sample, sample_path
from lib.views.studies.reasons import tabulate_reasons

ANSWERS = "Known answers"


def show_tr(image_id: str, study: Study, row: StudyRow) -> Tr | None:
    """Show a run's TR, its source and what is strange about it, to be typed over; return it, None for one volume.

    An image that cannot be opened gets the sentence that says why.
    """
    if row.problem:
        show_error(refusal(row))
    if row.facts.n_volumes < 2:
        return None
    if is_sample(study) and not sample_path(row.file.path).is_file():
        # To type over what is documented, the file must be there: what is typed belongs to its content.
        st.text(tr_choice.tr_text(row.tr))
        return row.tr
    return tr_choice.offer_tr(image_choice.open_by_id(image_id), image_id)


def show_events(image_id: str, row: StudyRow, tr: Tr | None) -> None:
    """Show the events of a run along its length, and how many of each condition there are."""
    if row.facts.n_volumes < 2:
        st.info("Events belong to runs. Choose a run in the table.", icon=":material/timeline:")
        return
    tables = study_files.pairs_of(image_id).events
    if not tables:
        st.info("This run has no events table: no events.tsv goes by its name.", icon=":material/timeline:")
        return
    table = _choose_table(tables)
    try:
        events = read_events(table.path, name=table.name)
    except InputError as error:
        show_error(error)
        return
    seconds = tr.seconds if tr else None
    problems = events.problems
    if seconds:
        problems = (*problems, *check_events(events, row.facts.n_volumes, seconds))
    _show_timeline(events, row.facts.n_volumes * seconds if seconds else None, table.name)
    for problem in problems:
        st.warning(escape_markdown(problem), icon=":material/warning:")
    _show_trials(events)


def show_sidecar(study: Study, file: StudyFile) -> None:
    """Show every key of an image's sidecars with its value and the file it came from."""
    sidecar = read_sidecar(study, file)
    for problem in sidecar.problems:
        st.warning(escape_markdown(problem), icon=":material/warning:")
    if not sidecar.values:
        st.info("No JSON sidecar belongs to this image.", icon=":material/data_object:")
        return
    rows = [
        {"Key": key, "Value": _value_text(given.value), "From": given.source} for key, given in sidecar.values.items()
    ]
    st.dataframe(rows, hide_index=True, alt="The keys of the sidecars, their values and the files they came from")
    st.caption(escape_markdown("Read from the farthest file to the nearest: " + ", ".join(sidecar.sources)))


def show_pairs(image_id: str) -> None:
    """Show which tables and images belong to the chosen one, best match first."""
    pairs = study_files.pairs_of(image_id)
    parts = {
        "Events": pairs.events,
        "Confounds and motion": pairs.confounds,
        "Mask": pairs.masks,
        "Anatomy": pairs.anatomies,
        "The same image, raw or in another space": pairs.twins,
    }
    rows = [{"What": what, "File": file.name} for what, files in parts.items() for file in files]
    if rows:
        st.dataframe(rows, hide_index=True, alt="The files that belong to the chosen image")
    else:
        st.info("No other file of this study belongs to this image.", icon=":material/link:")


def show_participants(study: Study) -> None:
    """Show the table of participants, how it agrees with the images, and one column's distribution."""
    participants = read_participants(study)
    for problem in participants.problems:
        st.warning(escape_markdown(problem), icon=":material/warning:")
    if participants.frame.empty:
        st.info("This study has no table of participants.", icon=":material/groups:")
        return
    counts, plot = st.columns([3, 2])
    with counts:
        st.text(_count_text(participants))
        st.dataframe(
            participants.frame,
            hide_index=True,
            height=min(300, 38 + 35 * len(participants.frame)),
            placeholder="",
            alt="The table of participants",
        )
    with plot:
        columns = [column for column in participants.frame.columns if column != "participant_id"]
        if columns:
            _show_distribution(participants.frame, columns)


def show_problems(study: Study) -> None:
    """Show which files cannot be opened and what the indexing left out, and why."""
    problems = [(file.path, file.problem) for file in study.files if file.problem]
    problems += [("", notice) for notice in study.notices]
    if problems:
        tabulate_reasons(problems)
    else:
        st.info("Every image and table of this study could be listed.", icon=":material/check:")
    if study.n_skipped:
        st.caption(f"{study.n_skipped:,} other files are neither images nor tables.")


def show_study_name(folder: StartFolder, study: Study) -> None:
    """Say which study this is, how much is in it, and that the sample is simulated."""
    n_subjects, n_images = len(study.subjects), len(study.files)
    parts = [
        f"{n_subjects} subject{'s' * (n_subjects != 1)}" if study.subjects else "",
        f"{n_images:,} image{'s' * (n_images != 1)}",
        {"folder": "a folder of images"}.get(study.layout, f"{study.layout} layout"),
    ]
    with st.container(horizontal=True, vertical_alignment="center", key="study-name"):
        st.markdown(f"**{escape_markdown(study.name)}**", width="content")
        st.caption(", ".join(part for part in parts if part), width="content")
        if is_sample(study):
            st.badge("Simulated: nobody was scanned", icon=":material/experiment:", color="blue")
            st.button(
                "Known answers", type="tertiary", icon=":material/key:", key="see-answers", on_click=_open_answers,
                help="Ground truth: what the simulation put in. Opens the tab below the table.",
            )  # fmt: skip
        else:
            st.button(
                "Look again",
                icon=":material/refresh:",
                type="tertiary",
                key="look-again",
                on_click=study_files.look_again,
                args=(folder,),
                help="List the folder anew. It is looked through by itself when it was last seen a minute ago.",
            )


def detail_names(study: Study) -> tuple[str, ...]:
    """Return what there is to see of a study below its table; what was open of another study may not be there."""
    names = ("Events", "Sidecar", "Paired files", "Participants", "Problems", *([ANSWERS] if is_sample(study) else []))
    if st.session_state.get("details") not in (None, *names):
        del st.session_state["details"]
    return names


def _open_answers() -> None:
    st.session_state["details"] = ANSWERS


def _choose_table(tables: tuple[PairedFile, ...]) -> PairedFile:
    if len(tables) == 1:
        return tables[0]
    names = {table.name: table for table in tables}
    return names[st.selectbox("Events table", list(names), key=f"events-{tables[0].id}")]


def _show_timeline(events: Events, length: float | None, name: str) -> None:
    frame = events.frame
    rows = list(zip(frame["trial_type"], frame["onset"].tolist(), frame["duration"].tolist(), strict=True))
    live_chart(
        Fit(draw_timeline(events.conditions, rows, length), height=timeline_height(len(events.conditions))),
        key="timeline",
        alt=f"{len(rows)} events of {len(events.conditions)} conditions along the run, from {name}",
        file_name="events",
    )


def _show_trials(events: Events) -> None:
    st.dataframe(
        [
            {
                "Condition": trials.condition,
                "Trials": trials.n,
                "Shortest (s)": trials.shortest,
                "Median duration (s)": trials.median,
                "Longest (s)": trials.longest,
                "Total (s)": trials.total,
                "First onset (s)": trials.first,
                "Median onset to onset (s)": trials.median_gap,
            }
            for trials in count_trials(events)
        ],
        hide_index=True,
        placeholder="",
        alt="Trials and durations of each condition",
    )


def _show_distribution(frame, columns: list[str]) -> None:
    column = st.selectbox("Distribution of", columns, key="column", bind="query-params")
    missing = int(frame[column].isna().sum())
    if missing == len(frame):
        st.info(escape_markdown(f"Nobody has a value for {column}."), icon=":material/groups:")
        return
    live_chart(
        Fit(draw_distribution(frame[column], column), height=240),
        key="distribution",
        alt=f"Distribution of {column} over the participants",
        file_name=f"participants-{column}",
    )
    if missing:
        st.caption(f"{missing} of {len(frame)} have no value.")


def _count_text(participants) -> str:
    text = f"{participants.n_rows} participants in the table, {participants.n_with_images} of them with images."
    if participants.without_images:
        text += f" Without images: {_few(participants.without_images)}."
    if participants.not_listed:
        text += f" With images, but not in the table: {_few(participants.not_listed)}."
    return text


def _few(labels: tuple[str, ...]) -> str:
    rest = len(labels) - 8
    return ", ".join(labels[:8]) + (f" and {rest} more" if rest > 0 else "")


def _value_text(value) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]}…"
