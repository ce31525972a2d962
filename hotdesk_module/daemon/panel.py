"""The panel's server: waitress on a unix socket, in threads of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

THREADS = 4
# Seconds that a request may go on when the daemon ends.
PATIENCE = 5.0


class Panel:
    """Serves an application on a socket that only our user may open."""

    def __init__(self, app: Flask, path: str, log: logging.Logger) -> None:
        self._app = app
        self._path = path
        self._log = log
        self._server: Any = None
        self._thread: threading.Thread | None = None
        self._socket: tuple[int, int] | None = None

    def start(self) -> None:
        """Listen; a socket that a killed daemon left behind is taken away.

        Raises:
            OSError: we cannot.
        """
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)
        # Between its making and its chmod nobody else may open it, either.
        before = os.umask(0o177)
        try:
            self._server = create_server(
                self._app,
                unix_socket=self._path,
                unix_socket_perms="600",
                threads=THREADS,
                ident=None,
                max_request_body_size=self._app.config["MAX_CONTENT_LENGTH"],
                # What is not read at once is kept in memory: the state folder is for nothing else, /tmp is not ours.
                inbuf_overflow=self._app.config["MAX_CONTENT_LENGTH"] + 1,
            )
        finally:
            os.umask(before)
        self._socket = _identity(self._path)
        self._thread = threading.Thread(target=self._run, name="panel", daemon=True)
        self._thread.start()

    def keep(self) -> None:
        """Start again where the server died, or somebody took its socket away."""
        if self._thread is not None and self._thread.is_alive() and _identity(self._path) == self._socket:
            return
        self._log.warning("The panel's socket %s was gone; it is made anew.", self._path)
        self.stop()
        self.start()

    def stop(self) -> None:
        """End, after the requests that are being answered."""
        if _identity(self._path) == self._socket:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path)
        server, self._server = self._server, None
        if server is None or self._thread is None:
            return
        server.task_dispatcher.shutdown(timeout=PATIENCE)
        if self._thread.is_alive():
            # In its own thread: it must not wait on a file that another one has closed.
            server.trigger.pull_trigger(lambda: _end(server))
            self._thread.join(PATIENCE)
        else:
            _end(server)
        if not self._thread.is_alive():
            server.trigger.close()

    def _run(self) -> None:
        try:
            self._server.run()
        except Exception:
            self._log.exception("The panel's server has ended.")


def _end(server: Any) -> None:
    """Stop listening and close the connections, after which the loop of a server ends.

    The trigger stays open: an answer that is ready pulls it as well, and may wake the loop before we have pulled.
    """
    wasyncore.dispatcher.close(server)
    rest = {fd: each for fd, each in server._map.items() if each is not server.trigger}
    wasyncore.close_all(rest, ignore_all=True)
    server._map.clear()


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
