"""The panel's own connections to the server's tables."""

from __future__ import annotations

import pymysql
import pytest

from hotdesk_module.adapters import mysql
from hotdesk_module.config import Database
from hotdesk_module.web.database import _mysql

WHERE = Database("mysql", host="localhost", name="asterisk")


class Server:
    """A connection whose server answers everything with an error, or with none."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.asked: list[str] = []

    def cursor(self) -> Server:
        return self

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, sql: str) -> None:
        self.asked.append(sql)
        if self.error:
            raise self.error


@pytest.mark.parametrize("error", [None, pymysql.ProgrammingError(1064, "You have an error in your SQL syntax")])
def test_it_only_reads_where_the_server_knows_that(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
    """MariaDB 5.5, which FreePBX 16 has on its own distribution, has no transactions that only read."""
    server = Server(error)
    monkeypatch.setattr(mysql, "connect", lambda _: server)
    made: object = _mysql(WHERE)()
    assert made is server
    assert server.asked == ["SET SESSION TRANSACTION READ ONLY"]


def test_any_other_error_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysql, "connect", lambda _: Server(pymysql.OperationalError(2013, "Lost connection")))
    with pytest.raises(pymysql.OperationalError):
        _mysql(WHERE)()
