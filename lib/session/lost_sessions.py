"""Who has gone for good? What their sessions held is ended, by the server and by Streamlit."""

import asyncio
import logging
import sys
import time
from types import ModuleType

from starlette.concurrency import run_in_threadpool
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import SessionClient, SessionClientDisconnectedError

from lib.cache.sessions import server_sessions
from lib.session import memory

# Between two looks at who is connected.
LOOK_SECONDS = 5
# At most, until Streamlit has sent a message, which it does every 10 ms.
SEND_SECONDS = 10

log = logging.getLogger(__name__)


class _Nobody(SessionClient):
    """A visitor who turns out to have left when the first message is sent to them."""

    def __init__(self) -> None:
        self.was_sent_to = asyncio.Event()

    def write_forward_msg(self, msg) -> None:
        self.was_sent_to.set()
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
        await _let_go_of_the_lost()
        await run_in_threadpool(memory.collect_all)


def _end_the_lost() -> int:
    return server_sessions().end_the_lost(runtime.get_instance().is_active_session, time.monotonic())


async def _let_go_of_the_lost() -> None:
    """Have Streamlit drop the sessions that cannot come back, with all that their pages still refer to.

    Streamlit 1.67 drops them when another session loses its connection. Its loop that sends messages goes on referring
    to the session that it came to last, until it comes to another one. On a quiet server both may take days. So a
    session is made that is sent a message, any, and has lost its connection by then.
    """
    server, nobody = runtime.get_instance(), _Nobody()
    session_id = server.connect_session(nobody, user_info={})
    try:
        server.handle_backmsg(session_id, BackMsg(file_urls_request={}))
        async with asyncio.timeout(SEND_SECONDS):
            await nobody.was_sent_to.wait()
    finally:
        server.disconnect_session(session_id)
        # Streamlit would keep it for as long as others may come back, with its event loop's three open files.
        server.close_session(session_id)
    # The page that ran last stays, with all that it named, until another one runs: each of them runs as this module.
    sys.modules["__main__"] = ModuleType("__main__")
