"""Asterisk's database, by the manager interface and by the AGI session of a call."""

from __future__ import annotations

from typing import Protocol

from hotdesk_module.errors import AsteriskDown

# ``database show`` fills keys and values up with blanks, values to so many bytes.
_VALUE_WIDTH = 25


class Answer(Protocol):
    """What the manager answered to an action."""

    @property
    def ok(self) -> bool:
        """Return whether Asterisk did it."""

    @property
    def text(self) -> str:
        """Return why not."""

    @property
    def events(self) -> tuple[Headers, ...]:
        """Return the events of a list."""


class Headers(Protocol):
    """An event of the manager."""

    def get(self, name: str, default: str = "") -> str:
        """Return a header."""


class Manager(Protocol):
    """The part of :class:`hotdesk_module.adapters.ami.Ami` that is needed here."""

    def action(self, name: str, *more: tuple[str, str], **headers: str) -> Answer:
        """Send an action and return its answer."""

    def demand(self, name: str, *more: tuple[str, str], **headers: str) -> Answer:
        """Send an action that must succeed."""

    def command(self, text: str) -> list[str]:
        """Return what a console command prints."""


class Reply(Protocol):
    """What an AGI command was answered: ``200 result=<result> (<data>)``."""

    @property
    def result(self) -> int:
        """Return the number."""

    @property
    def data(self) -> str:
        """Return what stands in the parentheses, without them."""


class AgiSession(Protocol):
    """The part of an AGI session that is needed here; it quotes arguments and raises Hangup."""

    def execute(self, command: str, *arguments: str) -> Reply:
        """Send a command and return its answer."""


class AmiAstDb:
    """The AstDB by the manager interface; see :class:`hotdesk_module.ports.AstDbTree`.

    The manager drops blanks in front of a value, and the console fills values up with blanks: neither at its ends is
    to be relied on. No key that FreePBX or we write has any.
    """

    def __init__(self, ami: Manager) -> None:
        self._ami = ami

    def get(self, key: str) -> str | None:
        """Return a value, None where there is no such key."""
        family, rest = _split(key)
        answer = self._ami.action("DBGet", Family=family, Key=rest)
        if answer.ok:
            return answer.events[0].get("Val")
        if "not found" in answer.text:
            return None
        raise AsteriskDown(f"Asterisk's manager refuses to read {key}: {answer.text}.")

    def put(self, key: str, value: str) -> None:
        """Set a key."""
        family, rest = _split(key)
        self._ami.demand("DBPut", Family=family, Key=rest, Val=value)

    def delete(self, key: str) -> None:
        """Remove a key."""
        family, rest = _split(key)
        answer = self._ami.action("DBDel", Family=family, Key=rest)
        # Asterisk calls it an error when there was none.
        if not answer.ok and self.get(key) is not None:
            raise AsteriskDown(f"Asterisk's manager refuses to remove {key}: {answer.text}.")

    def family(self, name: str) -> dict[str, str]:
        """Return every key below ``name``.

        By a console command: the action DBGetTree is missing in the first releases of Asterisk 18.
        """
        prefix = f"/{name}/"
        keys: dict[str, str] = {}
        for line in self._ami.command(f"database show {name}"):
            if line.startswith(prefix):
                key, value = _shown(line)
                keys[key] = value
        return keys


class AgiAstDb:
    """The AstDB by the AGI session of a call; see :class:`hotdesk_module.ports.AstDb`."""

    def __init__(self, session: AgiSession) -> None:
        self._session = session

    def get(self, key: str) -> str | None:
        """Return a value, None where there is no such key."""
        reply = self._session.execute("DATABASE GET", *_split(key))
        return reply.data if reply.result == 1 else None

    def put(self, key: str, value: str) -> None:
        """Set a key."""
        reply = self._session.execute("DATABASE PUT", *_split(key), value)
        if reply.result != 1:
            raise AsteriskDown(f"Asterisk refuses to write {key} to its database.")

    def delete(self, key: str) -> None:
        """Remove a key."""
        self._session.execute("DATABASE DEL", *_split(key))


def _split(key: str) -> tuple[str, str]:
    """Return family and key as Asterisk takes them."""
    family, _, rest = key.partition("/")
    return family, rest


def _shown(line: str) -> tuple[str, str]:
    """Return key and value of a line of ``database show``: ``/FAMILY/rest   : value``."""
    key, _, value = line.partition(": ")
    return key[1:].rstrip(), value.rstrip() if len(value.encode("utf-8", "surrogateescape")) <= _VALUE_WIDTH else value
