"""Manager events of the demo PBX: whoever listens (the AMI server) gets each one."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Callable

Headers = Sequence[tuple[str, str]]
EventListener = Callable[[str, Headers], None]


class Events:
    """A bus for AMI events. Listeners must be quick and must not raise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[EventListener] = []

    def listen(self, listener: EventListener) -> None:
        with self._lock:
            self._listeners.append(listener)

    def forget(self, listener: EventListener) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def emit(self, name: str, headers: Headers) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(name, headers)
