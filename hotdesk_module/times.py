"""Times and spans as people and programs read them."""

from __future__ import annotations

from datetime import datetime, timezone, tzinfo


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
