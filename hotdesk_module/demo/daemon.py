"""The demo's daemon: `hotdesk serve` as a child process, started again when somebody needs it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from hotdesk_module.daemon.folder import Folder
from hotdesk_module.demo import panel_socket

ROOT = Path(__file__).resolve().parents[2]
# Seconds in which it answers after a start, and in which it ends.
_START, _END = 8.0, 10.0
_POLL = 0.05
# So much of what it printed is shown where it does not start.
_EXCERPT = 1000


class Daemon:
    """Starts, watches and ends the daemon of one state folder.

    Attributes:
        folder: where it listens and leaves its key.
    """

    def __init__(self, state: Path, log: Path, environment: Mapping[str, str]) -> None:
        self.folder = Folder(str(state))
        self._log = log
        self._printed = state / "start.out"
        self._environment = {**os.environ, **environment}
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._over = False

    @property
    def pid(self) -> int:
        """Return the number of the process that was started last; 0 before the first."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Start it, without waiting for it.

        Raises:
            BadConfig: the state folder cannot be used.
        """
        self.folder.prepare()
        with self._printed.open("wb") as printed:
            # A group of its own: Ctrl-C is for the demo, which ends it in its turn.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hotdesk_module.demo.minded", str(self.folder.path), str(self._log)],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def comes_up(self) -> bool:
        """See to it that it runs; return whether it answers."""
        with self._turn:
            if panel_socket.answers(self.folder):
                return True
            if self._over:
                return False
            if not self._lives():
                self._reap()
                self.start()
            deadline = time.monotonic() + _START
            while self._lives() and not self._over and time.monotonic() < deadline:
                if panel_socket.answers(self.folder):
                    return True
                time.sleep(_POLL)
            return False

    def trouble(self) -> str:
        """Say why it does not run."""
        try:
            printed = self._printed.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            printed = ""
        return f"The daemon of Hot Desking does not start. {printed[-_EXCERPT:] or f'See {self._log}.'}"

    def stop(self) -> None:
        """End it, and do not start it again."""
        self._over = True
        if self._process is None:
            return
        self._close_stdin()
        try:
            self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reap()

    def _lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _close_stdin(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def _reap(self) -> None:
        self._close_stdin()
        if self._process is not None:
            self._process.wait()
