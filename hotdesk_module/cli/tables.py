"""Tables for people: aligned whatever the script, and as wide as the terminal at most."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import click

NOTHING = "–"
GAP = "  "
# An elastic column is not made narrower than this; a terminal still smaller breaks the lines.
_NARROWEST = 8
# Nor than this while there are minor columns that can be left out instead.
_COMFORTABLE = 12
_JOINER, _EMOJI_FORM = "\u200d", "\ufe0f"


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        elastic: cells may be shortened where the terminal is too narrow.
        optional: left out where every cell is empty.
        minor: left out, the highest first, where the terminal is too narrow for all; 0 stays.
        wraps: cells are broken into several lines; for the last column only.
        colours: text of a cell to its colour, where the terminal has any; the text says it all the same.
    """

    title: str
    elastic: bool = False
    optional: bool = False
    minor: int = 0
    wraps: bool = False
    colours: Mapping[str, str] = {}


def terminal_width() -> int:
    """Return how wide a line may be; without bounds where no terminal shows it, so that grep finds whole words."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() or "COLUMNS" in os.environ else 1000


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], limit: int | None = None) -> Iterator[str]:
    """Yield the lines of a table, the header first."""
    shown = [[_clean(cell) for cell in row] for row in rows]
    cells = [[text or ("" if c.optional else NOTHING) for c, text in zip(columns, row)] for row in shown]
    natural = [max(width(text) for text in (c.title, *(row[i] for row in cells))) for i, c in enumerate(columns)]
    filled = [i for i, c in enumerate(columns) if not c.optional or any(row[i] for row in shown)]
    limit = terminal_width() if limit is None else limit
    kept = _roomy(columns, natural, filled, limit)
    missing = [columns[i].title for i in filled if i not in kept]
    columns, widths = [columns[i] for i in kept], [natural[i] for i in kept]
    _squeeze(columns, widths, limit)
    cells = [[row[i] for i in kept] for row in cells]
    yield _line([click.style(_fit(c.title, w), bold=True) for c, w in zip(columns, widths)])
    for row in cells:
        parts = [_wrap(t, w) if c.wraps else [clip(t, w)] for c, t, w in zip(columns, row, widths)]
        for n in range(max(map(len, parts))):
            yield _line([_cell(c, p[n] if n < len(p) else "", w) for c, p, w in zip(columns, parts, widths)])
    if missing:
        yield f"(Too narrow for {' and '.join(missing)}; a wider terminal or --json has them.)"


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(w for _, w in _clusters(text))


def clip(text: str, limit: int) -> str:
    """Return a text that takes at most ``limit`` columns, with an ellipsis where something is missing."""
    if width(text) <= limit:
        return text
    kept, used = "", 0
    for cluster, columns in _clusters(text):
        if used + columns > limit - 1:
            break
        kept, used = kept + cluster, used + columns
    return f"{kept}…"


def _roomy(columns: Sequence[Column], natural: Sequence[int], filled: Sequence[int], limit: int) -> list[int]:
    """Return the columns to show: all, or without as many minor ones as it takes for comfort."""
    kept = list(filled)
    while True:
        least = [min(natural[i], _COMFORTABLE) if columns[i].elastic else natural[i] for i in kept]
        minor = [i for i in kept if columns[i].minor]
        if sum(least) + len(GAP) * (len(kept) - 1) <= limit or not minor:
            return kept
        kept.remove(max(minor, key=lambda i: columns[i].minor))


def _squeeze(columns: Sequence[Column], widths: list[int], limit: int) -> None:
    """Take from the widest elastic column until the table fits."""
    room = limit - len(GAP) * (len(widths) - 1)
    while sum(widths) > room:
        elastic = [i for i, c in enumerate(columns) if (c.elastic or c.wraps) and widths[i] > _NARROWEST]
        if not elastic:
            return
        widths[max(elastic, key=lambda i: widths[i])] -= 1


def _cell(column: Column, text: str, columns: int) -> str:
    colour = column.colours.get(text)
    padded = _fit(text, columns)
    return click.style(padded, fg=colour) if colour else padded


def _fit(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def _line(cells: Sequence[str]) -> str:
    line = GAP.join(cells)
    if "NO_COLOR" in os.environ or not sys.stdout.isatty():
        return click.unstyle(line).rstrip()
    return line.rstrip()


def _wrap(text: str, limit: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and width(lines[-1]) + 1 + width(word) > limit:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield what a terminal shows as one character, with its columns; what is joined to it takes none of its own."""
    cluster, columns, joined = "", 0, False
    for char in text:
        skin = "\U0001f3fb" <= char <= "\U0001f3ff"
        if cluster and (joined or skin or unicodedata.category(char) in ("Mn", "Me", "Cf")):
            cluster += char
            columns = 2 if char == _EMOJI_FORM else columns
        else:
            if cluster:
                yield cluster, columns
            cluster, columns = char, 2 if unicodedata.east_asian_width(char) in "WF" else 1
        joined = char == _JOINER
    if cluster:
        yield cluster, columns


def _clean(text: str) -> str:
    """Return a cell that cannot steer the terminal: names come from FreePBX as somebody typed them."""
    return "".join(
        "?" if unicodedata.category(c) in ("Cc", "Cs") or c in "\u202a\u202b\u202d\u202e" else c for c in text
    )
