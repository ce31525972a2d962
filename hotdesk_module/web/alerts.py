"""What FreePBX's notifications shall show now."""

from __future__ import annotations

import threading
from typing import NamedTuple

CRITICAL = "critical"
SECURITY = "security"
ERROR = "error"
WARNING = "warning"
NOTICE = "notice"


class Alert(NamedTuple):
    """One notification.

    Attributes:
        id: stable name; an alert of the same name replaces it.
        level: one of FreePBX's: ``critical``, ``security``, ``error``, ``warning``, ``notice``.
        title: what is wrong, in a line.
        text: what to do.
    """

    id: str
    level: str
    title: str
    text: str


class Alerts:
    """The alerts of this moment, for all threads."""

    def __init__(self) -> None:
        self._all: dict[str, Alert] = {}
        self._turn = threading.Lock()

    def show(self, alert: Alert) -> None:
        """Add an alert, or replace the one of its name."""
        with self._turn:
            self._all[alert.id] = alert

    def clear(self, *ids: str) -> None:
        """Take alerts away, without a word where there are none."""
        with self._turn:
            for name in ids:
                self._all.pop(name, None)

    def replace(self, prefix: str, alerts: tuple[Alert, ...]) -> None:
        """Let these be all alerts whose names begin with ``prefix``."""
        with self._turn:
            self._all = {k: v for k, v in self._all.items() if not k.startswith(prefix)}
            self._all.update({a.id: a for a in alerts})

    def all(self) -> tuple[Alert, ...]:
        """Return them, in the order in which they came up."""
        with self._turn:
            return tuple(self._all.values())
