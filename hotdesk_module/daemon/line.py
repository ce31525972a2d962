"""The daemon's one connection to Asterisk, which comes back by itself."""

from __future__ import annotations

from typing import Callable

from hotdesk_module.adapters.ami import Ami, Message
from hotdesk_module.daemon.schedule import Now
from hotdesk_module.errors import AsteriskDown, HotdeskError

# Seconds between two attempts: the first, and the longest.
FIRST, LONGEST = 1.0, 30.0
# Events to take at once before anything else is looked at.
ROUND = 500


class Line:
    """Connects, listens, and notices when the connection is lost.

    Attributes:
        ami: the connection; actions may be sent on it while :attr:`up`.
        up: whether there is one.
        why: what keeps us from having one.
    """

    def __init__(self, connect: Callable[[], Ami], now: Now) -> None:
        self._connect = connect
        self._now = now
        self._delay = FIRST
        self._next = now()
        self.ami: Ami | None = None
        self.up = False
        self.why = "not connected yet"

    def keep(self) -> bool:
        """Connect where it is time to; return whether the line has just come up."""
        if self.up or self._now() < self._next:
            return False
        try:
            self.ami = self._connect()
            self.ami.demand("Ping")
        except HotdeskError as error:
            self.lost(error.message)
            self._next = self._now() + self._delay
            self._delay = min(LONGEST, self._delay * 2)
            return False
        self.up, self.why, self._delay = True, "", FIRST
        return True

    def events(self) -> list[Message]:
        """Return what Asterisk has said in the meantime."""
        heard: list[Message] = []
        try:
            if self.up and self.fileno() < 0:
                # An action has failed; the next one would connect again without anybody knowing.
                self.lost("Asterisk's manager hung up.")
            while self.up and self.ami is not None and len(heard) < ROUND:
                event = self.ami.event(0.0)
                if event is None:
                    break
                heard.append(event)
        except AsteriskDown as error:
            self.lost(error.message)
        return heard

    def lost(self, why: str) -> None:
        """Give the connection up; the next attempt is made soon."""
        if self.ami is not None:
            self.ami.close()
        self.ami, self.up, self.why = None, False, why
        self._next = self._now() + FIRST

    def wait(self) -> float:
        """Return how many seconds there are until the next attempt."""
        return 3600.0 if self.up else max(0.0, self._next - self._now())

    @property
    def waiting(self) -> bool:
        """Return whether Asterisk has said something, while it was asked something else, that nobody has looked at."""
        return self.ami is not None and self.ami.waiting

    def fileno(self) -> int:
        """Return what select() waits on, or -1."""
        return self.ami.fileno() if self.ami is not None else -1
