"""Days and hours of a time zone, and times as people write them there.

Nothing here takes a day for 24 hours: where the clocks go back it has 25, where they go forward 23. A zone of None is
the machine's.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo

HOUR = 3600
_DAY = "%Y-%m-%d"
_MINUTES = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
_SECONDS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_UTC = "%Y-%m-%dT%H:%M:%SZ"


def span(text: str, zone: tzinfo | None = None) -> tuple[int, int]:
    """Return the first and the last second that a text means.

    An hour that comes twice, because the clocks go back, is meant both times.

    Args:
        text: a day ``2026-11-03``, a minute ``2026-11-03 14:32`` (or with a T), a second ``2026-11-03 14:32:05``, or
            a second of UTC, ``2026-11-03T13:32:05Z``.

    Raises:
        ValueError: it is none of these, or nothing that a calendar has.
    """
    text = text.strip()
    for form in (_DAY, *_MINUTES, *_SECONDS, _UTC):
        try:
            first = datetime.strptime(text, form)
        except ValueError:
            continue
        try:
            if form == _UTC:
                return (_seconds(first, timezone.utc),) * 2
            if form == _DAY:
                return midnight(first.date(), zone), midnight(first.date() + timedelta(1), zone) - 1
            last = first if form in _SECONDS else first.replace(second=59)
            return _seconds(first, zone), max(_seconds(last, zone), _seconds(last.replace(fold=1), zone))
        except (OverflowError, OSError) as error:
            raise ValueError(text) from error
    raise ValueError(text)


def midnight(day: date, zone: tzinfo | None = None) -> int:
    """Return the first second of a day."""
    # Where midnight is skipped this is the moment at which it is, and where it comes twice the first.
    return _seconds(datetime(day.year, day.month, day.day), zone)


def today(now: int, zone: tzinfo | None = None) -> date:
    """Return the day that a time lies in."""
    return local(now, zone).date()


def local(seconds: int, zone: tzinfo | None = None) -> datetime:
    """Return a time as the clock on the wall shows it."""
    return datetime.fromtimestamp(seconds, zone)


def clock(seconds: int, zone: tzinfo | None = None) -> str:
    """Return a time for a person, to the second: ``2026-11-03 14:32:05``."""
    return local(seconds, zone).strftime("%Y-%m-%d %H:%M:%S")


def iso(seconds: int, zone: tzinfo | None = None) -> str:
    """Return a time with its offset from UTC: ``2026-11-03T14:32:05+01:00``."""
    shown = local(seconds, zone)
    return (shown if zone else shown.astimezone()).isoformat()


def hours(start: int, stop: int, zone: tzinfo | None = None) -> list[int]:
    """Return the edges of the hours of the wall's clock in a range, both ends included."""
    edges = [start]
    at = start
    while True:
        shown = local(at, zone)
        at += HOUR - shown.minute * 60 - shown.second
        if at >= stop:
            break
        edges.append(at)
    return [*edges, stop] if stop > start else edges


def _seconds(at: datetime, zone: tzinfo | None) -> int:
    return int(at.replace(tzinfo=zone).timestamp())
