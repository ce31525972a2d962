"""Times of the day by location, as an administrator writes them: ``Hall=18:00; Lobby=never``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hotdesk_module.core.texts import LENGTH, shown, unprintable
from hotdesk_module.errors import BadValue

# Pairs of location and time, ``HH:MM`` or ``never``, by location.
Places = tuple[tuple[str, str], ...]

NEVER = "never"

_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_BETWEEN = r"[;\n]"


def is_time(text: str) -> bool:
    """Return whether a text is a time of the day, ``00:00`` to ``23:59``."""
    return bool(re.fullmatch(_TIME, text))


def parse(text: str) -> Places:
    """Return what a text says; a semicolon or the end of a line is between two locations.

    Raises:
        BadValue: it says nothing of that kind; the message has the part that is wrong.
    """
    found: dict[str, tuple[str, str]] = {}
    for part in filter(None, (p.strip() for p in re.split(_BETWEEN, text))):
        place, _, at = (p.strip() for p in part.rpartition("="))
        at = at.lower()
        if not place or not (at == NEVER or is_time(at)):
            raise BadValue(f"'{shown(part)}' is not a location and its time, such as Hall=18:30 or Hall=never.")
        if len(place) > LENGTH or any(map(unprintable, place)):
            raise BadValue(f"'{shown(place)}' cannot be a location: it is a line of at most {LENGTH} characters.")
        if place.casefold() in found:
            raise BadValue(f"The location '{shown(place)}' is there twice.")
        found[place.casefold()] = (place, at)
    return tuple(found[name] for name in sorted(found))


def text(places: Places) -> str:
    """Return a text that :func:`parse` takes."""
    return "; ".join(f"{place}={at}" for place, at in places)


def at(places: Places, location: str) -> str:
    """Return the time of a location; empty where it has none. Capital letters make no difference."""
    name = location.casefold()
    return next((at for place, at in places if place.casefold() == name), "")


def unknown(places: Places, locations: Iterable[str]) -> tuple[str, ...]:
    """Return those at which no phone stands, which may be written differently."""
    there = {location.casefold() for location in locations}
    return tuple(place for place, _ in places if place.casefold() not in there)
