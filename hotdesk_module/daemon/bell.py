"""Wakes the main loop: from another thread, and from a signal."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from collections.abc import Iterable


class Bell:
    """A pipe that select() waits on, so that nothing has to be polled.

    Attributes:
        asked: somebody wants a repair.
        stopped: we shall end.
    """

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.stopped = threading.Event()
        self._hear, self._ring = os.pipe()
        for end in (self._hear, self._ring):
            os.set_blocking(end, False)

    def ask(self) -> None:
        """Ask for a repair."""
        self.asked.set()
        self.ring()

    def stop(self) -> None:
        """Ask for the end."""
        self.stopped.set()
        self.ring()

    def ring(self) -> None:
        """Wake whoever waits; a full pipe wakes as well."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._ring, b".")

    def stop_on(self, signals: Iterable[signal.Signals]) -> None:
        """End on these signals; for the main thread."""
        for number in signals:
            signal.signal(number, lambda *_: self.stop())

    def wait(self, seconds: float, also: int = -1) -> None:
        """Wait until it rings, a file (-1: none) can be read, or the time is over."""
        files = [self._hear, *([also] if also >= 0 else [])]
        select.select(files, [], [], max(0.0, seconds))
        with contextlib.suppress(BlockingIOError):
            os.read(self._hear, 4096)

    def close(self) -> None:
        """Let go of the pipe."""
        for end in (self._hear, self._ring):
            os.close(end)
