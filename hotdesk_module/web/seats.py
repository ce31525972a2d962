"""Sessions as a page names them: phone, user and the time of the login.

What a page has shown may have changed when its button is pressed. A form says whom it means, and whoever sits there by
then is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from hotdesk_module.core.model import Session
from hotdesk_module.errors import HotdeskError, LedgerDown
from hotdesk_module.service import CHUNK, Outcome
from hotdesk_module.web import work

# What Session.identity gives.
Seat = tuple[str, str, int]
# More digits than these are no time.
LONGEST = 15


def seat_of(session: Session) -> str:
    """Return a session as a form names it: ``200 1001 1700000000``."""
    return " ".join(map(str, session.identity))


def read(texts: Iterable[str]) -> tuple[Seat, ...]:
    """Return what a form names, each once; what names no session is left out."""
    found: dict[Seat, None] = {}
    for text in texts:
        phone, user, since = (*text.split(" "), "", "", "")[:3]
        if phone and user and since.isascii() and since.isdigit() and len(since) <= LONGEST:
            found[phone, user, int(since)] = None
    return tuple(found)


class Farewell(NamedTuple):
    """What became of those who were to be logged out.

    Attributes:
        left: those of them who did not sit there any more.
        now: who sits at the phones of these by now.
        stuck: those who sit there still, because something failed when others were logged out already.
        trouble: what that was.
    """

    outcomes: tuple[Outcome, ...]
    left: tuple[Seat, ...]
    now: tuple[Session, ...]
    stuck: tuple[Seat, ...] = ()
    trouble: HotdeskError | None = None

    @property
    def ended(self) -> tuple[Session, ...]:
        """Return the sessions that ended."""
        return tuple(e.session for o in self.outcomes for e in o.ended)

    @property
    def applied(self) -> bool:
        """Return whether Asterisk follows."""
        return all(o.applied for o in self.outcomes)


def log_out(seats: Iterable[Seat]) -> Farewell:
    """Log out those who sit there still, and nobody else.

    Raises:
        HotdeskError: the database or Asterisk does not answer; nobody was logged out.
    """
    seats = tuple(seats)
    ledger = work.parts().ledger
    sitting = {s.identity: s for s in ledger.sessions({seat[0] for seat in seats})}
    still = [sitting[seat] for seat in seats if seat in sitting]
    outcomes: list[Outcome] = []
    trouble: HotdeskError | None = None
    try:
        for first in range(0, len(still), CHUNK):
            outcomes += work.desk().logout_all(still[first : first + CHUNK])
    except HotdeskError as error:
        if not outcomes:
            raise
        trouble = error
    done = len(outcomes) * CHUNK
    stuck = tuple(s.identity for s in still[done:])
    ended = {e.session.identity for o in outcomes for e in o.ended}
    left = tuple(seat for seat in seats if seat not in ended and seat not in stuck)
    now: tuple[Session, ...] = ()
    with suppress(LedgerDown):
        now = ledger.sessions({seat[0] for seat in left})
    return Farewell(tuple(outcomes), left, now, stuck, trouble)
