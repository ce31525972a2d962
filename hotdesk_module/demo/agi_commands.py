"""Asterisk's side of AGI: one line in, one reply out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Callable, NamedTuple

from hotdesk_module.demo.astdb import AstDb
from hotdesk_module.demo.channel import ANY_DIGIT, Channel
from hotdesk_module.demo.events import Events
from hotdesk_module.demo.functions import Functions
from hotdesk_module.demo.pace import Pace

INVALID = "510 Invalid or unknown command"
DEAD = "511 Command Not Permitted on a dead channel or intercept routine"


class UsageError(Exception):
    """The command is known, its arguments are not right."""


class Command(NamedTuple):
    """A command by its words; `dead` ones go on working after the caller hung up."""

    handler: Callable[[Sequence[str]], str]
    usage: str
    dead: bool


def split(line: str) -> list[str]:
    """Split a command line as Asterisk does: blanks separate, quotes hold together, a backslash takes the next."""
    words: list[str] = []
    word, started, quoted, escaped = "", False, False, False
    for letter in line:
        if escaped:
            word, started, escaped = word + letter, True, False
        elif letter == "\\":
            escaped = True
        elif letter == '"':
            quoted, started = not quoted, True
        elif letter in " \t" and not quoted:
            if started:
                words.append(word)
            word, started = "", False
        else:
            word, started = word + letter, True
    return [*words, word] if started else words


class AgiCommands:
    """Executes the commands of one script on one channel."""

    def __init__(self, channel: Channel, db: AstDb, functions: Functions, events: Events, pace: Pace) -> None:
        self._channel = channel
        self._db = db
        self._functions = functions
        self._events = events
        self._pace = pace
        self.log: list[str] = []
        self._commands = {
            "ANSWER": Command(self._answer, "ANSWER", False),
            "CHANNEL STATUS": Command(self._status, "CHANNEL STATUS [<channelname>]", False),
            "DATABASE DEL": Command(self._database_del, "DATABASE DEL <family> <key>", True),
            "DATABASE DELTREE": Command(self._database_deltree, "DATABASE DELTREE <family> [<keytree>]", True),
            "DATABASE GET": Command(self._database_get, "DATABASE GET <family> <key>", True),
            "DATABASE PUT": Command(self._database_put, "DATABASE PUT <family> <key> <value>", True),
            "EXEC": Command(self._exec, "EXEC <application> [<options>]", True),
            "GET DATA": Command(self._get_data, "GET DATA <file to be streamed> [<timeout>] [<max digits>]", False),
            "GET FULL VARIABLE": Command(self._get_full, "GET FULL VARIABLE <expression> [<channel name>]", True),
            "GET VARIABLE": Command(self._get_variable, "GET VARIABLE <variablename>", True),
            "HANGUP": Command(self._hangup, "HANGUP [<channelname>]", False),
            "NOOP": Command(lambda words: "200 result=0", "NoOp", True),
            "SAY ALPHA": Command(self._say_digits, "SAY ALPHA <number> <escape digits>", False),
            "SAY DIGITS": Command(self._say_digits, "SAY DIGITS <number> <escape digits>", False),
            "SAY NUMBER": Command(self._say_digits, "SAY NUMBER <number> <escape digits> [<gender>]", False),
            "SET VARIABLE": Command(self._set_variable, "SET VARIABLE <variablename> <value>", True),
            "STREAM FILE": Command(self._stream, "STREAM FILE <filename> <escape digits> [<sample offset>]", False),
            "VERBOSE": Command(self._verbose, "VERBOSE <message> <level>", True),
            "WAIT FOR DIGIT": Command(self._wait_digit, "WAIT FOR DIGIT <timeout>", False),
        }

    def execute(self, line: str) -> str:
        """Return Asterisk's reply to a line, without its last newline."""
        words = split(line)
        for length in (3, 2, 1):
            command = self._commands.get(" ".join(words[:length]).upper())
            if command is not None and len(words) >= length:
                return self._run(command, words[length:])
        return INVALID

    def _run(self, command: Command, arguments: Sequence[str]) -> str:
        if self._channel.hungup and not command.dead:
            return DEAD
        try:
            return command.handler(arguments)
        except UsageError:
            return (
                f"520-Invalid command syntax.  Proper usage follows:\n Usage: {command.usage}\n520 End of proper usage."
            )

    # --- the channel

    def _answer(self, words: Sequence[str]) -> str:
        _expect(words, 0, 0)
        self._channel.answer()
        return "200 result=0"

    def _hangup(self, words: Sequence[str]) -> str:
        _expect(words, 0, 1)
        self._channel.hang_up()
        return "200 result=1"

    def _status(self, words: Sequence[str]) -> str:
        _expect(words, 0, 1)
        return f"200 result={6 if self._channel.up else 4}"

    def _stream(self, words: Sequence[str]) -> str:
        _expect(words, 2, 3)
        played = self._channel.play(words[0], words[1])
        if self._channel.hungup:
            return f"200 result=-1 endpos={played.milliseconds * 8}"
        # Asterisk counts in samples, 8 a millisecond, and names the digit by its character code.
        return f"200 result={_code(played.digit)} endpos={played.milliseconds * 8}"

    def _get_data(self, words: Sequence[str]) -> str:
        _expect(words, 1, 3)
        timeout = _integer(words, 1, 0)
        longest = _integer(words, 2, 1024)
        first, following = self._pace.first_digit, self._pace.next_digit
        if timeout != 0:
            first = following = self._seconds(timeout)
        digits = self._channel.read(words[0], longest, first, following)
        if self._channel.hungup:
            return "200 result=-1"
        return f"200 result={digits.text}{' (timeout)' if digits.timed_out else ''}"

    def _wait_digit(self, words: Sequence[str]) -> str:
        _expect(words, 1, 1)
        digit = self._channel.wait_digit(self._seconds(_integer(words, 0, 0)))
        return f"200 result={-1 if self._channel.hungup else _code(digit)}"

    def _say_digits(self, words: Sequence[str]) -> str:
        _expect(words, 2, 3)
        played = self._channel.say(" ".join(words[0]), words[1])
        return f"200 result={-1 if self._channel.hungup else _code(played.digit)}"

    # --- variables and the AstDB

    def _get_variable(self, words: Sequence[str]) -> str:
        _expect(words, 1, 1)
        return _found(self._functions.read(words[0], self._channel))

    def _get_full(self, words: Sequence[str]) -> str:
        _expect(words, 1, 2)
        if len(words) == 2 and words[1] != self._channel.name:
            return "200 result=0"
        return _found(self._functions.expand(words[0], self._channel))

    def _set_variable(self, words: Sequence[str]) -> str:
        _expect(words, 2, 2)
        self._functions.write(words[0], words[1], self._channel)
        return "200 result=1"

    def _database_get(self, words: Sequence[str]) -> str:
        _expect(words, 2, 2)
        return _found(self._db.get(words[0], words[1]))

    def _database_put(self, words: Sequence[str]) -> str:
        _expect(words, 3, 3)
        self._db.put(words[0], words[1], words[2])
        return "200 result=1"

    def _database_del(self, words: Sequence[str]) -> str:
        _expect(words, 2, 2)
        # Asterisk says 1 for a key that was not there, too.
        self._db.delete(words[0], words[1])
        return "200 result=1"

    def _database_deltree(self, words: Sequence[str]) -> str:
        _expect(words, 1, 2)
        # The wrong way round, and so it is in Asterisk: 0 when something was deleted.
        return f"200 result={0 if self._db.delete_tree(*words) else 1}"

    # --- the rest

    def _verbose(self, words: Sequence[str]) -> str:
        _expect(words, 1, 2)
        self.log.append(words[0])
        return "200 result=1"

    def _exec(self, words: Sequence[str]) -> str:
        _expect(words, 1, None)
        application, options = words[0].lower(), words[1] if len(words) > 1 else ""
        if application in ("playback", "background"):
            self._channel.play(options.split(",")[0], ANY_DIGIT if application == "background" else "")
        elif application == "wait":
            self._channel.pause(float(options or 0) * self._pace.script_timeout)
        elif application == "userevent":
            self._user_event(options)
        elif application == "set":
            name, _, value = options.partition("=")
            self._functions.write(name, value, self._channel)
        elif application == "answer":
            self._channel.answer()
        elif application == "hangup":
            self._channel.hang_up()
        elif application not in ("noop", "verbose", "log"):
            return "200 result=-2"
        return f"200 result={-1 if self._channel.hungup and application != 'userevent' else 0}"

    def _user_event(self, options: str) -> None:
        name, *fields = options.split(",")
        headers = [("UserEvent", name), ("Channel", self._channel.name), ("Uniqueid", self._channel.uniqueid)]
        for field in fields:
            key, _, value = field.partition(":")
            headers.append((key.strip(), value.strip()))
        self._events.emit("UserEvent", headers)

    def _seconds(self, milliseconds: int) -> float:
        # Negative means for ever; an hour is that for a visitor.
        return 3600.0 if milliseconds < 0 else milliseconds / 1000 * self._pace.script_timeout


def environment(channel: Channel, script: str, arguments: Sequence[str], context: str) -> str:
    """Return the block Asterisk sends first, with the empty line that ends it."""
    fields = {
        "request": script,
        "channel": channel.name,
        "language": "en",
        "type": channel.technology,
        "uniqueid": channel.uniqueid,
        "version": "22.0.0",
        "callerid": channel.caller.number or "unknown",
        "calleridname": channel.caller.name or "unknown",
        "callingpres": "0",
        "callingani2": "0",
        "callington": "0",
        "callingtns": "0",
        "dnid": channel.extension or "unknown",
        "rdnis": "unknown",
        "context": context,
        "extension": channel.extension,
        "priority": "2",
        "enhanced": "0.0",
        "accountcode": "",
        "threadid": str(time.monotonic_ns()),
    }
    fields.update({f"arg_{number}": value for number, value in enumerate(arguments, 1)})
    return "".join(f"agi_{name}: {value}\n" for name, value in fields.items()) + "\n"


def _expect(words: Sequence[str], least: int, most: int | None) -> None:
    if len(words) < least or (most is not None and len(words) > most):
        raise UsageError


def _integer(words: Sequence[str], index: int, default: int) -> int:
    if len(words) <= index or words[index] == "":
        return default
    try:
        return int(words[index])
    except ValueError:
        raise UsageError from None


def _code(digit: str) -> int:
    return ord(digit) if digit else 0


def _found(value: str | None) -> str:
    return "200 result=0" if value is None else f"200 result=1 ({value})"
