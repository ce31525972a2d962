"""The panel as administrators use it: the real daemon on SQLite or MariaDB, the demo's telephone system for Asterisk,
and the demo's stand-in for FreePBX and the bridge, which browsers open.

Nothing is shared between two of these: each has a folder of its own, and a database.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from hotdesk_module import config
from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.inventory import SqlInventory
from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.mysql import MySql
from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.adapters.sql import Connection
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.adapters.switchboard import AmiSwitchboard
from hotdesk_module.config import Database
from hotdesk_module.core.model import Phone, Session
from hotdesk_module.demo import tables
from hotdesk_module.demo.ami_server import AmiServer
from hotdesk_module.demo.app import create_app
from hotdesk_module.demo.daemon import Daemon
from hotdesk_module.demo.front import AT
from hotdesk_module.demo.pace import QUICK
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.service import HotDesk
from tests.support.rig.freepbx_tables import SCHEMA

# Seconds.
PATIENCE = 15.0

# What FreePBX or the bridge answers in the place of the panel: status, type, text, more headers.
Instead = tuple[int, str, str, dict[str, str]]
# A script's question without a session, as the bridge answers it; and as a FreePBX that sends to its page of login.
NO_SESSION: Instead = (401, "application/json", '{"error": {"code": "no_session", "message": "Log in again."}}', {})
LOGIN_PAGE: Instead = (200, "text/html", "<html><body><form>Log in</form></body></html>", {})
TO_LOGIN: Instead = (302, "text/html", "", {"Location": "/login"})


class _Daemon(Daemon):
    """A daemon that can be kept from starting again."""

    held_back = False

    def comes_up(self) -> bool:
        return not self.held_back and super().comes_up()


class Panel:
    """A panel that runs.

    Attributes:
        address: what a browser opens; with ``?as=NAME`` it is that administrator.
        pbx: the telephone system.
        ledger: ours, over a connection of its own.
        instead: what scripts are answered in the place of the panel; None: the panel answers.
        asked: how often scripts have asked.
    """

    def __init__(self, folder: Path, database: Database, connection: Connection) -> None:
        self._connection = connection
        self.instead: Instead | None = None
        self.asked = 0
        self.ledger = SqlLedger(connection)
        self.pbx = Pbx(folder / "astdb.json", QUICK)
        self._ami = AmiServer(self.pbx, "demo", "secret")
        self._ami.start()
        environment = {"HOTDESK_DATABASE": _url(database), "HOTDESK_AMI": self._ami.url}
        self._daemon = _Daemon(folder / "state", folder / "daemon.log", environment)
        self._log = folder / "daemon.log"
        manager = config.load(environment).manager
        assert manager is not None
        self._manager = Ami(manager)
        self._server = make_server(
            "127.0.0.1", 0, self._watched(create_app(self.pbx, self._daemon)), threaded=True, request_handler=_Quiet
        )
        self.address = f"http://127.0.0.1:{self._server.server_port}{AT}/"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self._daemon.start()
        assert self._daemon.comes_up(), self._daemon.trouble()

    def close(self) -> None:
        self._daemon.stop()
        self._server.shutdown()
        self._server.server_close()
        self._manager.close()
        self._ami.stop()

    # What happens at phones, and in FreePBX

    @property
    def desk(self) -> HotDesk:
        """The service, as a caller at a phone uses it."""
        inventory = SqlInventory(self._connection)
        astdb, switchboard = AmiAstDb(self._manager), AmiSwitchboard(self._manager)
        return HotDesk(self.ledger, inventory, astdb, switchboard, lambda: int(time.time()), "phone")

    def seat(self, phone: str) -> str | None:
        """Return who sits at a phone by the ledger."""
        sessions = self.ledger.sessions([phone])
        return sessions[0].user if sessions else None

    def phone(self, device: str) -> Phone | None:
        """Return a phone of the pool by the ledger."""
        return next(iter(self.ledger.phones([device])), None)

    def sit(self, phone: str, user: str) -> Session:
        """Log somebody in, as at the phone."""
        self.desk.login(phone, user)
        (session,) = self.ledger.sessions([phone])
        return session

    def sql(self, statement: str, *values: str) -> None:
        """Change FreePBX's tables."""
        self._connection.execute(statement, values)

    # The daemon

    def kill_daemon(self) -> None:
        """End it as a crash would, and keep FreePBX from starting it again."""
        self._daemon.held_back = True
        os.kill(self._daemon.pid, signal.SIGKILL)

    def let_daemon_start(self) -> None:
        """Let FreePBX start it again, when it is next needed."""
        self._daemon.held_back = False

    def logged(self) -> str:
        """Return the daemon's log."""
        return self._log.read_text()

    def _watched(self, app: Any) -> Any:
        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            if environ["PATH_INFO"].endswith("/ajax.php"):
                self.asked += 1
                if self.instead is not None:
                    status, kind, text, headers = self.instead
                    return Response(text, status, headers, content_type=kind)(environ, start)
            found: Iterable[bytes] = app(environ, start)
            return found

        return answer


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: object = "-", size: object = "-") -> None:
        return


@contextlib.contextmanager
def panel(folder: Path, database: Database | None = None) -> Iterator[Panel]:
    """Run a panel with the demo's company, nobody logged in; on SQLite where no other database is given.

    Args:
        database: an empty one of MariaDB.
    """
    where = database or Database("sqlite", path=str(folder / "hotdesk.db"))
    connection: Connection = MySql(where) if where.kind == "mysql" else Sqlite(where.path)
    try:
        _fill(where, connection)
        create_tables(connection)
        SqlLedger(connection).save_phones(_pool())
        running = Panel(folder, where, connection)
        try:
            yield running
        finally:
            running.close()
    finally:
        connection.close()


def _pool() -> list[Phone]:
    """Three phones on two floors; 204 and those after it are devices that can be added."""
    return [
        Phone("200", "Lobby", "805ec00000c8", "Ground floor"),
        Phone("201", "Window desk", "805ec00000c9", "First floor"),
        Phone("202", "Meeting room", "805ec00000ca", "First floor"),
        Phone("203", "Reception", "", "Ground floor"),
    ]


def _fill(where: Database, connection: Connection) -> None:
    """Make FreePBX's tables, with the demo's company."""
    if where.kind == "sqlite":
        with closing(sqlite3.connect(where.path)) as made:
            tables.create(made)
        return
    for statement in filter(str.strip, SCHEMA.split(";\n")):
        connection.execute(statement)
    with closing(sqlite3.connect(":memory:")) as made:
        tables.create(made)
        for table in ("users", "devices", "sip", "freepbx_settings", "featurecodes"):
            found = made.execute(f"SELECT * FROM {table}")
            columns = ", ".join(f"`{column[0]}`" for column in found.description)
            for row in found:
                marks = ", ".join(["%s"] * len(row))
                connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", row)


def _url(where: Database) -> str:
    if where.kind == "sqlite":
        return f"sqlite:///{quote(where.path)}"
    secret, socket = quote(where.password, safe=""), quote(where.socket, safe="")
    return f"mysql://{where.user}:{secret}@localhost/{where.name}?socket={socket}"
