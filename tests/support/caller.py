"""Asterisk's side of an AGI call, in memory: a caller with a keypad, channel variables, mailboxes and an AstDB.

It answers each command in the words of ``res_agi`` and remembers what was played. The dialogue under test reads and
writes it as if it were a pair of pipes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import BinaryIO, Callable, cast

from tests.support.expression import expand_keys

# What the caller does when asked: digits ended by #, digits and then a pause, or hanging up.
HANG_UP = "hang up"
PAUSE = "…"


class Caller:
    """A call to the script.

    Args:
        entries: what the caller enters at each question, e.g. ``["1001", "4711"]``; :data:`HANG_UP` hangs up instead.
        passwords: mailbox, e.g. ``1001@default``, to its password.
        astdb: the AstDB's keys and values, which the call may change.
    """

    def __init__(
        self,
        entries: Iterable[str] = (),
        passwords: Mapping[str, str] | None = None,
        astdb: dict[str, str] | None = None,
        channel: str = "PJSIP/200-0000002a",
        arguments: Iterable[str] = ("login",),
        hang_up_at: str = "",
    ) -> None:
        self.entries = list(entries)
        self.passwords = dict(passwords or {})
        self.astdb = {} if astdb is None else astdb
        self.channel = channel
        self.hang_up_at = hang_up_at
        self.arguments = list(arguments)
        self.alive = True
        self.played: list[str] = []
        self.commands: list[str] = []
        self.variables: dict[str, str] = {}
        self.on_command: Callable[[str], None] = lambda command: None
        environment = {"agi_request": "hotdesk.py", "agi_channel": channel, "agi_callerid": "unknown"}
        self._out = "".join(f"{k}: {v}\n" for k, v in environment.items()) + "\n"
        self._partial = b""

    def pipes(self) -> tuple[BinaryIO, BinaryIO]:
        """Return the script's standard input and output."""
        return cast(BinaryIO, self), cast(BinaryIO, self)

    def readline(self) -> bytes:
        line, end, self._out = self._out.partition("\n")
        return (line + end).encode("utf-8", "surrogateescape")

    def write(self, data: bytes) -> int:
        self._partial += data
        while b"\n" in self._partial:
            line, self._partial = self._partial.split(b"\n", 1)
            self._out += self._reply(line.decode("utf-8", "surrogateescape")) + "\n"
        return len(data)

    def flush(self) -> None:
        pass

    def hang_up(self) -> None:
        self.alive = False

    def _reply(self, line: str) -> str:
        self.commands.append(line)
        words = [re.sub(r"\\(.)", r"\1", a or b) for a, b in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)]
        verb = " ".join(w for w in re.findall(r"^[A-Z ]+", line.split('"')[0])).strip()
        arguments = words[len(verb.split()) :]
        self.on_command(verb)
        handler = getattr(self, "_do_" + verb.lower().replace(" ", "_"), None)
        if handler is None:
            return "510 Invalid or unknown command"
        return str(handler(*arguments))

    def _do_answer(self) -> str:
        return self._sound("")

    def _sound(self, name: str) -> str:
        if not self.alive:
            return "511 Command Not Permitted on a dead channel or intercept routine"
        if name:
            self.played.append(name)
        if name and name == self.hang_up_at:
            self.alive = False
            return "200 result=-1 endpos=0"
        return "200 result=0 endpos=8000"

    def _do_stream_file(self, name: str, escape: str) -> str:
        return self._sound(name)

    def _do_say_digits(self, digits: str, escape: str) -> str:
        return self._sound(f"digits {digits}")

    def _do_say_alpha(self, letters: str, escape: str) -> str:
        return self._sound(f"letters {letters}")

    def _do_get_data(self, name: str, timeout: str, most: str) -> str:
        reply = self._sound(name)
        if not reply.startswith("200 result=0"):
            return reply if reply.startswith("511") else "200 result=-1"
        entry = self.entries.pop(0) if self.entries else PAUSE
        if entry == HANG_UP:
            self.alive = False
            return "200 result=-1"
        digits = entry.replace(PAUSE, "")[: int(most)]
        return f"200 result={digits}" + (" (timeout)" if PAUSE in entry else "")

    def _do_get_full_variable(self, expression: str) -> str:
        value = ""
        if expression in ("${CHANNEL(endpoint)}", "${CHANNEL(peername)}"):
            value = self.channel.partition("/")[2].rpartition("-")[0]
        elif mailbox := re.fullmatch(r"\$\{VM_INFO\((.+),password\)\}", expression):
            value = self.passwords.get(mailbox[1], "")
        elif "DB_EXISTS" in expression:
            value = expand_keys(expression, self.astdb.get)
        return f"200 result=1 ({value})"

    def _do_set_variable(self, name: str, value: str) -> str:
        self.variables[name] = value
        return "200 result=1"

    def _do_verbose(self, message: str, level: str) -> str:
        return "200 result=1"

    def _do_database_get(self, family: str, key: str) -> str:
        value = self.astdb.get(f"{family}/{key}")
        return "200 result=0" if value is None else f"200 result=1 ({value})"

    def _do_database_put(self, family: str, key: str, value: str) -> str:
        self.astdb[f"{family}/{key}"] = value
        return "200 result=1"

    def _do_database_del(self, family: str, key: str) -> str:
        return "200 result=0" if self.astdb.pop(f"{family}/{key}", None) is None else "200 result=1"
