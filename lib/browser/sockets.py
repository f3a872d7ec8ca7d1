"""Let the server send small answers at once.

Streamlit 1.67 makes its listening socket without naming TCP, and asyncio switches Nagle's algorithm off only where TCP
is named. So the second small packet of an answer, its body, waits until the browser has acknowledged the first, its
headers, which an operating system puts off for 40 ms. Connections inherit the option from the socket that listens.
"""

import gc
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def send_at_once(app: object) -> AsyncIterator[None]:
    """Switch Nagle's algorithm off for the connections of this server: an ASGI lifespan, entered once it listens."""
    for listening in _listening_sockets():
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    yield


def _listening_sockets() -> list[socket.socket]:
    """Return this process's listening TCP sockets; nobody hands the server's own to an app."""
    found = (each for each in gc.get_objects() if type(each) is socket.socket)
    return [each for each in found if _is_listening(each)]


def _is_listening(each: socket.socket) -> bool:
    is_tcp = each.fileno() >= 0 and each.family in (socket.AF_INET, socket.AF_INET6) and each.type == socket.SOCK_STREAM
    return is_tcp and bool(each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
