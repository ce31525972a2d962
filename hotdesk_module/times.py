"""Times and spans as people and programs read them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1)


def stamp(seconds: int, zone: tzinfo | None = None) -> str:
    """Return a time for a person, in the machine's zone where none is given: ``2026-11-03 14:32``."""
    return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M")


def iso(seconds: int) -> str:
    """Return a time for a program: ``2026-11-03T13:32:00Z``."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(seconds: int) -> str:
    """Return a span for a person: ``2 h 05 min``."""
    minutes = max(0, seconds) // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60:02} h"


def zone(name: str) -> tzinfo | None:
    """Return a time zone; None, the machine's, where the name is empty or one that nobody knows."""
    # With its first use: it reads files.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


class Dailies:
    """Tells when it is a time of the day again, as the clock on the wall shows it.

    A time that a day does not have, because the clocks go forward, is the first moment behind the gap; one that a day
    has twice is its first occurrence.

    Args:
        zone: the machine's where none is given.
    """

    def __init__(self, zone: tzinfo | None = None) -> None:
        self._zone = zone
        # Many ask about the same days.
        self._known: dict[str, list[tuple[int, int]]] = {}

    def next(self, after: int, at: str) -> int:
        """Return the first moment later than ``after`` at which it is ``at``, written ``HH:MM``."""
        known = self._known.setdefault(at, [])
        for last, moment in known:
            if last <= after < moment:
                return moment
        hour, minute = (int(part) for part in at.split(":"))
        # Begun two days early: around a midnight that comes twice, today's date says little.
        wanted = _wall(after, self._zone).replace(hour=hour, minute=minute, second=0, microsecond=0) - 2 * DAY
        last = moment = _first(wanted, self._zone)
        while moment <= after:
            wanted += DAY
            last, moment = moment, _first(wanted, self._zone)
        known.append((last, moment))
        return moment


def _wall(seconds: int, zone: tzinfo | None) -> datetime:
    """Return what the clock on the wall shows."""
    return datetime.fromtimestamp(seconds, zone).replace(tzinfo=None)


def _first(wanted: datetime, zone: tzinfo | None) -> int:
    """Return the first moment at which the clock on the wall shows ``wanted``, or has just jumped over it."""
    as_utc = (wanted - EPOCH) // SECOND
    day = DAY // SECOND
    # By what the clock is off from UTC the day before, and the day after.
    offsets = {(_wall(t, zone) - EPOCH) // SECOND - t for t in (as_utc - day, as_utc + day)}
    guesses = sorted(as_utc - offset for offset in offsets)
    for guess in guesses:
        if _wall(guess, zone) == wanted:
            return guess
    before, behind = guesses[0], guesses[-1]
    while behind - before > 1:
        middle = (before + behind) // 2
        if _wall(middle, zone) < wanted:
            before = middle
        else:
            behind = middle
    return behind


def offset(zone: str, seconds: int) -> int | None:
    """Return how many seconds a zone is ahead of UTC at a time; None where nobody knows the zone.

    Args:
        zone: its name; empty: the machine's.
    """
    # With its first use: it reads files.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    moment = datetime.fromtimestamp(seconds, timezone.utc)
    try:
        ahead = (moment.astimezone(ZoneInfo(zone)) if zone else moment.astimezone()).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return int(ahead.total_seconds()) if ahead is not None else None
