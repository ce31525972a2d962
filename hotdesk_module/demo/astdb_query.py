"""What ``database query`` of Asterisk's console prints: the AstDB is a table of SQLite there, and so it is here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing


def query(values: Mapping[str, str], statement: str) -> list[str]:
    """Return the lines: a column to a line, a blank line after each row; nothing where SQLite refuses the statement.

    Args:
        values: written ``FAMILY/rest``.
    """
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE astdb (key VARCHAR(256), value VARCHAR(256), PRIMARY KEY(key))")
        db.executemany("INSERT INTO astdb VALUES (?, ?)", [(f"/{key}", value) for key, value in values.items()])
        try:
            rows = db.execute(statement)
            names = [column[0] for column in rows.description or ()]
            return [line for row in rows for line in _lines(names, row)]
        except sqlite3.Error:
            return []


def _lines(names: Sequence[str], row: Sequence[object]) -> Iterator[str]:
    for name, value in zip(names, row):
        yield from f"{name:<5}: {'(null)' if value is None else value!s:<50}".split("\n")
    yield ""
