"""A private MariaDB server: own data directory, own socket, no network, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql

from tests.support.rig import shell
from tests.support.rig.small_disk import SmallDisk

# Debian's and FreePBX's setting; a lenient server would hide bad writes.
STRICT = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"
USER = "freepbxuser"
PASSWORD = "Zx91-not-a-pin"
DATABASE = "asterisk"


def missing() -> list[str]:
    return [name for name in ("mariadbd", "mariadb-install-db") if _find(name) is None]


def _find(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin")


class MariaDB:
    """One server; `start`, `stop`, `kill` and `restart` keep the data, `close` removes it."""

    def __init__(self, home: Path | None = None) -> None:
        fast = Path("/dev/shm")
        self.home = home or shell.temporary_folder("db", fast if os.access(fast, os.W_OK) else None)
        self.data = self.home / "data"
        self.socket = self.home / "mysqld.sock"
        # The disk it runs on, where that is not the machine's.
        self.disk: SmallDisk | None = None
        self._process: Any | None = None
        self._user = _account()
        self._install()

    def _install(self) -> None:
        installer = _find("mariadb-install-db")
        if installer is None:
            raise shell.RigError("mariadb-install-db is not installed")
        self.data.mkdir()
        shutil.chown(self.home, self._user)
        shutil.chown(self.data, self._user)
        shell.run(
            [
                installer,
                "--no-defaults",
                f"--datadir={self.data}",
                f"--user={self._user}",
                "--skip-test-db",
                "--auth-root-authentication-method=normal",
                "--innodb-log-file-size=8M",
            ]
        )

    def start(self) -> None:
        server = _find("mariadbd")
        if server is None:
            raise shell.RigError("mariadbd is not installed")
        command = [
            server,
            "--no-defaults",
            f"--datadir={self.data}",
            f"--socket={self.socket}",
            f"--pid-file={self.home}/pid",
            f"--sql-mode={STRICT}",
            "--skip-networking",
            "--innodb-log-file-size=8M",
            "--innodb-buffer-pool-size=32M",
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_general_ci",
        ]
        user = self._user if os.geteuid() == 0 else None
        if self.disk is not None:
            command, user = self.disk.argv(command, user), None
        self._process = shell.start(command, self.home / "log", user=user)
        shell.wait_until(self._answers, "MariaDB answers", timeout=30)
        self._grant()

    def _grant(self) -> None:
        with self.connect(user="root", password="", database=None) as link, link.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{DATABASE}`")
            cursor.execute(f"CREATE USER IF NOT EXISTS '{USER}'@'localhost' IDENTIFIED BY '{PASSWORD}'")
            cursor.execute(f"GRANT ALL ON *.* TO '{USER}'@'localhost'")

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise shell.RigError(f"MariaDB ended: {(self.home / 'log').read_text()[-2000:]}")
        # Not by pymysql: a refused one leaves its socket open, which pytest reports in some later test.
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(self.socket)) != 0:
                return False
        return True

    @contextlib.contextmanager
    def connect(
        self, user: str = USER, password: str = PASSWORD, database: str | None = DATABASE
    ) -> Iterator[pymysql.connections.Connection[Any]]:
        """A connection that commits each statement."""
        link: pymysql.connections.Connection[Any] = pymysql.connect(
            unix_socket=str(self.socket),
            user=user,
            password=password,
            database=database,
            autocommit=True,
            charset="utf8mb4",
        )
        try:
            yield link
        finally:
            link.close()

    def query(self, sql: str, *values: object) -> tuple[tuple[Any, ...], ...]:
        with self.connect() as link, link.cursor() as cursor:
            cursor.execute(sql, values)
            return tuple(cursor.fetchall())

    def script(self, sql: str) -> None:
        """Run statements separated by `;` at line ends."""
        with self.connect() as link, link.cursor() as cursor:
            for statement in sql.split(";\n"):
                if statement.strip():
                    cursor.execute(statement)

    def create_database(self, name: str) -> None:
        """An empty database; one that exists is emptied."""
        with self.connect() as link, link.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")
            cursor.execute(f"CREATE DATABASE `{name}`")

    @property
    def pid(self) -> int:
        """The number of the process; 0 where it has ended."""
        return self._process.pid if self._process is not None and self.running else 0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is not None:
            shell.stop(self._process, grace=20)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)


def _account() -> str:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("mysql").pw_name
    return "root"


@contextlib.contextmanager
def private_server() -> Iterator[MariaDB]:
    """A running server for the length of a `with`."""
    server = MariaDB()
    try:
        server.start()
        yield server
    finally:
        server.close()
