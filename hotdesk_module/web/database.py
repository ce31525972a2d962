"""The panel's own way to our tables: Flask-SQLAlchemy, for reading only.

Lists of a hundred thousand rows are searched and counted here, by the database. Whatever changes something goes through
the service, like a login at a phone. FreePBX's tables are not joined to ours: their character sets and collations are
not always the same, and MySQL refuses to compare what differs (error 1267); the inventory reads those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, Text
from sqlalchemy.pool import NullPool

from hotdesk_module.adapters import mysql, schema
from hotdesk_module.config import Database

if TYPE_CHECKING:
    import sqlite3

    import pymysql
    from pymysql.cursors import Cursor

# A connection that lay idle for longer may have been closed by the server; seconds.
RECYCLE = 300
# What a server calls a statement that it does not know.
NOT_SQL = 1064
THREADS = 4

_TYPES: dict[str, Any] = {
    "string": String,
    "integer": Integer,
    "bigint": BigInteger,
    "boolean": Boolean,
    "text": Text,
}

db = SQLAlchemy(disable_autonaming=True)


def _model(name: str) -> Table:
    """Return a table as ``module.xml`` describes it."""
    (table,) = (t for t in schema.tables() if t.name == name)
    return db.Table(name, *(Column(c.name, _TYPES[c.type], primary_key=c.primary) for c in table.columns))


events = _model("hotdesk_events")
phones = _model("hotdesk_phones")
sessions = _model("hotdesk_sessions")


def connect_database(app: Flask, where: Database) -> None:
    """Let :data:`db` read the ledger's database; nothing is connected before it is asked."""
    if where.kind == "sqlite":
        address, options = "sqlite://", {"creator": _sqlite(where), "poolclass": NullPool}
    else:
        options = {"creator": _mysql(where), "pool_size": THREADS, "pool_recycle": RECYCLE, "pool_pre_ping": True}
        address = "mysql+pymysql://"
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)


def _sqlite(where: Database) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        import sqlite3

        raw = sqlite3.connect(where.path, timeout=5.0, check_same_thread=False)
        raw.execute("PRAGMA query_only = 1")
        return raw

    return connect


def _forbid_writing(raw: pymysql.Connection[Cursor]) -> None:
    """Let a connection only read.

    A server older than MariaDB 10.0 and MySQL 5.6 cannot do that; nothing is changed all the same.
    """
    import pymysql

    with raw.cursor() as cursor:
        try:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        except pymysql.ProgrammingError as error:
            if error.args[0] != NOT_SQL:
                raise


def _mysql(where: Database) -> Callable[[], pymysql.Connection[Cursor]]:
    def connect() -> pymysql.Connection[Cursor]:
        raw = mysql.connect(where)
        _forbid_writing(raw)
        return raw

    return connect
