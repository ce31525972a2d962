"""MySQL and MariaDB through PyMySQL, which is imported with the first statement: a caller hears a prompt meanwhile.

Each thread has a connection of its own, because a named lock belongs to its connection. A connection that the server
closed while it lay idle is opened again unseen; one that is lost inside a transaction or under the lock is an error,
for what was locked is locked no more.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Callable, TypeVar

from hotdesk_module.adapters.sql import MYSQL, Done, Duplicate, MissingTable, Row, Value
from hotdesk_module.config import Database
from hotdesk_module.errors import Busy, HotdeskError, LedgerDown

if TYPE_CHECKING:
    import pymysql
    from pymysql.cursors import Cursor

T = TypeVar("T")

# Seconds. The wait for the named lock is cut into pieces shorter than IO_TIMEOUT, after which a server is taken to
# be dead.
CONNECT_TIMEOUT = 2
IO_TIMEOUT = 5
LOCK_PIECE = 4.0

DEFAULT_PORT = 3306
# Where Debian's and Red Hat's servers listen; PHP, and so FreePBX, never goes to "localhost" by TCP.
SOCKETS = ("/run/mysqld/mysqld.sock", "/var/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock")

_DUPLICATE = 1062
_MISSING_TABLE = 1146
_GAVE_WAY = (1205, 1213)  # lock wait timeout, deadlock


def connect(at: Database) -> pymysql.Connection[Cursor]:
    """Return a new connection, which commits each statement.

    Raises:
        pymysql.MySQLError, OSError, RuntimeError: there is none to be had.
    """
    import pymysql

    return pymysql.connect(
        host=at.host or "localhost",
        port=at.port or DEFAULT_PORT,
        unix_socket=socket_of(at),
        user=at.user,
        password=at.password,
        database=at.name,
        charset="utf8mb4",
        autocommit=True,
        # As FreePBX itself does. PyMySQL would read every certificate authority for each connection: 50 ms.
        ssl_disabled=True,
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=IO_TIMEOUT,
        write_timeout=IO_TIMEOUT,
    )


def socket_of(at: Database) -> str | None:
    """Return the socket through which a server of this machine is reached; None: by TCP."""
    if at.socket or at.host != "localhost" or at.port not in (0, DEFAULT_PORT):
        return at.socket or None
    return next((path for path in SOCKETS if os.path.exists(path)), None)


class _Thread(threading.local):
    """What a thread has: its connection, and how many transactions and locks depend on it."""

    raw: pymysql.Connection[Cursor] | None = None
    pins = 0


class MySql:
    """A database of a server; see :class:`hotdesk_module.adapters.sql.Connection`."""

    dialect = MYSQL

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mine = _Thread()

    def select(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """Return the rows of a query."""

        def work(cursor: Cursor) -> list[Row]:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

        return self._run(work)

    def execute(self, sql: str, values: Sequence[Value] = ()) -> Done:
        """Change something."""

        def work(cursor: Cursor) -> Done:
            count = cursor.execute(sql, values)
            return Done(count, cursor.lastrowid or 0)

        return self._run(work)

    def many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Execute a statement once for each row."""
        self._run(lambda cursor: cursor.executemany(sql, rows))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is executed inside one change."""
        self.execute("BEGIN")
        with self._pinned():
            try:
                yield
            except BaseException:
                self._try("ROLLBACK")
                raise
            self.execute("COMMIT")

    @contextmanager
    def lock(self, name: str, seconds: float) -> Iterator[None]:
        """Hold ``GET_LOCK`` of a name that is this database's alone; the server releases it when we die."""
        deadline = time.monotonic() + seconds
        while True:
            piece = min(LOCK_PIECE, max(0.0, deadline - time.monotonic()))
            rows = self.select("SELECT GET_LOCK(LEFT(CONCAT(%s, '.', DATABASE()), 64), %s)", (name, str(piece)))
            if rows[0][0] == 1:
                break
            if time.monotonic() >= deadline:
                raise Busy("Another login or logout is going on; try again in a moment.")
        try:
            with self._pinned():
                yield
        finally:
            self._try("DO RELEASE_LOCK(LEFT(CONCAT(%s, '.', DATABASE()), 64))", (name,))

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        raw, self._mine.raw = self._mine.raw, None
        if raw is not None and raw.open:
            raw.close()

    @contextmanager
    def _pinned(self) -> Iterator[None]:
        self._mine.pins += 1
        try:
            yield
        finally:
            self._mine.pins -= 1

    def _try(self, sql: str, values: Sequence[Value] = ()) -> None:
        """Undo or release; where the connection is lost the server has done so already."""
        if self._mine.raw is not None:
            try:
                self._once(lambda cursor: cursor.execute(sql, values))
            except (HotdeskError, _Lost):
                self.close()

    def _run(self, work: Callable[[Cursor], T]) -> T:
        reused = self._mine.raw is not None
        try:
            if self._mine.pins and not reused:
                raise _Lost("the connection was lost")
            return self._once(work)
        except _Lost as lost:
            if not reused or self._mine.pins or lost.in_time:
                raise LedgerDown(f"{self._name()} does not answer: {lost}.") from lost
        try:
            return self._once(work)
        except _Lost as lost:
            raise LedgerDown(f"{self._name()} does not answer: {lost}.") from lost

    def _once(self, work: Callable[[Cursor], T]) -> T:
        import pymysql

        try:
            if self._mine.raw is None:
                self._mine.raw = self._connect()
            with self._mine.raw.cursor() as cursor:
                return work(cursor)
        except pymysql.MySQLError as error:
            if self._mine.raw is None or not self._mine.raw.open or isinstance(error, pymysql.InterfaceError):
                self.close()
                raise _Lost(_words(error)) from error
            raise self._refused(error) from error

    def _connect(self) -> pymysql.Connection[Cursor]:
        try:
            return connect(self._database)
        except (OSError, RuntimeError) as error:
            # Some ways of signing in want TLS or a library that is not there; PyMySQL says so by RuntimeError.
            raise _Lost(str(error)) from error

    def _refused(self, error: pymysql.MySQLError) -> Exception:
        """Return what a statement failed with on a connection that still stands."""
        number = error.args[0] if error.args else 0
        if number == _DUPLICATE:
            return Duplicate(_words(error))
        if number == _MISSING_TABLE:
            return MissingTable(f"{self._name()} lacks a table: {_words(error)}.")
        if number in _GAVE_WAY:
            return Busy("Another login or logout is going on; try again in a moment.")
        return LedgerDown(f"{self._name()} refuses: {_words(error)}.")

    def _name(self) -> str:
        return f"The database {self._database.name} at {self._database.socket or self._database.host or 'localhost'}"


class _Lost(Exception):
    """There is no connection, or there is none any more.

    Attributes:
        in_time: the server took too long rather than hang up; to ask again would double the wait.
    """

    @property
    def in_time(self) -> bool:
        return "timed out" in str(self)


def _words(error: Exception) -> str:
    return str(error.args[-1] if error.args else error).rstrip(".") or "the connection was lost"
