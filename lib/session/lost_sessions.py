"""Who has gone for good? What their sessions held is ended, by the server and by Streamlit."""

import asyncio
import logging
import sys
import time
from types import ModuleType

from starlette.concurrency import run_in_threadpool
from streamlit import runtime
from streamlit.runtime import SessionClient, SessionClientDisconnectedError

from lib.cache.sessions import server_sessions
from lib.session import memory

# Between two looks at who is connected.
LOOK_SECONDS = 10

log = logging.getLogger(__name__)


class _Nobody(SessionClient):
    """A visitor who has left already."""

    def write_forward_msg(self, msg) -> None:
        raise SessionClientDisconnectedError


async def watch() -> None:
    """Look again and again, for as long as the server runs; a look that fails is told in the log.

    What fails in the same way at every look is told once, until a look succeeds.
    """
    told = None
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await _look()
            told = None
        except Exception as error:
            if repr(error) != told:
                log.exception("Looking for sessions that have gone failed. It is tried again every %d s.", LOOK_SECONDS)
            told = repr(error)


async def _look() -> None:
    if runtime.exists() and await run_in_threadpool(_end_the_lost):
        _let_go_of_the_lost()
        await run_in_threadpool(memory.collect_all)


def _end_the_lost() -> int:
    return server_sessions().end_the_lost(runtime.get_instance().is_active_session, time.monotonic())


def _let_go_of_the_lost() -> None:
    """Have Streamlit drop the sessions that cannot come back, with all that their pages still refer to.

    Streamlit 1.67 does so when another session loses its connection, which on a quiet server may take days. So one is
    made that loses it at once.
    """
    server = runtime.get_instance()
    server.disconnect_session(server.connect_session(_Nobody(), user_info={}))
    # The page that ran last stays, with all that it named, until another one runs: each of them runs as this module.
    sys.modules["__main__"] = ModuleType("__main__")
