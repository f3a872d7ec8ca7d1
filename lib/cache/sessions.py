"""What does a session hold, and when does it end? Its folder and its addresses, which outlive a lost connection.

Streamlit empties its session caches whenever a connection is lost, though the same session goes on when the browser is
back in time. So what a session holds is kept here, and ended when the session cannot come back any more.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.browser.tickets import Ticket
from lib.disk.session_folders import ServerFolder, SessionFolder, open_server_folder

log = logging.getLogger(__name__)


def grace_seconds() -> float:
    """Return how long after its connection was lost a session may come back, as the server's host has set it."""
    return st.get_option("server.disconnectedSessionTTL")


@dataclass(eq=False)
class Held:
    """What one session holds.

    Attributes
    ----------
    server_folder : ServerFolder
        Where its folder is made once it is needed.
    tickets : dict of str to list of Ticket
        By what they are for; see `lib.cache.tickets`.
    at_end : list of callable
        Called when the session ends, before its folder goes.
    """

    server_folder: ServerFolder
    tickets: dict[str, list[Ticket]] = field(default_factory=dict)
    at_end: list[Callable[[], None]] = field(default_factory=list)
    _folder: SessionFolder | None = None
    _lost_at: float | None = None

    @property
    def folder(self) -> SessionFolder:
        """The session's own folder, made when it is first asked for."""
        if self._folder is None:
            self._folder = self.server_folder.open_session()
        return self._folder

    def end(self) -> None:
        """Let go of everything; what cannot be ended keeps nothing else from it, and is told in the log.

        Nothing is tried again: it would most likely fail in the same way at every look, and fill the log. What is left
        on the disk goes when the server ends, or when the next one starts.
        """
        for let_go in (self.tickets.clear, *self.at_end, self._remove_folder):
            try:
                let_go()
            except Exception:
                log.exception("A session has ended, but not all that it held. The rest goes with the server.")

    def _remove_folder(self) -> None:
        if self._folder is not None:
            self._folder.remove()

    def is_over(self, *, is_connected: bool, now: float) -> bool:
        """Take note of whether the session is connected; return whether it has been lost for too long to come back.

        A loss is noted no sooner than Streamlit begins to count.
        """
        if is_connected:
            self._lost_at = None
        elif self._lost_at is None:
            self._lost_at = now
        return self._lost_at is not None and now - self._lost_at > grace_seconds()


class Sessions:
    """The sessions of one server and what they hold."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._folder: ServerFolder | None = None
        self._lock = Lock()

    def of(self, session_id: str) -> Held:
        """Return what a session holds; nothing yet where it is new."""
        with self._lock:
            if session_id not in self._held:
                self._folder = self._folder or open_server_folder()
                self._held[session_id] = Held(self._folder)
            return self._held[session_id]

    def end_the_lost(self, is_connected: Callable[[str], bool], now: float) -> int:
        """End what is held by sessions that cannot come back; return how many there were.

        Parameters
        ----------
        is_connected : callable
            Takes a session's id.
        now : float
            Seconds, of a clock that never goes back.
        """
        with self._lock:
            over = [name for name, held in self._held.items()
                    if held.is_over(is_connected=is_connected(name), now=now)]  # fmt: skip
            ended = [self._held.pop(name) for name in over]
        for held in ended:
            held.end()
        return len(ended)


def held() -> Held:
    """Return what this session holds."""
    return server_sessions().of(get_script_run_ctx().session_id)


@st.cache_resource(show_spinner=False)
def server_sessions() -> Sessions:
    """Return the sessions of this server; see `lib.session.lost_sessions` for who ends them."""
    return Sessions()
