"""Join a configuration to the adapters of the database; for the entry points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotdesk_module.adapters.inventory import SqlInventory
from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.sql import MYSQL, SQLITE, Connection
from hotdesk_module.config import Config, Database

if TYPE_CHECKING:
    from hotdesk_module.adapters.memory import Memory


def load_driver(database: Database) -> None:
    """Load what the connection will need, for a process that lives for one call and has but one thread."""
    if database.kind != MYSQL:
        return
    from hotdesk_module.adapters.light import load_pymysql
    from hotdesk_module.adapters.mysql import socket_of

    if socket_of(database) is not None:
        load_pymysql()


def open_connection(database: Database) -> Connection:
    """Return a connection, which is not opened before its first use."""
    if database.kind == SQLITE:
        from hotdesk_module.adapters.sqlite import Sqlite

        return Sqlite(database.path)
    from hotdesk_module.adapters.mysql import MySql

    return MySql(database)


def open_ledger(config: Config, memory: Memory | None = None) -> tuple[SqlLedger, SqlInventory]:
    """Return the ledger and FreePBX's tables on one connection, which is not opened before its first use.

    Args:
        memory: of a process that lives long.
    """
    connection = open_connection(config.database)
    return SqlLedger(connection), SqlInventory(connection, memory)
