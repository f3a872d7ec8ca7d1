"""A local server that stands in for the hosts of public data, so that nilearn's own calls run whole, without a network.

It is the proxy that the environment names: whatever host is asked for, over http or https, it answers itself with the
files it was given, in parts where parts are asked for. Its certificate is made on the spot and trusted by tests alone.
"""

import contextlib
import re
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

HOSTS = ("osf.io", "www.nitrc.org", "www.fil.ion.ucl.ac.uk", "data.pymvpa.org")


@dataclass
class StandIn:
    """The server's files and what was asked of it.

    Attributes
    ----------
    files : "host/path" -> content; anything else is a 404.
    asked : "host/path" and the first byte wanted, in order.
    held : path after whose first `held_after` bytes the server waits for `release`.
    """

    port: int
    environment: dict[str, str]
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    held: str = ""
    held_after: int = 0
    release: Event = field(default_factory=Event)


def make_certificate(folder: Path) -> Path:
    """Make a certificate for the hosts with openssl; the file holds key and certificate."""
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    path = folder / "stand-in.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=stand-in"]
    command += ["-addext", f"subjectAltName={names}", "-keyout", str(folder / "key.pem"), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    # nilearn trusts certifi's list alone, whatever REQUESTS_CA_BUNDLE says; Python imports this module as it starts.
    (folder / "sitecustomize.py").write_text(f"import certifi\ncertifi.where = lambda: {str(path)!r}\n")
    return path


@contextlib.contextmanager
def stand_in_server(certificate: Path) -> Iterator[StandIn]:
    """Serve until the block ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.context = context
    address = f"http://127.0.0.1:{server.server_port}"
    names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")
    environment = {
        **dict.fromkeys(names, address),
        "PYTHONPATH": str(certificate.parent),
        "NO_PROXY": "",
        "no_proxy": "",
    }
    server.stand_in = StandIn(server.server_port, environment)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.stand_in
    finally:
        server.stand_in.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self) -> None:
        """Become the host that the client wants to speak to in secret."""
        self.send_response(200)
        self.end_headers()
        host = self.path.partition(":")[0]
        with contextlib.suppress(OSError):
            self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb")
            self.host = host
            self.close_connection = False

    def do_GET(self) -> None:
        """Answer with a file, or the part of it that is wanted."""
        stand_in: StandIn = self.server.stand_in
        parts = urlsplit(self.path)
        name = f"{parts.hostname or self.host}{parts.path}"
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(wanted[1]) if wanted else 0
        stand_in.asked.append((name, first))
        body = stand_in.files.get(name)
        if body is None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - first))
        self.end_headers()
        with contextlib.suppress(OSError):
            self._send(stand_in, name, body[first:])

    def _send(self, stand_in: StandIn, name: str, body: bytes) -> None:
        if name == stand_in.held and not stand_in.release.is_set():
            self.wfile.write(body[: stand_in.held_after])
            self.wfile.flush()
            stand_in.release.wait(30)
            body = body[stand_in.held_after :]
        self.wfile.write(body)
        self.wfile.flush()

    def finish(self) -> None:
        """Close the socket that the secret one was wrapped around, too."""
        with contextlib.suppress(OSError, ValueError):
            super().finish()
        self.connection.close()

    def log_message(self, *args) -> None:
        """Keep the test's output clean."""
