"""Which runs can be opened from here? Cards with a picture and a name, on a page that has no run to show."""

from collections import Counter
from collections.abc import Iterable

import streamlit as st

from lib.cache.thumbnails import Stamp
from lib.plain_text import escape_markdown
from lib.session import image_choice, study_files
from lib.session.frame import forget_problems
from lib.session.progress import rerun_at_end
from lib.session.thumbnails import stamps_of
from lib.studies import Study, StudyFile
from lib.studies.image_ids import SAMPLE, StartFolder
from lib.studies.names import guess_kind, parse_name
from lib.studies.sample_study import sample_images
from lib.studies.short_names import entities_name

# Of a study; beside the sample's they fill two rows of a wide window.
MOST_OFFERED = 6
# Some turn out to be no runs.
MOST_LOOKED_AT = 2 * MOST_OFFERED
# Six stand beside each other where a window of 1400 px has a sidebar, and two on a phone.
CARD_WIDTH = 144


def offer_runs(image_id: str | None) -> None:
    """Show runs of the study that is open, of other folders and of the sample; a click opens one on this page."""
    room, waiting = MOST_OFFERED, None
    for number, folder in enumerate(_folders(image_id)):
        study = study_files.known_study(folder) if room else None
        if study is not None:
            room -= _offer(f"study-{number}" if number else "study", f"Runs of {study.name}",
                           runs_of(folder, study, image_id), room)  # fmt: skip
        elif room and waiting is None:
            waiting = folder
    _offer("sample", "Runs of the sample: simulated, nobody was scanned", sample_runs(), MOST_OFFERED)
    st.caption(
        "Each picture is the middle axial slice of a run's first volume, with the left of the head on the left, as its "
        "header says. A run whose first volume is large has none."
    )
    if waiting is not None:
        # How far the indexing is, and the page again at its end.
        study_files.require_study(waiting)


def runs_of(folder: StartFolder, study: Study, image_id: str | None = None) -> dict[str, str]:
    """Return id -> name of a study's runs that may be opened: those of an image's subject and raw ones first."""
    chosen = study.by_path.get((image_id or "").removeprefix(f"{folder.name}/"))
    subject = chosen.subject if chosen else None
    runs = [run for run in study.of_kind("run") if run.problem is None]
    runs.sort(key=lambda run: (subject not in (None, run.subject), run.subject is None, run.is_derivative, run.path))
    return _named(folder.name, runs[:MOST_LOOKED_AT])


def sample_runs() -> dict[str, str]:
    """Return id -> name of the sample's runs, built or not: the game, which has an answer to see, first."""
    files = [StudyFile(path, name := parse_name(path), guess_kind(path, name)) for path in sample_images()]
    runs = [file for file in files if file.kind == "run"]
    return _named(SAMPLE, sorted(runs, key=lambda run: (run.task != "game", run.path)))


def _named(folder_name: str, runs: Iterable[StudyFile]) -> dict[str, str]:
    """Return id -> what a person calls a run: subject, session, task and run, and its folder where names are alike."""
    names = {run.path: entities_name(run) for run in runs}
    n_called = Counter(names.values())
    return {
        f"{folder_name}/{path}": f"{name}, {path.partition('/')[0]}" if n_called[name] > 1 else name
        for path, name in names.items()
    }


def _folders(image_id: str | None) -> list[StartFolder]:
    """Return the folders of the server: that of the image's study or of the study that was chosen comes first."""
    of_image, chosen = study_files.folder_of(image_id), st.session_state.get("filters_of")
    folders = [folder for folder in study_files.study_folders() if folder.name != SAMPLE]
    return sorted(folders, key=lambda folder: (folder != of_image, folder.path != chosen))


def _offer(place: str, title: str, runs: dict[str, str], at_most: int) -> int:
    """Show the cards of some runs; return how many there are."""
    stamps, job = stamps_of(runs)
    fit = [run_id for run_id in runs if run_id not in stamps or stamps[run_id].is_run][:at_most]
    if not fit:
        return 0
    st.markdown(f"**{escape_markdown(title)}**")
    with st.container(horizontal=True, key=f"runs-of-{place}"):
        for number, run_id in enumerate(fit):
            with st.container(border=True, width=CARD_WIDTH, gap="xsmall"):
                _show_run(run_id, runs[run_id], stamps.get(run_id), key=f"open-{place}-{number}")
    if job is not None:
        # Until the pictures are there.
        rerun_at_end(job, 0.4)
    return len(fit)


def _show_run(run_id: str, name: str, stamp: Stamp | None, *, key: str) -> None:
    if stamp is not None and stamp.greys is not None:
        st.image(stamp.greys, width="stretch", output_format="PNG", alt=f"Middle axial slice of {name}")
    st.button(
        escape_markdown(name), key=key, on_click=_open, args=(run_id,), width="stretch", wrap=True,
        help=escape_markdown(run_id),
    )  # fmt: skip


def _open(run_id: str) -> None:
    forget_problems()
    image_choice.choose_now("image", run_id)
