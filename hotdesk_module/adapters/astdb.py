"""Asterisk's database, by the manager interface and by the AGI session of a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from hotdesk_module.errors import AsteriskDown

# ``database show`` fills keys and values up with blanks, values to so many bytes.
_VALUE_WIDTH = 25
# In an expression, between two values: the unit separator, which nobody can type.
_BETWEEN = "\x1f"
# Bytes of an expression: res_agi reads lines of up to 2,048 (AGI_BUF_LEN, 18 to 22), the command's name in them.
_LINE = 1900


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

    def actions(self, wanted: Sequence[tuple[str, tuple[tuple[str, str], ...]]]) -> Sequence[Answer]:
        """Send actions at once, and return the answer of each."""

    def commands(self, texts: Iterable[str]) -> list[list[str]]:
        """Send console commands at once, and return what each prints."""


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
        return self.read([key])[key]

    def read(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Return the values of these keys, None where there is no such key."""
        wanted = tuple(dict.fromkeys(keys))
        halves = (_split(key) for key in wanted)
        answers = self._ami.actions([("DBGet", (("Family", family), ("Key", rest))) for family, rest in halves])
        return {key: self._value(key, answer) for key, answer in zip(wanted, answers)}

    @staticmethod
    def _value(key: str, answer: Answer) -> str | None:
        if answer.ok:
            return answer.events[0].get("Val")
        if "not found" in answer.text:
            return None
        raise AsteriskDown(f"Asterisk's manager refuses to read {key}: {answer.text}.")

    def put(self, key: str, value: str) -> None:
        """Set a key."""
        self.change({key: value})

    def delete(self, key: str) -> None:
        """Remove a key."""
        self.change({key: None})

    def change(self, changes: Mapping[str, str | None]) -> None:
        """Set and remove keys, all with one question."""
        answers = self._ami.actions([_change(key, value) for key, value in changes.items()])
        for (key, value), answer in zip(changes.items(), answers):
            # Asterisk calls it an error when there was nothing to remove.
            if not answer.ok and (value is not None or self.get(key) is not None):
                what = "remove" if value is None else "write"
                raise AsteriskDown(f"Asterisk's manager refuses to {what} {key}: {answer.text}.")

    def family(self, *names: str) -> dict[str, str]:
        """Return every key below ``names``.

        By console commands: the action DBGetTree is missing in the first releases of Asterisk 18.
        """
        keys: dict[str, str] = {}
        for name, lines in zip(names, self._ami.commands(f"database show {name}" for name in names)):
            keys.update(_listed(lines, name))
        return keys

    def named(self, family: str, names: Iterable[str]) -> dict[str, str]:
        """Return the keys of a family that end in one of some names."""
        keys: dict[str, str] = {}
        names = tuple(names)
        for name, lines in zip(names, self._ami.commands(f"database showkey {name}" for name in names)):
            # To Asterisk, capital letters are no others.
            keys.update((key, value) for key, value in _listed(lines, family) if key.endswith(f"/{name}"))
        return keys


class AgiAstDb:
    """The AstDB by the AGI session of a call; see :class:`hotdesk_module.ports.AstDb`."""

    def __init__(self, session: AgiSession) -> None:
        self._session = session

    def get(self, key: str) -> str | None:
        """Return a value, None where there is no such key."""
        reply = self._session.execute("DATABASE GET", *_split(key))
        return reply.data if reply.result == 1 else None

    def read(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Return the values of these keys, None where there is no such key.

        As many as fit at once: between each command and its answer, Asterisk and we wait for each other, and on a busy
        machine both wait for their turn.
        """
        found: dict[str, str | None] = {}
        for some in _lines(keys):
            pieces = self._session.execute("GET FULL VARIABLE", _expression(some)).data.split(_BETWEEN)
            # A value that has what stands between two of them.
            if len(pieces) != len(some):
                found.update((key, self.get(key)) for key in some)
            else:
                found.update((key, p[1:] if p.startswith("1") else None) for key, p in zip(some, pieces))
        return found

    def put(self, key: str, value: str) -> None:
        """Set a key."""
        reply = self._session.execute("DATABASE PUT", *_split(key), value)
        if reply.result != 1:
            raise AsteriskDown(f"Asterisk refuses to write {key} to its database.")

    def delete(self, key: str) -> None:
        """Remove a key."""
        self._session.execute("DATABASE DEL", *_split(key))

    def change(self, changes: Mapping[str, str | None]) -> None:
        """Set and remove keys, one by one."""
        for key, value in changes.items():
            if value is None:
                self.delete(key)
            else:
                self.put(key, value)


def _change(key: str, value: str | None) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the manager's action that sets or removes a key."""
    family, rest = _split(key)
    where = ("Family", family), ("Key", rest)
    return ("DBDel", where) if value is None else ("DBPut", (*where, ("Val", value)))


def _expression(keys: Sequence[str]) -> str:
    """Return what expands to the values of keys: to ``1`` and the value where there is such a key, else to ``0``."""
    # DB alone is empty for both. (DB_EXISTS leaves the value in DB_RESULT, too late for the expression it stands in.)
    return _BETWEEN.join(f"${{DB_EXISTS({key})}}${{DB({key})}}" for key in keys)


def _lines(keys: Iterable[str]) -> Iterator[list[str]]:
    """Give keys, as many at a time as Asterisk takes in one line."""
    some: list[str] = []
    for key in keys:
        if len(_expression([*some, key]).encode("utf-8", "surrogateescape")) > _LINE and some:
            yield some
            some = []
        some.append(key)
    if some:
        yield some


def _split(key: str) -> tuple[str, str]:
    """Return family and key as Asterisk takes them."""
    family, _, rest = key.partition("/")
    return family, rest


def _listed(lines: Iterable[str], family: str) -> Iterator[tuple[str, str]]:
    """Give key and value of the lines that are of a family."""
    prefix = f"/{family}/"
    return (_shown(line) for line in lines if line.startswith(prefix))


def _shown(line: str) -> tuple[str, str]:
    """Return key and value of a line of ``database show``: ``/FAMILY/rest   : value``."""
    key, _, value = line.partition(": ")
    return key[1:].rstrip(), value.rstrip() if len(value.encode("utf-8", "surrogateescape")) <= _VALUE_WIDTH else value
