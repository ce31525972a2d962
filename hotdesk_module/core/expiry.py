"""When a session ends by itself, and why: nobody calls at the phone any more, it has lasted long enough, or it is that
time of the day. Whichever comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Callable, NamedTuple

from hotdesk_module.core import places
from hotdesk_module.core.model import Phone, Session
from hotdesk_module.core.places import NEVER
from hotdesk_module.core.settings import Settings

IDLE, MAX_TIME, DAILY = "idle", "max_time", "daily"
HOUR = 3600

# Returns the first moment after a given one at which it is HH:MM in the PBX's zone.
NextDaily = Callable[[int, str], int]


class Limits(NamedTuple):
    """What holds at a phone.

    Attributes:
        idle: seconds without a call; 0 is never.
        longest: seconds since the login; 0 is never.
        daily: a time, ``HH:MM``; empty is never.
    """

    idle: int
    longest: int
    daily: str


class End(NamedTuple):
    """When a session ends unless somebody calls, and why: ``idle``, ``max_time`` or ``daily``.

    A moment that is over means: as soon as the call at the phone has ended, or the daemon runs again.
    """

    at: int
    why: str


def limits(phone: Phone | None, settings: Settings) -> Limits:
    """Return what holds at a phone: what it has of its own, then what its location has, then what all have.

    Args:
        phone: None where it is not in the pool any more.
    """
    idle = settings.idle_hours if phone is None or phone.idle_hours is None else phone.idle_hours
    daily = settings.daily_at
    if phone is not None:
        daily = phone.daily_at or places.at(settings.daily_by_location, phone.location) or daily
    return Limits(idle * HOUR, settings.max_hours * HOUR, "" if daily == NEVER else daily)


def last_activity(session: Session, now: int) -> int:
    """Return the last call at the phone, or the login where there was none since.

    What is in the future was written by a clock that was wrong, and counts as now.
    """
    return max(min(session.since, now), min(session.active, now))


def end(session: Session, held: Limits, now: int, next_daily: NextDaily) -> End | None:
    """Return when and why a session ends as things are; None: never."""
    since = min(session.since, now)
    ends = []
    if held.idle:
        ends.append(End(last_activity(session, now) + held.idle, IDLE))
    if held.longest:
        ends.append(End(since + held.longest, MAX_TIME))
    if held.daily:
        ends.append(End(next_daily(since, held.daily), DAILY))
    # Of two at one moment the first is named.
    return min(ends, key=lambda one: one.at, default=None)


def ends(
    sessions: Iterable[Session], pool: Mapping[str, Phone], settings: Settings, now: int, next_daily: NextDaily
) -> dict[str, End]:
    """Return when and why sessions end, by phone; those that never do are not in it.

    Args:
        pool: the phones by device.
    """
    found = {s.phone: end(s, limits(pool.get(s.phone), settings), now, next_daily) for s in sessions}
    return {phone: one for phone, one in found.items() if one is not None}
