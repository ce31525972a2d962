"""Keeps the process that becomes the script of a call (:mod:`hotdesk_module.agi.forkserver`) running.

Nothing depends on it but time: without it each call's script loads everything by itself.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from typing import Callable

from hotdesk_module.agi.handover import SCRIPT, SERVE

# Seconds between two looks, and until it must have ended when the daemon ends.
LOOK, PATIENCE = 10.0, 2.0


class ForkServer:
    """Runs the process on a socket of the state folder.

    Args:
        now: seconds on a clock that nobody sets.
    """

    def __init__(self, path: str, log: logging.Logger, now: Callable[[], float]) -> None:
        self._path, self._log, self._now = path, log, now
        self._process: subprocess.Popen[bytes] | None = None
        self._due = now()
        self._failed = False

    def keep(self) -> None:
        """Start it where it does not run, or where somebody took its socket away."""
        if self._now() < self._due:
            return
        self._due = self._now() + LOOK
        if self._process is None:
            self._start()
        elif self._process.poll() is not None or not os.path.exists(self._path):
            if not self._failed:
                self._log.warning(
                    "The process that takes calls at %s is gone; until it is there again, calls begin a little later.",
                    self._path,
                )
            self._failed = True
            self.stop()
            self._start()
        else:
            self._failed = False

    def stop(self) -> None:
        """End it; the calls that it has taken go on in processes of their own."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start(self) -> None:
        command = [sys.executable, "-I", SCRIPT, SERVE, self._path]
        # It ends when this pipe does, however we end.
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
