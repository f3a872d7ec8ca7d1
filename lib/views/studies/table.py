"""The chosen study as a table: filtered, filled from headers as they are read, each row one click from its page."""

from dataclasses import replace

import streamlit as st

from lib.cache.jobs import server_jobs
from lib.cache.studies import known_rows
from lib.images.repetition_time import Tr
from lib.jobs import Job, JobCancelled
from lib.number_text import shape_text, sizes_text
from lib.session import frame, image_choice, leaving, pages, tr_choice
from lib.session.progress import show_end, show_progress
from lib.studies import Study, StudyFile, StudyRow
from lib.studies.image_ids import StartFolder
from lib.studies.kind_words import describe_kind
from lib.studies.row_reading import Known, find_row, read_rows, refusal
from lib.views.studies.reasons import show_reasons

# A longer table is slow to send and hopeless to scroll: filters find the rest.
MOST_SHOWN = 500
# So many rows need no filter.
SEEN_AT_ONCE = 6
# So many headers are read sooner than a progress bar would appear.
FEW = 60
ALL = "all"
# The column that the keyboard comes to first, where a cell says only which row the person stands in: so that the arrow
# keys go up and down the table and open nothing. Its buttons are clicked by the mouse alone.
OPEN = "Open"
CLICKED = "clicked_row"


def choose_files(study: Study) -> tuple[StudyFile, ...]:
    """Show the filters that make sense for a study; return the images that pass."""
    _start_over_with(study)
    kinds = tuple(dict.fromkeys(file.kind for file in study.files))
    if len(study.files) <= SEEN_AT_ONCE:
        return _raw_first(study.files)
    with st.container(horizontal=True, key="filters"):
        subject = _choose("Subject", "subject", study.subjects)
        files = study.by_subject[subject] if subject else study.files
        sessions = sorted({file.session for file in files if file.session})
        session = _choose("Session", "session", sessions)
        kind = _choose("Kind", "kind", kinds)
        text = st.text_input("Name contains", key="name", bind="query-params", placeholder="bold", width=170)
    return _raw_first(
        file
        for file in files
        if (session is None or file.session == session)
        and (kind is None or file.kind == kind)
        and text.strip().lower() in file.path.lower()
    )


def show_table(folder: StartFolder, study: Study, files: tuple[StudyFile, ...], image_id: str | None) -> None:
    """Show these images of a study, one a row: a click opens it on its page, a tick makes it the image of all pages."""
    if not files:
        what = "passes these filters" if study.files else "was found in this folder"
        st.info(f"No image {what}.", icon=":material/filter_alt:")
        return
    if len(files) > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN:,} of {len(files):,} images. Filter to find the others.")
    shown, rows = _readable_first(files[:MOST_SHOWN], _known_rows(folder, study, files[:MOST_SHOWN]))
    ids = tuple(f"{folder.name}/{file.path}" for file in shown)
    key = f"table-{_version(image_id)}-{hash(ids)}"
    st.dataframe(
        tabulate(shown, rows),
        key=key,
        on_select=lambda: _take_selection(key, ids, rows),
        selection_mode=("single-row", "single-cell"),
        selection_default={"selection": {"rows": [ids.index(image_id)] if image_id in ids else []}},
        hide_index=True,
        height=min(388, 38 + 35 * len(shown)),
        placeholder="",
        column_config={
            OPEN: st.column_config.ButtonColumn(
                width=52,
                type="tertiary",
                key=CLICKED,
                on_click=lambda: _open_row(ids, rows, st.session_state[CLICKED]["row"]),
                help="Runs open on the Time series page, everything else on the Anatomy page.",
            ),
            "File": st.column_config.TextColumn(width=310),
            "Task": st.column_config.TextColumn(width=110),
            "Shape": st.column_config.TextColumn(width=150),
            "TR (s)": st.column_config.NumberColumn(format="%.4g"),
            "Length (s)": st.column_config.NumberColumn(format="%.4g"),
            "Problem": st.column_config.TextColumn(width="large"),
        },
        alt=f"The images of {study.name}: one a row, with kind, shape, voxel size, TR, length and space",
    )
    st.caption(
        "Click a row to open it: a run on Time series, anything else on Anatomy. Tick it to see below what belongs to "
        "it. By keyboard, :material/arrow_upward: and :material/arrow_downward: choose a row, "
        ":material/arrow_forward: opens it, Shift and Space tick it."
    )
    _show_refused()
    show_reasons(
        tuple((file.path, problem) for file, row in zip(shown, rows, strict=True) if (problem := _problem(file, row)))
    )


def read_one(folder: StartFolder, study: Study, file: StudyFile) -> StudyRow:
    """Return the row of one image."""
    known = known_rows(folder)
    read_rows(study, (file,), known)
    return find_row(study, file, known)


def tabulate(files: tuple[StudyFile, ...], rows: tuple[StudyRow | None, ...]):
    """Put images into a frame for people: a row whose header is not read yet says what its name says."""
    import pandas as pd

    cells = [_cells(row.file if row else file, row) for file, row in zip(files, rows, strict=True)]
    frame = pd.DataFrame(cells)
    always = (OPEN, "File", "Kind", "Shape", "Voxel size (mm)")
    return frame[[column for column in frame if column in always or frame[column].notna().any()]]


def _raw_first(files) -> tuple[StudyFile, ...]:
    """Put what was measured before what was computed from it, and what cannot be opened last."""
    return tuple(
        sorted(files, key=lambda file: (bool(file.problem), file.dataset.startswith("derivatives"), file.path))
    )


def _readable_first(
    files: tuple[StudyFile, ...], rows: tuple[StudyRow | None, ...]
) -> tuple[tuple[StudyFile, ...], tuple[StudyRow | None, ...]]:
    """Put what cannot be opened last, as far as that is known."""
    order = sorted(range(len(files)), key=lambda number: _is_refused(files[number], rows[number]))
    return tuple(files[number] for number in order), tuple(rows[number] for number in order)


def _is_refused(file: StudyFile, row: StudyRow | None) -> bool:
    return bool(row.problem if row else file.problem)


def _problem(file: StudyFile, row: StudyRow | None) -> str | None:
    """Return why an image cannot be opened, or what is strange about a run's TR."""
    if row is None:
        return file.problem
    return row.problem or (row.tr.flag if row.tr else None)


def _cells(file: StudyFile, row: StudyRow | None) -> dict:
    facts = row.facts if row else None
    is_run = facts is not None and facts.n_volumes > 1
    return {
        OPEN: None if _is_refused(file, row) else ":material/arrow_forward:",
        "File": file.file_name,
        "Kind": describe_kind(file),
        "Subject": file.subject,
        "Session": file.session,
        "Task": file.task,
        "Run": file.run,
        "Shape": shape_text(facts.shape) if facts else None,
        "Voxel size (mm)": sizes_text(facts.voxel_sizes) if facts else None,
        "TR (s)": row.tr.seconds if is_run and row.tr else None,
        "Length (s)": row.length if is_run else None,
        "Space": row.space if row and not row.problem else file.space,
        "Problem": _problem(file, row),
        "Folder": file.folder or None,
    }


def _known_rows(folder: StartFolder, study: Study, files: tuple[StudyFile, ...]) -> tuple[StudyRow | None, ...]:
    """Return the rows as far as they are known; read a few at once, many in the background."""
    known = known_rows(folder)
    missing = [file for file in files if find_row(study, file, known) is None]
    if missing and len(missing) <= FEW:
        read_rows(study, missing, known)
    elif missing:
        key = f"headers {folder.path} {study.state} {hash(tuple(file.path for file in missing))}"
        job = server_jobs().find(key)
        if job is None or (job.is_finished and job.error is None):
            job = server_jobs().start(key, "Reading headers", lambda job: read_rows(study, files, known, job.report))
        _show_reading(job, key)
    return tuple(_with_typed_tr(find_row(study, file, known), known) for file in files)


def _with_typed_tr(row: StudyRow | None, known: Known) -> StudyRow | None:
    """Put the TR that the person typed for a run into its row."""
    seconds = tr_choice.typed_seconds(known[row.file.path].file_key) if row and row.tr else None
    return replace(row, tr=Tr(seconds, tr_choice.TYPED)) if seconds else row


def _show_reading(job: Job, key: str) -> None:
    if job.is_finished:
        show_end(job)
        if isinstance(job.error, JobCancelled):
            st.button("Read the other headers", on_click=server_jobs().forget, args=(key,))
    else:
        show_progress(job, key="headers")


def _version(image_id: str | None) -> int:
    """Return a number that changes when the image was chosen elsewhere: the table then marks its row anew."""
    state = st.session_state
    if state.get("table_image") != image_id:
        state["table_image"] = image_id
        state["table_version"] = state.get("table_version", 0) + 1
    return state.get("table_version", 0)


def _take_selection(key: str, ids: tuple[str, ...], rows: tuple[StudyRow | None, ...]) -> None:
    """Take what was clicked or ticked: a cell opens its row, unless it is of the keyboard's column."""
    selected = st.session_state[key]["selection"]
    cell = next(iter(selected["cells"]), None)
    known, st.session_state["table_cell"] = st.session_state.get("table_cell"), (key, cell)
    if cell is None or known == (key, cell):
        _tick_row(ids, rows, next(iter(selected["rows"]), None))
    elif cell[1] != OPEN:
        _open_row(ids, rows, cell[0])


def _tick_row(ids: tuple[str, ...], rows: tuple[StudyRow | None, ...], number: int | None) -> None:
    """Make a row the image of all pages."""
    if _can_open(ids, rows, number):
        st.session_state["table_image"] = ids[number]
        image_choice.choose_now("image", ids[number])


def _open_row(ids: tuple[str, ...], rows: tuple[StudyRow | None, ...], number: int) -> None:
    """Make a row the image of all pages, and go to the page that fits its kind."""
    if _can_open(ids, rows, number):
        row = rows[number]
        is_run = row is not None and row.file.kind == "run" and row.facts.n_volumes > 1
        # On the way back the table is a new one, in which no cell is chosen.
        st.session_state.pop("table_image", None)
        image_choice.choose_now("image", ids[number])
        leaving.leave_for(pages.FOR_RUN if is_run else pages.FOR_ANY_IMAGE)


def _can_open(ids: tuple[str, ...], rows: tuple[StudyRow | None, ...], number: int | None) -> bool:
    """Return whether there is such a row and nothing speaks against it; what does is said below the table."""
    st.session_state.pop("refused", None)
    if number is None or number >= len(ids):
        return False
    frame.forget_problems()
    row = rows[number]
    if row is not None and row.problem:
        st.session_state["refused"] = refusal(row)
        return False
    return True


def _show_refused() -> None:
    if "refused" in st.session_state:
        frame.show_error(st.session_state["refused"])


def _choose(label: str, key: str, options) -> str | None:
    """Offer a choice among several, all by default; where there is one, there is nothing to choose."""
    if len(options) < 2:
        return None
    if st.session_state.get(key) not in (None, *options):
        del st.session_state[key]
    return st.selectbox(label, options, index=None, key=key, bind="query-params", placeholder=ALL, width=170)


def _start_over_with(study: Study) -> None:
    """Forget filters and refusals when another study is chosen; a session's first study takes them from its link."""
    known = st.session_state.get("filters_of")
    if known not in (None, study.root):
        for key in ("subject", "session", "kind"):
            st.session_state[key] = None
        st.session_state["name"] = ""
        st.session_state.pop("refused", None)
    st.session_state["filters_of"] = study.root
