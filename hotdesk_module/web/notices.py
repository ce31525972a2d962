"""What was done, told on the page that comes after it: kept here for a moment, so that no address can make it up."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

# So many wait to be read; nobody comes back for the oldest.
KEPT = 200

DONE = "success"
NOTE = "info"
CAUTION = "warning"
FAILED = "danger"


class Notice(NamedTuple):
    """One message.

    Attributes:
        kind: Bootstrap's word for its colour.
        lines: a sentence each.
    """

    kind: str
    lines: tuple[str, ...]


class Notices:
    """The messages that wait, each for the administrator who did the thing."""

    def __init__(self) -> None:
        self._all: OrderedDict[tuple[str, str], tuple[Notice, ...]] = OrderedDict()
        self._turn = threading.Lock()

    def keep(self, user: str, notices: Iterable[Notice]) -> str:
        """Keep messages and return the name by which they are asked for; empty where there are none."""
        kept = tuple(n for n in notices if n.lines)
        if not kept:
            return ""
        name = secrets.token_urlsafe(9)
        with self._turn:
            self._all[user, name] = kept
            while len(self._all) > KEPT:
                self._all.popitem(last=False)
        return name

    def take(self, user: str, name: str) -> tuple[Notice, ...]:
        """Return the messages of a name, once."""
        with self._turn:
            return self._all.pop((user, name), ())
