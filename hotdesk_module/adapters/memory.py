"""What a process that lives long remembers of FreePBX's large tables.

To send and unpack thousands of rows takes PyMySQL longer than all else that a page does. The server reckons a checksum
over them in a tenth of the time, and as long as that is the same nothing is read again. Nobody tells us of a change:
FreePBX's pages, its command line and its restore all write these tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, TypeVar

from hotdesk_module.adapters.sql import Connection

T = TypeVar("T")


class Memory:
    """Rows by table, for all threads: an entry is replaced as a whole."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Any, Any]] = {}

    def rows(self, db: Connection, table: str, columns: Sequence[str], read: Callable[[], T]) -> T:
        """Return what ``read`` returns, or did when the table was the same.

        Args:
            columns: what ``read`` reads of the table.
        """
        shown = ", ".join(f"COALESCE({column}, '')" for column in columns)
        # Before the rows: where somebody writes in between, the next sum is another one.
        (sums,) = db.select(f"SELECT COUNT(*), SUM(CRC32(CONCAT_WS('\\n', {shown}))) FROM {table}")
        known = self._kept.get(table)
        if known is not None and known[0] == sums:
            kept: T = known[1]
            return kept
        found = read()
        self._kept[table] = (sums, found)
        return found
