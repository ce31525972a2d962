"""Which outbound route takes a number: the language of dial patterns, and the order of routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hotdesk_module.core.model import Route

_LITERAL = re.compile(r"[0-9*#+]+")
_SIGNS = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "!": ".*"}
_PART = re.compile(r"\[[^\]]*\]|.")


def is_number(pattern: str) -> bool:
    """Return whether a pattern is one number, not many."""
    return _LITERAL.fullmatch(pattern) is not None


def takes(pattern: str, number: str) -> bool:
    """Return whether a pattern matches a number, as Asterisk's dialplan does."""
    return _expression(pattern).fullmatch(number) is not None


def example(pattern: str) -> str:
    """Return a number that a pattern takes, to try it with; empty where it takes none."""
    number = "".join(_first(part) for part in _PART.findall(pattern))
    return number if is_number(number) and takes(pattern, number) else ""


def emergency_numbers(routes: Iterable[Route]) -> dict[str, str]:
    """Return the numbers to try emergency routes with, each with its pattern: one for every pattern, each once."""
    numbers: dict[str, str] = {}
    for route in routes:
        if route.emergency:
            for pattern in (*route.patterns, *(p for p, _ in route.limited)):
                number = example(pattern)
                if number:
                    numbers.setdefault(number, pattern)
    return numbers


def is_emergency(routes: Iterable[Route], number: str) -> bool:
    """Return whether an emergency route is meant for a number, whoever dials it and whether or not it gets there."""
    return any(
        takes(pattern, number) for r in routes if r.emergency for pattern in (*r.patterns, *(p for p, _ in r.limited))
    )


def ahead(routes: Iterable[Route]) -> Iterator[tuple[Route, Route, str]]:
    """Yield the emergency numbers that another route takes first: that route, the emergency route, the number.

    FreePBX includes the routes one behind the other, and Asterisk takes the first one in which anything matches. Only
    routes that are in force for everybody and at all times are sure to be in the way.
    """
    before: list[Route] = []
    for route in routes:
        if route.emergency:
            for number in filter(is_number, route.patterns):
                first = next((r for r in before if any(takes(p, number) for p in r.patterns)), None)
                if first is not None:
                    yield first, route, number
        elif not route.timed:
            before.append(route)


def _expression(pattern: str) -> re.Pattern[str]:
    parts = (_SIGNS.get(part.upper()) or _choice(part) for part in _PART.findall(pattern))
    try:
        return re.compile("".join(parts))
    except re.error:
        # A range the wrong way round, which Asterisk does not take either.
        return re.compile("(?!)")


def _first(part: str) -> str:
    """Return the first sign that a part of a pattern takes."""
    if len(part) > 2:
        return part[1:2]
    return {"X": "0", "Z": "1", "N": "2", ".": "0", "!": ""}.get(part.upper(), part)


def _choice(part: str) -> str:
    """Return ``[1-37]`` as it is, without what would mean something else, and anything else as itself."""
    if len(part) < 3:
        return re.escape(part)
    kept = re.sub(r"[^0-9A-Za-z*#+-]", "", part[1:-1])
    # A dash is a range between two signs only.
    kept = re.sub(r"^-|-$", "", kept)
    return f"[{kept}]" if kept else "(?!)"
