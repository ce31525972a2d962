"""What the ledger and the inventory need from a database, so that one text of SQL serves MySQL and SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol, Union

from hotdesk_module.errors import LedgerDown

MYSQL = "mysql"
SQLITE = "sqlite"

Value = Union[str, int, None]
# What a driver returns for a row; the reader of a row knows the types of its columns.
Row = tuple[Any, ...]


class Duplicate(Exception):
    """A row would break a unique key; the text is the database's own."""


class MissingTable(LedgerDown):
    """The database answers, but a table is not there."""


class Done(NamedTuple):
    """What a statement did.

    Attributes:
        rows: how many were changed.
        id: the number an autoincrement column gave to the inserted row, else 0.
    """

    rows: int
    id: int


class Connection(Protocol):
    """A database. Placeholders are ``%s`` in every dialect; values are never formatted into a statement.

    Every method raises LedgerDown when the database does not answer, and Busy when somebody else keeps it locked.
    """

    @property
    def dialect(self) -> str:
        """Return MYSQL or SQLITE."""

    def select(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """Return the rows of a query."""

    def execute(self, sql: str, values: Sequence[Value] = ()) -> Done:
        """Change something. Outside a transaction only what may be done twice: it is repeated after a reconnect.

        Raises:
            Duplicate: a unique key would be broken.
        """

    def many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Execute a statement once for each row; inside a transaction only.

        Raises:
            Duplicate: a unique key would be broken.
        """

    def transaction(self) -> AbstractContextManager[None]:
        """Make what is executed inside one change: all of it, or after an error nothing."""

    def lock(self, name: str, seconds: float) -> AbstractContextManager[None]:
        """Hold a named lock that no other process or thread holds, across commits; not reentrant.

        Raises:
            Busy: not to be had within ``seconds``.
        """

    def close(self) -> None:
        """Let go of the connection of this thread; the next use opens it again."""


def marks(values: Sequence[Value]) -> str:
    """Return the placeholders of an ``IN`` list."""
    return ", ".join(["%s"] * len(values))


def question_marks(sql: str) -> str:
    """Return a statement with SQLite's placeholders."""
    return sql.replace("%s", "?")
