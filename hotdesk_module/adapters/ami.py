"""Asterisk's manager interface (AMI): a synchronous client on a socket.

One connection, opened and signed in with the first action; after any failure it is closed and the next action opens
another. Not to be shared between threads. Bytes that are not UTF-8 survive a round trip.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from hotdesk_module.config import Manager
from hotdesk_module.errors import AsteriskDown, BadValue

# Seconds.
CONNECT_TIMEOUT = 2.0
REPLY_TIMEOUT = 5.0

# Bytes to take at a time.
PIECE = 65536

# Actions to send before their answers are read: of more, neither side could send any more and both would wait.
AT_ONCE = 100

# Events that wait to be taken; of more the oldest are lost, for nobody's memory is endless.
WAITING = 10_000

_END = b"\r\n\r\n"
# What would end a header, or the message.
_BREAKS = frozenset("\r\n\0")


class Message(NamedTuple):
    """A response or an event: its headers in order, some of them more than once."""

    headers: tuple[tuple[str, str], ...]

    def get(self, name: str, default: str = "") -> str:
        """Return the first header of a name, whatever its case."""
        wanted = name.lower()
        for key, value in self.headers:
            # Nearly always it is written as we write it, and lists are long.
            if key == name or key.lower() == wanted:
                return value
        return default

    def all(self, name: str) -> list[str]:
        """Return every header of a name."""
        wanted = name.lower()
        return [value for key, value in self.headers if key == name or key.lower() == wanted]


# What Asterisk is asked to do: a name, and headers in their order.
Action = tuple[str, tuple[tuple[str, str], ...]]


class Response(NamedTuple):
    """What an action was answered.

    Attributes:
        message: the response itself.
        events: those of a list, without the one that ends it.
    """

    message: Message
    events: tuple[Message, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether Asterisk did it."""
        return self.message.get("Response") != "Error"

    @property
    def text(self) -> str:
        """Return Asterisk's words, e.g. why not."""
        return self.message.get("Message")


class Ami:
    """A connection to Asterisk's manager interface.

    Args:
        events: what Asterisk shall send unasked, as its manager names it: ``off``, ``on``, ``system,call``.
        timeout: seconds to wait for an answer.
    """

    def __init__(self, manager: Manager, events: str = "off", timeout: float = REPLY_TIMEOUT) -> None:
        self._manager = manager
        self._wanted = events
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._buffer = bytearray()
        self._events: deque[Message] = deque(maxlen=WAITING)
        self._number = 0

    def action(self, name: str, *more: tuple[str, str], **headers: str) -> Response:
        """Send an action and return its answer, with all events where the answer is a list.

        Args:
            more: headers whose names are no names of Python.

        Raises:
            AsteriskDown: Asterisk does not answer, or does not let us in. What it answers to the action itself is
                the caller's to judge.
            BadValue: a header would break the protocol.
        """
        return self.actions([(name, (*more, *headers.items()))])[0]

    def actions(self, wanted: Sequence[Action]) -> list[Response]:
        """Send actions at once, and return the answer of each.

        Asterisk works through them in their order, also where one of them fails.

        Raises:
            AsteriskDown, BadValue: as :meth:`action`.
        """
        for one in wanted:
            self._check(*one)
        answers: list[Response] = []
        for first in range(0, len(wanted), AT_ONCE):
            some = wanted[first : first + AT_ONCE]
            answers += self._sign_in(some) if self._socket is None else self._exchange(some)
        return answers

    def commands(self, texts: Iterable[str]) -> list[list[str]]:
        """Send commands of Asterisk's console at once, and return the lines that each prints.

        Of long lists that saves time: Asterisk makes the next while the last is read.

        Raises:
            AsteriskDown: Asterisk does not answer, or refuses one; the others are done.
        """
        texts = tuple(texts)
        answers = self.actions([("Command", (("Command", text),)) for text in texts])
        for text, answer in zip(texts, answers):
            if not answer.ok:
                raise AsteriskDown(f"{self._name()} refuses '{text}': {answer.text}.")
        return [answer.message.all("Output") for answer in answers]

    def demand(self, name: str, *more: tuple[str, str], **headers: str) -> Response:
        """Send an action that must succeed.

        Raises:
            AsteriskDown: Asterisk does not answer, or refuses; its words are in the message.
        """
        return self.demands([(name, (*more, *headers.items()))])[0]

    def demands(self, wanted: Sequence[Action]) -> list[Response]:
        """Send actions at once, each of which must succeed; whichever fails, the others are done.

        Raises:
            AsteriskDown: Asterisk does not answer, or refuses one; its words are in the message.
        """
        answers = self.actions(wanted)
        for (name, _), answer in zip(wanted, answers):
            if not answer.ok:
                raise AsteriskDown(f"{self._name()} refuses {name}: {answer.text}.")
        return answers

    def event(self, timeout: float) -> Message | None:
        """Return the next event that came unasked, or None when none comes within ``timeout`` seconds.

        Raises:
            AsteriskDown: the connection is lost, which may have cost events.
        """
        if self._events:
            return self._events.popleft()
        self.open()
        try:
            return self._receive(time.monotonic() + timeout)
        except socket.timeout:
            return None

    @property
    def waiting(self) -> bool:
        """Return whether there is an event, or an answer nobody waits for, that :meth:`event` would not wait for."""
        return bool(self._events) or _END in self._buffer

    def fileno(self) -> int:
        """Return what select() waits on, -1 where there is no connection. What was received already is not seen there:
        look at :attr:`waiting` first."""
        return self._socket.fileno() if self._socket is not None else -1

    def open(self) -> None:
        """Connect and sign in, where that is not done; any action does so by itself.

        Raises:
            AsteriskDown: Asterisk does not answer, or does not let us in.
        """
        if self._socket is None:
            self._sign_in(())

    def close(self) -> None:
        """Hang up; the next action connects again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._buffer.clear()
        self._events.clear()

    def _sign_in(self, first: Sequence[Action]) -> list[Response]:
        """Connect, and send what is wanted first behind the login: Asterisk takes all in its order.

        A connection is opened no earlier: whatever happens in Asterisk wakes whoever serves one, also where it wants no
        events (``append_event`` in main/manager.c).
        """
        at = self._manager
        login = ("Login", (("Username", at.user), ("Secret", at.secret), ("Events", self._wanted)))
        self._check(*login)
        try:
            self._socket = socket.create_connection(self._address(), CONNECT_TIMEOUT)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise AsteriskDown(f"{self._name()} does not answer: {error.strerror or error}.") from error
        try:
            self._line(time.monotonic() + self._timeout)
        except socket.timeout as error:
            self.close()
            raise AsteriskDown(f"{self._name()} does not greet us: is it Asterisk's manager?") from error
        return self._exchange([login, *first], new=True)[1:]

    def _address(self) -> Any:
        """Return where to connect to, the host as bytes: to look up text, Python loads all of Unicode's names first."""
        return self._manager.host.encode(), self._manager.port

    def _exchange(self, wanted: Sequence[Action], new: bool = False) -> list[Response]:
        """Send and await the answers; a connection on which either fails is of no use any more.

        Args:
            new: the connection is, and the first action signs in.
        """
        assert self._socket is not None
        numbers, text = [], ""
        for name, headers in wanted:
            self._number += 1
            numbers.append(f"hdsk{self._number}")
            lines = (f"{k}: {v}\r\n" for k, v in (("Action", name), ("ActionID", numbers[-1]), *headers))
            text += "".join(lines) + "\r\n"
        answers: list[Response] = []
        try:
            self._socket.settimeout(self._timeout)
            self._socket.sendall(text.encode("utf-8", "surrogateescape"))
            for number in numbers:
                answers.append(self._answer(number))
                if new and not answers[0].ok:
                    raise AsteriskDown(f"{self._name()} does not let '{self._manager.user}' in: {answers[0].text}.")
            return answers
        except socket.timeout as error:
            self.close()
            name = wanted[len(answers)][0]
            raise AsteriskDown(f"{self._name()} does not answer {name} within {self._timeout:g} seconds.") from error
        except OSError as error:
            self.close()
            raise AsteriskDown(f"{self._name()} hung up: {error.strerror or error}.") from error
        except BaseException:
            self.close()
            raise

    def _answer(self, number: str) -> Response:
        response: Message | None = None
        events: list[Message] = []
        while True:
            # Each part of a long list has the whole time.
            message = self._receive(time.monotonic() + self._timeout)
            mine = message.get("ActionID") == number
            if not mine or (response is None and not message.get("Response")):
                # What came unasked; an event that our action itself caused bears its number too.
                if message.get("Event") and self._wanted != "off":
                    self._events.append(message)
            elif response is None:
                response = message
                if message.get("EventList").lower() != "start":
                    return Response(message)
            elif message.get("EventList").lower() in ("complete", "cancelled"):
                return Response(response, tuple(events))
            else:
                events.append(message)

    def _receive(self, deadline: float) -> Message:
        """Return the next message; socket.timeout leaves what has arrived of it for the next time."""
        start = 0
        while True:
            end = self._buffer.find(_END, start)
            if end >= 0:
                break
            start = max(0, len(self._buffer) - len(_END) + 1)
            self._fill(deadline)
        text = self._buffer[:end].decode("utf-8", "surrogateescape")
        del self._buffer[: end + len(_END)]
        pairs = [line.partition(":") for line in text.split("\r\n")]
        # One blank follows the colon; more of them belong to the value.
        return Message(tuple([(key, value[1:] if value[:1] == " " else value) for key, _, value in pairs]))

    def _line(self, deadline: float) -> str:
        while b"\r\n" not in self._buffer:
            self._fill(deadline)
        line, _, rest = bytes(self._buffer).partition(b"\r\n")
        self._buffer[:] = rest
        return line.decode("utf-8", "replace")

    def _fill(self, deadline: float) -> None:
        assert self._socket is not None
        self._socket.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            data = self._socket.recv(PIECE)
        except socket.timeout:
            raise
        except OSError as error:
            self.close()
            raise AsteriskDown(f"{self._name()} hung up: {error.strerror or error}.") from error
        if not data:
            self.close()
            raise AsteriskDown(f"{self._name()} hung up.")
        self._buffer += data

    def _check(self, name: str, headers: tuple[tuple[str, str], ...]) -> None:
        for key, value in (("Action", name), *headers):
            if not _BREAKS.isdisjoint(key + value) or ":" in key:
                shown = "" if key == "Secret" else f": {value[:40]!r}"
                raise BadValue(f"A line break or a NUL cannot be sent to Asterisk's manager ({key}{shown}).")

    def _name(self) -> str:
        return f"Asterisk's manager at {self._manager.host}:{self._manager.port}"
