"""What the contract tests run on: fakes, SQLite, and a MariaDB server of their own.

The server has a temporary folder and a socket only; it needs neither root nor a server that is installed as a service.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.adapters.mysql import MySql
from hotdesk_module.adapters.sql import Connection
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.config import Database

PASSWORD = "hush:@/%"
DATABASE = "hotdesk test"

SQL = ["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)]
START_SECONDS = 30


class Databases:
    """Opens connections to one database, as several processes would, and closes them all."""

    def __init__(self, kind: str, database: Database) -> None:
        self.kind = kind
        self.database = database
        self._open: list[Connection] = []

    def connect(self) -> Connection:
        """Return a connection of its own."""
        made: Connection = Sqlite(self.database.path) if self.kind == "sqlite" else MySql(self.database)
        self._open.append(made)
        return made

    def close(self) -> None:
        """Close every connection of this thread."""
        for connection in self._open:
            connection.close()


@pytest.fixture(scope="package")
def mariadb_server() -> Iterator[Database]:
    """Start a server and return how to reach its one database."""
    server, install = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
    if server is None or install is None:
        pytest.skip("MariaDB's server (mariadbd, mariadb-install-db) is not installed")
    with tempfile.TemporaryDirectory(prefix="hdsk", ignore_cleanup_errors=True) as folder:
        data, path = f"{folder}/data", f"{folder}/s"
        # A root user starts it as root: the folder is nobody else's.
        me = ["--user=root"] if os.geteuid() == 0 else []
        method = "--auth-root-authentication-method=normal"
        installing = [install, "--no-defaults", *me, method, f"--datadir={data}", "--skip-test-db"]
        subprocess.run(installing, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        small = ["--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--performance-schema=OFF"]
        where = [f"--datadir={data}", f"--socket={path}", f"--pid-file={folder}/pid", "--skip-networking"]
        running = subprocess.Popen(
            [server, "--no-defaults", *me, *where, *small], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield _prepare(path, running)
        finally:
            running.terminate()
            running.wait(START_SECONDS)


def _prepare(path: str, running: subprocess.Popen[bytes]) -> Database:
    """Wait for the server, make the database and a user with a password that wants quoting."""
    import pymysql

    deadline = time.monotonic() + START_SECONDS
    while not _listens(path):
        if running.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("MariaDB's server does not start")
        time.sleep(0.05)
    root = pymysql.connect(unix_socket=path, user="root", autocommit=True, ssl_disabled=True)
    with root, root.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE `{DATABASE}` CHARACTER SET utf8mb4")
        cursor.execute("CREATE USER hotdesk@localhost IDENTIFIED BY %s", (PASSWORD,))
        cursor.execute("GRANT ALL ON *.* TO hotdesk@localhost")
    return Database("mysql", "localhost", 0, path, DATABASE, "hotdesk", PASSWORD)


def _listens(path: str) -> bool:
    # PyMySQL would leave a socket open for each failure.
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


@pytest.fixture
def sqlite_databases(tmp_path: Path) -> Iterator[Databases]:
    databases = Databases("sqlite", Database("sqlite", path=str(tmp_path / "ledger.db")))
    yield databases
    databases.close()


@pytest.fixture
def mariadb_databases(mariadb_server: Database) -> Iterator[Databases]:
    databases = Databases("mariadb", mariadb_server)
    connection = databases.connect()
    for (table,) in connection.select("SHOW TABLES"):
        connection.execute(f"DELETE FROM {table}")
    yield databases
    databases.close()


@pytest.fixture(params=SQL)
def databases(request: pytest.FixtureRequest) -> Databases:
    """Return an empty database: each real one in turn."""
    found = request.getfixturevalue(f"{request.param}_databases")
    assert isinstance(found, Databases)
    return found
