"""How far the telling of events has got: when it is tried again, and when it is given up.

The history is the list of what is still to be told.
"""

from __future__ import annotations

from typing import NamedTuple

from hotdesk_module.core.model import Event

# Seconds to wait after the first, second, … try that failed; the last of them from then on.
DELAYS = (5, 15, 30, 60, 120, 300, 600, 900)
# An event is given up after so many seconds of trying, and not before so many tries in a row have failed: a clock that
# somebody sets is no reason.
LONGEST = 86400
FEWEST_TRIES = 10


class Delivery(NamedTuple):
    """How far the telling has got.

    Attributes:
        last_id: the last line of the history that is dealt with, told or not.
        told_at: when somebody was told last; 0: never.
        failing_since: since when every try has failed; 0: the last one has not.
        tries: how many these are.
        error: why the last of them failed, for people.
        given_up: how many events were never told.
        given_up_at: when the last of them was given up; 0: none was.
    """

    last_id: int
    told_at: int = 0
    failing_since: int = 0
    tries: int = 0
    error: str = ""
    given_up: int = 0
    given_up_at: int = 0

    def told(self, event: Event, now: int) -> Delivery:
        """Return what it is after an event was told."""
        return self._replace(last_id=event.id, told_at=now, failing_since=0, tries=0, error="")

    def failed(self, event: Event, error: str, now: int) -> Delivery:
        """Return what it is after a try has failed, which may have been the last one for this event."""
        # A clock that was set back leaves times in the future.
        since = min(self.failing_since or now, now)
        after = self._replace(failing_since=since, tries=self.tries + 1, error=error)
        begun = since if event.at > now else max(event.at, since)
        if now - begun < LONGEST or after.tries < FEWEST_TRIES:
            return after
        return after._replace(last_id=event.id, given_up=self.given_up + 1, given_up_at=now)


def delay(tries: int) -> int:
    """Return how many seconds to wait after so many tries have failed in a row."""
    return DELAYS[min(max(tries, 1), len(DELAYS)) - 1]
