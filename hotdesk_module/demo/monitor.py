"""The one lock of the demo PBX, and a way to wait for something to change."""

from __future__ import annotations

import threading
from typing import Callable


class Monitor:
    """Guard all state of the PBX with one re-entrant lock and count its changes.

    One lock for everything, because calls, AGI, AMI and the page all look at the same few objects: two locks would
    only add an order to get wrong.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._version = 0

    @property
    def version(self) -> int:
        return self._version

    def touch(self) -> None:
        """Say that something changed; wakes everybody who waits."""
        with self.lock:
            self._version += 1
            self._changed.notify_all()

    def wait_for(self, predicate: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until the predicate holds; False when the time was up first. No timeout: for ever."""
        with self.lock:
            return self._changed.wait_for(predicate, timeout)

    def wait_beyond(self, version: int, timeout: float) -> int:
        """Wait for a change after `version`; return the version now current."""
        with self.lock:
            self._changed.wait_for(lambda: self._version != version, timeout)
            return self._version
