"""Who sat where from when until when, put together again from the logins and logouts of the history.

The history may have holes: what is older than the retention is gone, and a restored history ends without logouts. What
is not on record is said to be unknown, and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hotdesk_module.core.model import Session

LOGIN = "login"
LOGOUT = "logout"


class Mark(NamedTuple):
    """A login or a logout; the fields are those of :class:`hotdesk_module.core.model.Event`."""

    at: int
    event: str
    phone: str
    user: str
    source: str = ""
    actor: str = ""
    code: str = ""


class Stay(NamedTuple):
    """User U sat at phone P.

    Attributes:
        since: None: since before the history begins.
        until: the first second at which U sat there no more; None: U still sits there, or nobody knows.
        begun, ended: the login and the logout, as far as they are on record.
        present: U still sits there.
    """

    phone: str
    user: str
    since: int | None
    until: int | None
    begun: Mark | None = None
    ended: Mark | None = None
    present: bool = False

    def touches(self, first: int, last: int) -> bool:
        """Return whether U sat there, as far as we know, at any of these seconds; both are inclusive."""
        return (self.since is None or self.since <= last) and (self.until is None or self.until > first)


class Around(NamedTuple):
    """What is known of some seconds: the stays they touch, the last one before and the first one after."""

    then: tuple[Stay, ...]
    before: Stay | None
    after: Stay | None


def stays(marks: Iterable[Mark], present: Iterable[Session] = ()) -> tuple[Stay, ...]:
    """Return the stays that logins and logouts tell of, in the order of their ends; those that go on come last.

    Args:
        marks: the oldest first; all of a phone, or all of a user, from some time on.
        present: who sits there now.
    """
    sitting: dict[str, Mark] = {}
    seen: set[str] = set()
    found: list[Stay] = []
    for mark in marks:
        begun = sitting.get(mark.phone)
        if mark.event == LOGIN:
            if begun is None or begun.user != mark.user:
                if begun is not None:
                    # Somebody sits there now, so that one had left.
                    found.append(Stay(mark.phone, begun.user, begun.at, mark.at, begun))
                sitting[mark.phone] = mark
        elif begun is not None and begun.user == mark.user:
            found.append(Stay(mark.phone, mark.user, begun.at, mark.at, begun, mark))
            del sitting[mark.phone]
        elif begun is None and mark.phone not in seen:
            found.append(Stay(mark.phone, mark.user, None, mark.at, None, mark))
        seen.add(mark.phone)
    for session in present:
        begun = sitting.get(session.phone)
        if begun is not None and begun.user == session.user:
            found.append(Stay(session.phone, session.user, begun.at, None, begun, present=True))
            del sitting[session.phone]
        else:
            found.append(Stay(session.phone, session.user, session.since, None, present=True))
    return (*(Stay(m.phone, m.user, m.at, None, m) for m in sitting.values()), *found)


def around(found: Iterable[Stay], first: int, last: int) -> Around:
    """Return what is known of the seconds from ``first`` to ``last``."""
    found = tuple(found)
    then = sorted((s for s in found if s.touches(first, last)), key=lambda s: (s.since or 0, s.phone))
    before = [s for s in found if s.until is not None and s.until <= first]
    after = [s for s in found if s.since is not None and s.since > last]
    return Around(
        tuple(then),
        max(before, key=lambda s: s.until or 0, default=None),
        min(after, key=lambda s: s.since or 0, default=None),
    )
