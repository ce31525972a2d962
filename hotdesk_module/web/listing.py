"""What all lists have in common: their order and their pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, Generic, NamedTuple, TypeVar

Row = TypeVar("Row")

PER = (25, 50, 100, 200)
USUAL = 50
# A page far beyond the end is the last one; more digits than this are no number of a page.
MOST_DIGITS = 7

Key = Callable[[Any], Any]


class Page(Generic[Row]):
    """A part of a list.

    Attributes:
        rows: those that are shown.
        total: how many there are on all pages.
        number: of this page, from 1.
        per: rows of a page.
    """

    def __init__(self, rows: Sequence[Row], total: int, number: int, per: int) -> None:
        self.rows = rows
        self.total = total
        self.number = number
        self.per = per

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.total // self.per))

    @property
    def first(self) -> int:
        """Return the number of the first row, from 1; 0 where there is none."""
        return (self.number - 1) * self.per + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Return the number of the last row."""
        return min(self.total, self.number * self.per)

    @property
    def near(self) -> tuple[int, ...]:
        """Return the pages to offer: first, last, and those around this one; 0 stands for those left out."""
        offered = sorted({1, self.pages, *range(max(1, self.number - 2), min(self.pages, self.number + 2) + 1)})
        shown: list[int] = []
        for number in offered:
            if shown and number - shown[-1] > 1:
                shown.append(0)
            shown.append(number)
        return tuple(shown)


class Place(NamedTuple):
    """Which part of a list is asked for.

    Attributes:
        sort: name of a column, with ``-`` in front for the other way round; empty: as it comes.
        page: from 1.
        per: one of PER.
    """

    sort: str = ""
    page: int = 1
    per: int = USUAL


def place(query: Mapping[str, str], columns: Iterable[str]) -> Place:
    """Return what a query asks for; what makes no sense is as if it were not there."""
    sort = query.get("sort", "")
    if sort.removeprefix("-") not in columns:
        sort = ""
    per = query.get("per", "")
    number = query.get("page", "")
    return Place(
        sort,
        max(1, int(number)) if number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS else 1,
        int(per) if per in map(str, PER) else USUAL,
    )


def cut(rows: Sequence[Row], asked: Place) -> Page[Row]:
    """Return the part of a list that is asked for; beyond its end the last one."""
    number = min(asked.page, max(1, -(-len(rows) // asked.per)))
    first = (number - 1) * asked.per
    return Page(rows[first : first + asked.per], len(rows), number, asked.per)


def ordered(rows: Iterable[Row], sort: str, keys: Mapping[str, Key]) -> list[Row]:
    """Return rows in the order of a column; those with nothing in it (a key of None) come last either way."""
    name = sort.removeprefix("-")
    if name not in keys:
        return list(rows)
    found = [(keys[name](row), row) for row in rows]
    known = sorted((f for f in found if f[0] is not None), key=lambda f: f[0], reverse=sort.startswith("-"))
    return [row for _, row in known] + [row for key, row in found if key is None]


def number_key(number: str) -> tuple[int, str]:
    """Return by what numbers are ordered: 99 comes before 200, and 0200 is another than 200."""
    return len(number), number
