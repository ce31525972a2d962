"""SQLite, for the demo and the tests: one file, no server.

One connection is shared by all threads of a process, one at a time. The named lock is a lock on a file beside the
database: it holds across commits and between processes, and the system takes it back from a process that died.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Callable, TypeVar

from hotdesk_module.adapters.sql import SQLITE, Done, Duplicate, MissingTable, Row, Value, question_marks
from hotdesk_module.errors import Busy, HotdeskError, LedgerDown

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

# Seconds to wait for another process that is writing, and between two looks at a lock that somebody holds.
BUSY_TIMEOUT = 5.0
LOCK_POLL = 0.01


class Sqlite:
    """A database in a file; see :class:`hotdesk_module.adapters.sql.Connection`."""

    dialect = SQLITE

    def __init__(self, path: str) -> None:
        self._path = path
        self._raw: sqlite3.Connection | None = None
        self._turn = threading.RLock()

    def select(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """Return the rows of a query."""
        return self._run(lambda raw: raw.execute(question_marks(sql), values).fetchall())

    def execute(self, sql: str, values: Sequence[Value] = ()) -> Done:
        """Change something."""

        def work(raw: sqlite3.Connection) -> Done:
            cursor = raw.execute(question_marks(sql), values)
            return Done(cursor.rowcount, cursor.lastrowid or 0)

        return self._run(work)

    def many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Execute a statement once for each row."""
        self._run(lambda raw: raw.executemany(question_marks(sql), rows))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is executed inside one change."""
        with self._turn:
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.execute("ROLLBACK")
                raise
            self.execute("COMMIT")

    @contextmanager
    def lock(self, name: str, seconds: float) -> Iterator[None]:
        """Hold the lock on the file ``<database>.<name>.lock``."""
        import fcntl
        import time

        deadline = time.monotonic() + seconds
        try:
            file = open(f"{self._path}.{name}.lock", "a")  # noqa: SIM115
        except OSError as error:
            raise LedgerDown(
                f"The lock file of the database {self._path} cannot be opened: {error.strerror}."
            ) from error
        with file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise Busy("Another login or logout is going on; try again in a moment.") from None
                    time.sleep(LOCK_POLL)
            yield

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._turn:
            if self._raw is not None:
                self._raw.close()
                self._raw = None

    def _open(self) -> sqlite3.Connection:
        import sqlite3

        raw = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
        try:
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            raw.close()
            raise
        return raw

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        import sqlite3

        with self._turn:
            try:
                if self._raw is None:
                    self._raw = self._open()
                return work(self._raw)
            except sqlite3.IntegrityError as error:
                if "UNIQUE" in str(error):
                    raise Duplicate(str(error)) from error
                raise self._down(error) from error
            except sqlite3.Error as error:
                raise self._down(error) from error

    def _down(self, error: Exception) -> HotdeskError:
        if "no such table" in str(error):
            return MissingTable(f"The database {self._path} lacks a table: {error}.")
        if "locked" in str(error):
            return Busy(f"The database {self._path} is locked by another program.")
        return LedgerDown(f"The database {self._path} does not answer: {error}.")
