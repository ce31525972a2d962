"""The tables, made from ``module.xml``.

FreePBX makes them from the same file when the module is installed. The tests, the demo and an embedded ledger make
them here, so that there is one description.
"""

from __future__ import annotations

import os
from typing import NamedTuple
from xml.etree import ElementTree

from hotdesk_module.adapters.sql import MYSQL, Connection

MODULE_XML = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "module.xml")

# FreePBX's type to (MySQL's, SQLite's). A number in SQLite must be called INTEGER to be a key that counts itself.
_TYPES = {
    "string": ("VARCHAR({length})", "VARCHAR({length})"),
    "integer": ("INT", "INTEGER"),
    "bigint": ("BIGINT", "INTEGER"),
    "boolean": ("TINYINT(1)", "INTEGER"),
    "text": ("LONGTEXT", "TEXT"),
}


class Column(NamedTuple):
    """A field of a table; ``default`` None: none."""

    name: str
    type: str
    length: int = 0
    null: bool = False
    default: str | None = None
    primary: bool = False
    counts: bool = False


class Key(NamedTuple):
    """An index, or a unique key."""

    name: str
    unique: bool
    columns: tuple[str, ...]


class Table(NamedTuple):
    """A table of the module."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]


def tables(path: str = MODULE_XML) -> tuple[Table, ...]:
    """Return the tables that a module.xml declares."""
    return tuple(
        Table(
            table.attrib["name"],
            tuple(_column(field.attrib) for field in table.findall("field")),
            tuple(
                Key(
                    k.attrib["name"], k.attrib["type"] == "unique", tuple(c.attrib["name"] for c in k.findall("column"))
                )
                for k in table.findall("key")
            ),
        )
        for table in ElementTree.parse(path).getroot().findall("database/table")
    )


def _column(field: dict[str, str]) -> Column:
    return Column(
        name=field["name"],
        type=field["type"],
        length=int(field.get("length", "0")),
        null=field.get("notnull") == "false",
        default=field.get("default"),
        primary=field.get("primarykey") == "true",
        counts=field.get("autoincrement") == "true",
    )


def statements(table: Table, dialect: str) -> tuple[str, ...]:
    """Return the statements that make a table where it is not there yet."""
    mysql = dialect == MYSQL
    lines = [_line(column, mysql) for column in table.columns]
    primary = [c.name for c in table.columns if c.primary]
    if mysql or not any(c.counts for c in table.columns):
        lines.append(f"PRIMARY KEY ({', '.join(primary)})")
    indexes = []
    for key in table.keys:
        columns = ", ".join(key.columns)
        if mysql:
            lines.append(f"{'UNIQUE ' if key.unique else ''}KEY {key.name} ({columns})")
        else:
            kind = "UNIQUE INDEX" if key.unique else "INDEX"
            indexes.append(f"CREATE {kind} IF NOT EXISTS {table.name}_{key.name} ON {table.name} ({columns})")
    # The character set and collation that FreePBX gives its tables.
    options = " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci" if mysql else ""
    return (f"CREATE TABLE IF NOT EXISTS {table.name} ({', '.join(lines)}){options}", *indexes)


def _line(column: Column, mysql: bool) -> str:
    parts = [column.name, _TYPES[column.type][0 if mysql else 1].format(length=column.length)]
    if column.counts:
        parts.append("NOT NULL AUTO_INCREMENT" if mysql else "PRIMARY KEY AUTOINCREMENT")
    else:
        parts.append("NULL" if column.null else "NOT NULL")
    if column.default is not None:
        parts.append(f"DEFAULT '{column.default}'")
    return " ".join(parts)


def create_tables(connection: Connection, path: str = MODULE_XML) -> None:
    """Make the tables of the module where they are not there yet.

    Raises:
        LedgerDown: the database does not answer, or forbids it.
    """
    for table in tables(path):
        for statement in statements(table, connection.dialect):
            connection.execute(statement)
