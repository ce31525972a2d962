"""A panel on a socket that writes down what it is asked, and checks the signature by its own reckoning."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import re
import socketserver
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

SECRET = "5ec2e7" * 10


class Asked(NamedTuple):
    """One request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class FakePanel(socketserver.ThreadingUnixStreamServer):
    """A panel in a state folder, while it is entered.

    Attributes:
        alerts: what ``/internal/alerts`` answers.
        answers: what a page's request is answered with: status, headers, body; by method and path. Without a status
            it is not answered at all.
        go_on: what ``/slow`` waits for.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, state: Path) -> None:
        state.mkdir(mode=0o700, exist_ok=True)
        (state / "secret").write_text(SECRET)
        self._socket = state / "panel.sock"
        super().__init__(str(self._socket), _Handler)
        self.alerts: list[dict[str, str]] = []
        self.answers: dict[tuple[str, str], tuple[int, dict[str, str], str]] = {}
        self.requests: list[Asked] = []
        self.nonces: set[str] = set()
        self.go_on = threading.Event()

    def __enter__(self) -> FakePanel:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._socket.unlink()

    def asked(self) -> list[tuple[str, str, str]]:
        """Return what was asked: method, target, front."""
        return [(r.method, r.target, r.headers.get("x-hotdesk-front", "")) for r in self.requests]

    def token(self) -> str:
        """Return the token of the session that has asked last."""
        return self.requests[-1].headers["x-hotdesk-token"]

    def get_request(self) -> tuple[Any, Any]:
        """Give the client a name, which a unix socket has none of."""
        request, _ = super().get_request()
        return request, ("local", 0)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FakePanel

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/ping":
            self._answer(200, {}, "pong")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Asked(self.command, self.path, headers, body))
        if not self._is_signed(headers, body):
            self._answer(403, {"Content-Type": "application/json"}, '{"error":{"code":"forbidden","message":"No."}}')
        elif self.path == "/internal/reconcile":
            self._answer(202, {}, "")
        elif self.path == "/internal/alerts":
            self._answer(200, {"Content-Type": "application/json"}, json.dumps(self.server.alerts))
        else:
            if self.path == "/slow":
                self.server.go_on.wait(20)
            usual = (200, {"Content-Type": "text/html", "X-Hotdesk-Fragment": "1"}, "<p>the panel</p>")
            self._answer(*self.server.answers.get((self.command, self.path.partition("?")[0]), usual))

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _is_signed(self, headers: dict[str, str], body: bytes) -> bool:
        names = ("front", "user", "time", "nonce", "token")
        values = [headers.get(f"x-hotdesk-{name}", "") for name in names]
        message = "\n".join((self.command, self.path, *values, hashlib.sha256(body).hexdigest())).encode()
        right = hmac.new(SECRET.encode(), message, "sha256").hexdigest()
        now, nonce = values[2:4]
        fresh = re.fullmatch("[0-9a-f]{32}", nonce) is not None and nonce not in self.server.nonces
        self.server.nonces.add(nonce)
        return fresh and headers.get("x-hotdesk-signature") == right and abs(time.time() - int(now)) < 60

    def _answer(self, status: int, headers: dict[str, str], body: str) -> None:
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body.encode()))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body.encode())
