"""What did a run choose by itself? Chosen again where the browser has not heard of it."""

from dataclasses import dataclass

import streamlit as st

from lib.browser.connection import connection_name

MADE = "choices_of_runs"


@dataclass
class _Made:
    """A choice that no person made.

    Attributes
    ----------
    before : what the browser shows until it hears of the choice.
    connection : the one over which the last run was asked for that drew the list; see `connection_name`.
    is_told : whether a run has drawn the list and come to its end.
    """

    choice: str | None
    before: str | None
    connection: str | None
    is_told: bool = False


def choose_now(key: str, choice: str | None) -> None:
    """Choose in the list `key`, which must not have been shown in this run yet."""
    _made()[key] = _Made(choice, st.session_state.get(key), connection_name())
    st.session_state[key] = choice


def restore(key: str) -> None:
    """Choose again what was chosen by `choose_now`, where the browser has not heard of it; call it before the list.

    A browser that lost its connection before it was told asks, over another one, for what it still shows. So does one
    that asks for another run while the one that would tell it is under way.
    """
    made = _made().get(key)
    asked = st.session_state.get(key)
    if made is None or asked == made.choice:
        return
    is_unheard = made.connection != connection_name() or not made.is_told
    if is_unheard and asked == made.before:
        choose_now(key, made.choice)
    else:
        # The person has chosen since.
        del _made()[key]


def note_told(connection: str | None) -> None:
    """Take note that a run has come to its end: the browser hears all of it, if its connection is still the same one.

    Parameters
    ----------
    connection : the one there was when the run began; see `connection_name`.
    """
    if connection != connection_name():
        return
    for made in _made().values():
        made.connection, made.is_told = connection, True


def _made() -> dict[str, _Made]:
    return st.session_state.setdefault(MADE, {})
