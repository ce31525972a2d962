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


def _choice(part: str) -> str:
    """Return ``[1-37]`` as it is, without what would mean something else, and anything else as itself."""
    if len(part) < 3:
        return re.escape(part)
    kept = re.sub(r"[^0-9A-Za-z*#+-]", "", part[1:-1])
    # A dash is a range between two signs only.
    kept = re.sub(r"^-|-$", "", kept)
    return f"[{kept}]" if kept else "(?!)"
