import asyncio
import socket

from lib.browser.sockets import send_at_once


def is_without_delay(each: socket.socket) -> bool:
    return bool(each.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


async def enter() -> None:
    async with send_at_once(None):
        pass


def test_connections_to_a_listening_socket_send_at_once():
    with socket.socket() as server, socket.socket() as client, socket.socket() as closed:
        closed.close()
        server.bind(("127.0.0.1", 0))
        server.listen()
        asyncio.run(enter())
        client.connect(server.getsockname())
        connection, _ = server.accept()
        with connection:
            assert is_without_delay(connection)
        assert not is_without_delay(client)
