"""What surrounds every page: configuration, navigation, and the place where errors are shown."""

from base64 import b64encode
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import NoReturn

import streamlit as st

from lib.browser import connection, whole_runs
from lib.errors import InputError
from lib.images.file_problems import DamagedFile
from lib.plain_text import escape_markdown
from lib.runs import StoreDamaged
from lib.session import memory, page_style, pages, replaced_files, told_choice, whole_numbers

NOTHING_SHOWN, PART_SHOWN = "This cannot be shown", "Only a part can be shown"
# What is wrong beside the page, which is shown all the same: under which heading it is said.
PROBLEMS = {
    "folder_problem": "A folder cannot be shown",
    "link_problem": "Not all of the link can be shown",
    "upload_problem": "The upload cannot be shown",
    "typed_problem": "This is no place",
}
# What functions answered in this run of the page; absent between runs.
ANSWERS = "answers_of_this_run"
# A picture of our own, since a named icon would be fetched from elsewhere. Within its address, since Streamlit gives up
# a picture's file when a rerun interrupts a run that had not come to it, and a browser may ask for it only then.
ICON = "data:image/png;base64," + b64encode((Path(__file__).parents[2] / "docs" / "icon.png").read_bytes()).decode()


def run() -> None:
    """Draw the frame and run the chosen page: all that the entry script does."""
    st.set_page_config(page_title="Voxel Explorer", page_icon=ICON, layout="wide")
    page = st.navigation(pages.navigation(), position="top")
    whole_numbers.drop_infinite()
    st.session_state["frame_is_drawn"] = True
    st.session_state[ANSWERS] = {}
    asked_over = connection.connection_name()
    connection.keep_in_step()
    page_style.show_style()
    # A place of its own, so that a sentence that comes or goes moves nothing below it; filled last, with what the page
    # has found wrong with its link.
    problems = st.container(key="problems")
    try:
        with errors_shown():
            page.run()
        told_choice.note_told(asked_over)
    finally:
        st.session_state["frame_is_drawn"] = False
        del st.session_state[ANSWERS]
        with problems:
            show_problems()
            replaced_files.show_replaced(page.url_path)
        memory.collect()
        whole_runs.mark_end()


def guard() -> None:
    """Stop a page that Streamlit runs without the entry script, and start over with it.

    Until somebody has opened the app's root on a cold server, Streamlit takes files under pages/ for pages of its own
    older kind and runs the one in the link by itself.
    """
    if not st.session_state.get("frame_is_drawn"):
        st.navigation(pages.navigation(), position="top")
        st.rerun()


class PageStopped(Exception):
    """A page, or a part of it, has said all that it can."""


def stop_page() -> NoReturn:
    """End the page here, or the part of it that reruns by itself; what surrounds the page is finished.

    After `st.stop` nothing more is drawn: Streamlit raises anew in whatever is called next, the frame's last lines too.
    """
    if st.session_state.get("frame_is_drawn"):
        raise PageStopped
    st.stop()


def once_a_run(function: Callable) -> Callable:
    """Let a function without parameters answer once in a run of the page, and anew in callbacks and fragments."""

    @wraps(function)
    def answer():
        answers = st.session_state.get(ANSWERS)
        if answers is None:
            return function()
        if function not in answers:
            answers[function] = function()
        return answers[function]

    return answer


@contextmanager
def errors_shown():
    """Show an `InputError` as one sentence, and end quietly what was stopped; anything else is a bug and passes.

    A page that came upon a damaged store runs again: it then shows how far the store is made anew, and why.
    """
    try:
        yield
    except StoreDamaged:
        st.rerun()
    except InputError as error:
        show_error(error)
    except PageStopped:
        pass


def show_error(error: InputError, title: str = NOTHING_SHOWN) -> None:
    """Show the sentence of an `InputError`, under a heading that says how much it keeps from being shown.

    That a file is damaged, which several parts of a page come upon, is said once, where it is met first.
    """
    answers = st.session_state.get(ANSWERS)
    if answers is not None and isinstance(error, DamagedFile):
        said = answers.setdefault(show_error, set())
        if str(error) in said:
            return
        said.add(str(error))
    st.error(escape_markdown(str(error)), title=title, icon=":material/error:")


def show_problems() -> None:
    """Say what is wrong with the server's folders, and was with the last link, upload or typed place."""
    for problem, title in PROBLEMS.items():
        if st.session_state.get(problem):
            show_error(st.session_state[problem], title)


def forget_problems() -> None:
    """Take down the sentences about the last link, upload or typed place, and about files that were replaced."""
    for problem in PROBLEMS:
        st.session_state.pop(problem, None)
    replaced_files.forget_replaced()


def fragment(function: Callable) -> Callable:
    """Make a function a part of the page that reruns by itself, with its errors shown in its place."""

    @st.fragment
    @wraps(function)
    def run_part(*args, **kwargs):
        with errors_shown():
            return function(*args, **kwargs)

    return run_part
