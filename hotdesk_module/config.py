"""Where the database and Asterisk are: from the environment, else from FreePBX's own files.

Read once by each entry point, on the way of a call too: nothing heavy is imported here. No value of this module shows
a password when it is printed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Callable, NamedTuple

from hotdesk_module.errors import BadConfig

FREEPBX_CONF = "/etc/freepbx.conf"
AMPORTAL_CONF = "/etc/amportal.conf"
MANAGER_PORT = 5038

_Parser = Callable[[str], dict[str, str]]


class Database(NamedTuple):
    """Where the ledger is.

    Attributes:
        kind: ``mysql`` or ``sqlite``.
        port: 0 where none is given: MySQL's usual one, or its socket on this machine.
        socket: path of MySQL's unix socket, or empty.
        path: SQLite's file; empty for MySQL.
    """

    kind: str
    host: str = ""
    port: int = 0
    socket: str = ""
    name: str = ""
    user: str = ""
    password: str = ""
    path: str = ""

    def __repr__(self) -> str:
        if self.kind == "sqlite":
            return f"Database(sqlite {self.path})"
        return f"Database(mysql {self.name} at {self.socket or self.host}:{self.port or 'default'} as {self.user})"


class Manager(NamedTuple):
    """Where Asterisk's manager interface is, and who we are there."""

    host: str
    port: int
    user: str
    secret: str

    def __repr__(self) -> str:
        return f"Manager({self.host}:{self.port} as {self.user})"


class Config(NamedTuple):
    """Everything that is read before the database is open.

    Attributes:
        manager: None where FreePBX's table of settings says it.
    """

    database: Database
    manager: Manager | None = None


def load(environ: Mapping[str, str] = os.environ, paths: Sequence[str] = (FREEPBX_CONF, AMPORTAL_CONF)) -> Config:
    """Return the configuration.

    Args:
        environ: ``HOTDESK_DATABASE`` and ``HOTDESK_AMI`` come first; ``FREEPBX_CONF`` is another freepbx.conf.
        paths: FreePBX's PHP file and the older file of assignments, either of which may be absent.

    Raises:
        BadConfig: it is not to be found or not to be understood; the message says where and what to do.
    """
    address = environ.get("HOTDESK_AMI", "")
    manager = _manager(address) if address else None
    url = environ.get("HOTDESK_DATABASE", "")
    if url:
        return Config(_database(url), manager)
    php, assignments = environ.get("FREEPBX_CONF") or paths[0], paths[1]
    found, source = _read(php, _php), php
    if "AMPDBUSER" not in (found or {}):
        older = _read(assignments, _key_value)
        if older is not None:
            found, source = older, assignments
    if found is None:
        raise BadConfig(
            f"There is no {php} to say where FreePBX's database is. Is FreePBX installed here? If it is, set"
            " FREEPBX_CONF to its file; if not, set HOTDESK_DATABASE."
        )
    return Config(_from_freepbx(found, source), manager)


def _from_freepbx(values: Mapping[str, str], source: str) -> Database:
    engine = values.get("AMPDBENGINE", "").lower()
    if engine not in ("", "mysql", "mysqli", "mariadb"):
        raise BadConfig(f"{source}: AMPDBENGINE is '{engine}'; Hot Desking needs FreePBX's usual 'mysql'.")
    for key in ("AMPDBUSER", "AMPDBPASS"):
        if key not in values:
            raise BadConfig(f'{source}: {key} is missing. Add the line $amp_conf["{key}"] = "…"; to it.')
    return Database(
        kind="mysql",
        host=values.get("AMPDBHOST", "") or "localhost",
        port=_port(values.get("AMPDBPORT", ""), f"{source}: AMPDBPORT"),
        socket=values.get("AMPDBSOCK", ""),
        name=values.get("AMPDBNAME", "") or "asterisk",
        user=values["AMPDBUSER"],
        password=values["AMPDBPASS"],
    )


def _read(path: str, parse: _Parser) -> dict[str, str] | None:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return parse(file.read())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadConfig(f"{path} cannot be read ({error.strerror}). Run this as root or as FreePBX's user.") from error


# A comment, an assignment to $amp_conf, or a string that stands elsewhere; in this order, so that what looks like
# one of them within another is skipped with it.
_STRING = r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' """
_PHP = re.compile(
    rf"""
      /\*.*?\*/ | //[^\n]* | \#[^\n]*
    | \$amp_conf \s* \[ \s* (?P<quote>['"]) (?P<key>\w+) (?P=quote) \s* \] \s* = \s*
      (?P<value> {_STRING} | -?[\w.]+ ) \s* ;
    | {_STRING}
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "e": "\x1b", "f": "\f", "\\": "\\", "$": "$", '"': '"'}


def _php(text: str) -> dict[str, str]:
    """Return what a PHP file assigns to ``$amp_conf``; the last assignment of a key wins, as in PHP."""
    return {m["key"]: _php_value(m["value"]) for m in _PHP.finditer(text) if m["key"]}


def _php_value(literal: str) -> str:
    if literal.startswith("'"):
        return re.sub(r"\\([\\'])", r"\1", literal[1:-1])
    if literal.startswith('"'):
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), literal[1:-1], flags=re.DOTALL)
    return literal


def _key_value(text: str) -> dict[str, str]:
    """Return the assignments ``KEY=VALUE`` of a file with ``#`` comments."""
    pairs = (line.partition("=") for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {key.strip(): value.strip().strip("\"'") for key, equals, value in pairs if equals}


# Compiled when it is used: a FreePBX has its file.
_URL = (
    r"(?P<kind>\w+)://(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?(?P<host>\[[^]]*\]|[^:/@?]*)(?::(?P<port>[0-9]*))?"
    r"(?:/(?P<name>[^?]*))?(?:\?socket=(?P<socket>.*))?"
)


def _database(url: str) -> Database:
    name = "HOTDESK_DATABASE"
    if url.startswith("sqlite:///"):
        path = _unquote(url[len("sqlite:///") :])
        if not path.startswith("/"):
            raise BadConfig(f"{name}: the file of sqlite:////path must be absolute, with four strokes in all.")
        return Database(kind="sqlite", path=path)
    parts = re.fullmatch(_URL, url)
    if parts is None or parts["kind"] != "mysql" or not parts["name"]:
        raise BadConfig(
            f"{name} is not an address of a database. Write mysql://user:password@host:port/name, with special"
            " characters as %XX, or sqlite:////path/file.db."
        )
    return Database(
        kind="mysql",
        host=_unquote(parts["host"]).strip("[]") or "localhost",
        port=_port(parts["port"] or "", name),
        socket=_unquote(parts["socket"] or ""),
        name=_unquote(parts["name"]),
        user=_unquote(parts["user"] or ""),
        password=_unquote(parts["password"] or ""),
    )


def _manager(url: str) -> Manager:
    parts = re.fullmatch(_URL, url)
    if parts is None or parts["kind"] != "ami" or not parts["user"] or parts["name"] or parts["socket"]:
        raise BadConfig(
            "HOTDESK_AMI is not an address of Asterisk's manager. Write ami://user:secret@host:port, with special"
            " characters as %XX."
        )
    return Manager(
        host=_unquote(parts["host"]).strip("[]") or "localhost",
        port=_port(parts["port"] or "", "HOTDESK_AMI") or MANAGER_PORT,
        user=_unquote(parts["user"]),
        secret=_unquote(parts["password"] or ""),
    )


def _port(text: str, where: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise BadConfig(f"{where}: '{text[:20]}' is not a port; a port is a number from 1 to 65535.")
    return int(text)


def _unquote(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text)
