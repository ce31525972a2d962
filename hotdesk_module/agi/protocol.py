"""Asterisk's side of the conversation: the AGI protocol over standard input and output.

Asterisk sends an environment, then answers one command at a time (``res_agi``). After a hangup it goes on answering
what does not need a living channel, the AstDB and variables among it, and says 511 to the rest; so what has begun can
be finished although nobody listens any more.
"""

from __future__ import annotations

from typing import BinaryIO, Callable, NamedTuple

from hotdesk_module.errors import AsteriskDown, BadValue, Hangup


class Reply(NamedTuple):
    """An answer of code 200.

    Attributes:
        text: what stands behind ``result=``: a number, or the digits a caller entered.
        data: what stands in parentheses: a value, ``timeout``, or empty.
    """

    text: str
    data: str = ""

    @property
    def result(self) -> int:
        """``text`` as a number; -1, Asterisk's word for failure, where it is none."""
        try:
            return int(self.text)
        except ValueError:
            return -1


class Digits(NamedTuple):
    """What a caller entered; ``timeout``: without ending it with ``#``."""

    digits: str
    timeout: bool


class Agi:
    """One call.

    Args:
        reader, writer: Asterisk's pipes, in bytes: names and numbers are whatever a phone sent.
    """

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader = reader
        self._writer = writer
        self.environment = self._read_environment()

    def execute(self, command: str, *arguments: str) -> Reply:
        """Send a command and return its answer.

        Raises:
            Hangup: the caller is gone and the command needs one.
            AsteriskDown: Asterisk is gone, or does not know the command.
            BadValue: an argument that would end the line.
        """
        self._send(command, arguments)
        return self._receive(command)

    def answer(self) -> None:
        """Pick up."""
        self._of_channel(self.execute("ANSWER"))

    def play(self, sound: str, meanwhile: Callable[[], None] | None = None) -> None:
        """Play a sound to its end, and run ``meanwhile`` as it plays."""
        self._of_channel(self._overlap(meanwhile, "STREAM FILE", sound, ""))

    def say_digits(self, digits: str) -> None:
        """Say digits one by one."""
        self._of_channel(self.execute("SAY DIGITS", digits, ""))

    def spell(self, letters: str) -> None:
        """Say letters and digits one by one."""
        self._of_channel(self.execute("SAY ALPHA", letters, ""))

    def get_data(self, sound: str, timeout: int, most: int, meanwhile: Callable[[], None] | None = None) -> Digits:
        """Play a sound and return what the caller enters, up to ``#``, ``most`` digits or a pause.

        Args:
            timeout: the longest pause, in milliseconds.
        """
        reply = self._overlap(meanwhile, "GET DATA", sound, str(timeout), str(most))
        if reply.text == "-1":
            raise Hangup("The caller hung up.")
        return Digits(reply.text, reply.data == "timeout")

    def expand(self, expression: str) -> str:
        """Return the value of an expression such as ``${CHANNEL(endpoint)}``; empty where it has none."""
        return self.execute("GET FULL VARIABLE", expression).data

    def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable."""
        self.execute("SET VARIABLE", name, value)

    def verbose(self, message: str) -> None:
        """Write a line into Asterisk's log, at level 3."""
        self.execute("VERBOSE", message, "3")

    def _overlap(self, meanwhile: Callable[[], None] | None, command: str, *arguments: str) -> Reply:
        self._send(command, arguments)
        try:
            if meanwhile is not None:
                meanwhile()
        finally:
            # Whatever happened meanwhile, the answer belongs to this command and must not be taken for the next one's.
            reply = self._receive(command)
        return reply

    @staticmethod
    def _of_channel(reply: Reply) -> None:
        if reply.result == -1:
            raise Hangup("The caller hung up.")

    def _read_environment(self) -> dict[str, str]:
        environment = {}
        while line := self._line():
            name, _, value = line.partition(": ")
            environment[name.rstrip(":")] = value
        return environment

    def _send(self, command: str, arguments: tuple[str, ...]) -> None:
        line = " ".join([command, *map(quote, arguments)])
        try:
            self._writer.write(line.encode("utf-8", "surrogateescape") + b"\n")
            self._writer.flush()
        except OSError:
            raise AsteriskDown("Asterisk closed the connection.") from None

    def _receive(self, command: str) -> Reply:
        line = self._line()
        while line == "HANGUP":
            line = self._line()
        code, _, rest = line.partition(" ")
        if code == "200" and rest.startswith("result="):
            text, _, data = rest[len("result=") :].partition(" ")
            if data.startswith("("):
                data = data[1 : data.rindex(")")] if ")" in data else data[1:]
            return Reply(text, data)
        if code == "511":
            raise Hangup("The caller hung up.")
        if line.startswith("520-"):
            while not self._line().startswith("520 "):
                pass
        # Without the arguments: one of them might be meant for nobody's eyes.
        raise AsteriskDown(f"Asterisk refused {command}: {code or 'the connection is closed'}.")

    def _line(self) -> str:
        raw = self._reader.readline()
        if not raw.endswith(b"\n") and hasattr(self, "environment"):
            # A line without its end is none: half a value must not be taken for a whole one.
            raise AsteriskDown("Asterisk closed the connection.")
        return raw.decode("utf-8", "surrogateescape").rstrip("\r\n")


def quote(argument: str) -> str:
    """Return an argument as res_agi's parser reads it back: quoted, with ``\\`` and ``"`` escaped.

    Raises:
        BadValue: it holds a line end, which no quoting carries over.
    """
    if "\n" in argument or "\r" in argument:
        raise BadValue("An AGI argument cannot hold a line end.")
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
