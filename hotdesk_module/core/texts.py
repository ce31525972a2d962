"""What a text that somebody writes may hold, and how it is repeated in a message."""

from __future__ import annotations

import unicodedata

# As long as the columns of the tables.
LENGTH = 100

# Control characters, lone surrogates, and separators of lines and paragraphs.
_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")
_SHOWN = 40


def unprintable(character: str) -> bool:
    """Return whether a character is none of a line of plain text."""
    return unicodedata.category(character) in _UNPRINTABLE


def shown(text: str) -> str:
    """Return a value for a message: short, and nothing in it that would break a terminal or a log."""
    clean = "".join("?" if unprintable(c) else c for c in text)
    return clean if len(clean) <= _SHOWN else f"{clean[: _SHOWN - 1]}…"
