"""A receiver of webhooks on a real port, with the manners of good and bad ones, and how one verifies."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

KEY = "a-key-of-the-tests-3f9c1e"
# What a manner may be besides a status: no answer, a header byte by byte, headers without end, a body without end,
# "go on" without end, no HTTP at all, hanging up.
HANG, DRIP, FLOOD, LONG, GO_ON, NONSENSE, CLOSE = "hang", "drip", "flood", "long", "go on", "nonsense", "close"


class Request(NamedTuple):
    """What has arrived; the names of headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> int:
        return int(self.headers["x-hotdesk-id"])

    def is_signed(self, key: str = KEY) -> bool:
        """Verify it as docs/webhooks.md tells receivers to, with nothing of ours."""
        text = self.headers["x-hotdesk-timestamp"].encode("ascii") + b"." + self.body
        wanted = "sha256=" + hmac.digest(key.encode("ascii"), text, hashlib.sha256).hex()
        return hmac.compare_digest(wanted, self.headers["x-hotdesk-signature"])


class Receiver:
    """Listens.

    Attributes:
        manner: how it answers: a status, or one of the words above; it may change meanwhile.
        requests: what has arrived, whole.
        connections: how many there were.
    """

    def __init__(self, manner: str = "200", tls: ssl.SSLContext | None = None) -> None:
        self.manner = manner
        self.requests: list[Request] = []
        self.connections = 0
        self.closed = threading.Event()
        receiver = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                receiver.connections += 1
                with contextlib.suppress(OSError):
                    receiver._serve(self)

            def finish(self) -> None:
                # What could not be sent any more is nobody's business.
                with contextlib.suppress(OSError):
                    super().finish()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False
            allow_reuse_address = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that does not like our certificate is what is tested."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_address[1])
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self.port}/hook?office=1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def events(self) -> list[tuple[str, str, str]]:
        """What was told: event, phone, user."""
        return [(r.json["event"], r.json["phone"], r.json["user"]) for r in self.requests]

    def close(self) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, handler: socketserver.StreamRequestHandler) -> None:
        method, path, _ = handler.rfile.readline().decode("ascii").split()
        headers = {}
        for line in iter(handler.rfile.readline, b"\r\n"):
            name, _, value = line.decode("ascii").partition(":")
            headers[name.lower()] = value.strip()
        body = handler.rfile.read(int(headers["content-length"]))
        self.requests.append(Request(method, path, headers, body))
        for part in self._answer():
            handler.wfile.write(part)

    def _answer(self) -> Iterator[bytes]:
        manner = self.manner
        if manner.isdigit():
            yield f"HTTP/1.1 {manner} As ordered\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\nok".encode()
        elif manner == HANG:
            self.closed.wait(60)
        elif manner == DRIP:
            yield b"HTTP/1.1 200 OK\r\nX-Slow: "
            while not self.closed.wait(0.05):
                yield b"."
        elif manner == FLOOD:
            yield b"HTTP/1.1 200 OK\r\n"
            while not self.closed.is_set():
                yield b"X-Much: " + b"m" * 8000 + b"\r\n"
        elif manner == LONG:
            yield b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
            while not self.closed.is_set():
                yield b"l" * 65536
        elif manner == GO_ON:
            while not self.closed.is_set():
                yield b"HTTP/1.1 100 Continue\r\n\r\n"
        elif manner == NONSENSE:
            yield b"SSH-2.0-OpenSSH_9.9\r\n"


@contextlib.contextmanager
def receiver(manner: str = "200", tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver."""
    made = Receiver(manner, tls)
    try:
        yield made
    finally:
        made.close()
