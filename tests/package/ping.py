"""Ask the daemon whether it is there."""

from __future__ import annotations

import http.client
import socket


class Local(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def ping(path: str) -> str | None:
    """Return what the daemon answers; None while it does not listen."""
    connection = Local(path)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().read().decode()
    except OSError:
        return None
    finally:
        connection.close()
