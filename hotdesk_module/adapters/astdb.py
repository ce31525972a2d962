"""Asterisk's database, by the manager interface and by the AGI session of a call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Callable, Protocol

from hotdesk_module.errors import AsteriskDown, BadValue

# Between two values, around a key with its value, and after the last: characters that nobody can type.
_BETWEEN, _RECORD, _END = "\x1f", "\x1e", "\x04"
# Bytes of an expression: res_agi reads lines of up to 2,048 (AGI_BUF_LEN, 18 to 22), the command's name in them.
_LINE = 1900
# Bytes of a console command: the manager reads lines of up to 1,024 (inbuf in main/manager.c, 18 to 22).
_HEADER = 1000
# Keys to a line of output.
_KEYS = 500


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

    def matching(self, *patterns: str) -> dict[str, str]:
        """Return every key that matches one of some patterns.

        By the console's ``database query``: the action DBGetTree is missing in the first releases of Asterisk 18, and
        ``database show`` looks through everything for each family and sends a line for each key.
        """
        texts = [_query(some) for some in _fitting(patterns, _query, _HEADER)]
        keys: dict[str, str] = {}
        for lines in self._ami.commands(texts):
            text = "\n".join(lines)
            if _END not in text:
                raise AsteriskDown(f"Asterisk does not list its database: {text.strip()[:80] or 'it prints nothing'}.")
            records = (record.partition(_BETWEEN) for record in text.split(_RECORD))
            keys.update((key[1:], value) for key, between, value in records if between)
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
        for some in _fitting(keys, _expression, _LINE):
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


def _query(patterns: Sequence[str]) -> str:
    """Return the console command that prints keys with their values, many to a line, and says when it is at its end.

    SQLite has ``char`` since 3.7.16; CentOS 7, on which FreePBX 16 was delivered, has 3.7.17.
    """
    for pattern in patterns:
        if not re.fullmatch(r"[\w*/-]+", pattern, re.ASCII):
            raise BadValue(f"'{pattern}' is no pattern of keys: letters, digits, '_', '-', '/' and '*' are.")
    record = f"char({ord(_RECORD)})||key||char({ord(_BETWEEN)})||value||char({ord(_RECORD)})"
    wanted = " OR ".join(f"key GLOB '/{pattern}'" for pattern in patterns)
    return (
        f"database query \"SELECT group_concat({record},'') FROM astdb WHERE {wanted} GROUP BY rowid/{_KEYS}"
        f' UNION ALL SELECT char({ord(_END)})"'
    )


def _fitting(items: Iterable[str], text: Callable[[Sequence[str]], str], limit: int) -> Iterator[list[str]]:
    """Give items, as many at a time as Asterisk takes in one line.

    Args:
        text: what is sent for some of them.
        limit: its bytes.
    """
    some: list[str] = []
    for item in items:
        if len(text([*some, item]).encode("utf-8", "surrogateescape")) > limit and some:
            yield some
            some = []
        some.append(item)
    if some:
        yield some


def _split(key: str) -> tuple[str, str]:
    """Return family and key as Asterisk takes them."""
    family, _, rest = key.partition("/")
    return family, rest
