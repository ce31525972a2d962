"""Asks the panel on the daemon's unix socket, signed, as the PHP bridge does."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

from hotdesk_module.daemon.folder import Folder
from hotdesk_module.web.identity import Identity, sign

# Seconds; a ping is answered at once or not at all.
PING, REQUEST = 2.0, 60.0


class Trouble(Exception):
    """The panel did not answer; the text says why, for the administrator."""


class Unreachable(Trouble):
    """Nobody listens: the request has not arrived, and may be repeated."""


class Reply(NamedTuple):
    """What the panel answered; the headers by their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_fragment(self) -> bool:
        """Whether it belongs inside a page; anything else is a whole answer: a redirect, a download, JSON."""
        return self.headers.get("x-hotdesk-fragment") == "1" and "location" not in self.headers


def answers(folder: Folder) -> bool:
    """Return whether the daemon of a folder is there."""
    try:
        return _send(folder, "GET", "/ping", b"", {}, PING).status == 200
    except Trouble:
        return False


def ask(folder: Folder, identity: Identity, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Pass on a request, and vouch for who sent it.

    Raises:
        Unreachable: nobody listens.
        Trouble: it was not answered.
    """
    # Another one after each start of the daemon.
    secret = _secret(folder)
    signed = sign(secret, identity, method, target, body, int(time.time()))
    return _send(folder, method, target, body, {**headers, **signed}, REQUEST)


def _secret(folder: Folder) -> str:
    try:
        secret = Path(folder.secret).read_text(encoding="ascii").strip()
    except OSError:
        secret = ""
    if not secret:
        raise Unreachable("The daemon of Hot Desking is not running.")
    return secret


def _send(folder: Folder, method: str, target: str, body: bytes, headers: Mapping[str, str], patience: float) -> Reply:
    with closing(_Connection(folder.socket, patience)) as connection:
        try:
            connection.connect()
        except OSError as error:
            raise Unreachable("The daemon of Hot Desking is not running.") from error
        try:
            connection.request(method, target, body or None, dict(headers))
            answer = connection.getresponse()
            received = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, received, answer.read())
        except (OSError, HTTPException) as error:
            raise Trouble(f"The daemon of Hot Desking did not answer ({error or type(error).__name__}).") from error


class _Connection(HTTPConnection):
    """HTTP on a unix socket."""

    def __init__(self, path: str, patience: float) -> None:
        super().__init__("localhost", timeout=patience)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
