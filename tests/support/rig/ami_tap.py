"""A manager connection that hears everything.

Every line Asterisk sends goes to a file first, so that a test can later prove that no PIN was in any event; waiting
and commands come second.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Callable, Union

from tests.support.rig.shell import RigError, Timeout

Message = dict[str, str]
Wanted = Union[str, "re.Pattern[str]"]


class AmiTap:
    """One manager session; events since any earlier `mark()` can be waited for."""

    def __init__(self, connect: Callable[[], socket.socket], user: str, secret: str, record: Path) -> None:
        self._connect, self._user, self._secret, self._record = connect, user, secret, record
        self._wanted = "on"
        self._events: list[Message] = []
        self._replies: dict[str, Message] = {}
        self._news = threading.Condition()
        self._write_lock = threading.Lock()
        self._number = 0
        self._socket: socket.socket | None = None
        self._reader: threading.Thread | None = None

    def hear(self, wanted: str, record: Path) -> None:
        """Hear only some events from the next `open` on, as Asterisk names them, and write them down elsewhere."""
        self._wanted, self._record = wanted, record

    def open(self) -> None:
        link = self._connect()
        link.settimeout(None)
        self._socket = link
        self._reader = threading.Thread(target=self._read, args=(link,), daemon=True, name="ami-tap")
        self._reader.start()
        # The secret travels as it does for every client; it is no PIN.
        self.action("Login", Username=self._user, Secret=self._secret, Events=self._wanted)

    def close(self) -> None:
        if self._socket is not None:
            # shutdown, not only close: the reader is inside recv.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._socket = None
        if self._reader is not None:
            self._reader.join(5)
            self._reader = None

    def action(self, name: str, timeout: float = 10.0, **fields: str) -> Message:
        """Send an action, return its response; a refusal is an error of the rig."""
        reply = self.send(name, timeout, list(fields.items()))
        if reply.get("Response") not in ("Success", "Goodbye", "Follows"):
            raise RigError(f"AMI {name}: {reply.get('Message', reply)}")
        return reply

    def send(self, name: str, timeout: float, fields: Iterable[tuple[str, str]]) -> Message:
        """Send an action with fields in their order and wait for its response."""
        with self._write_lock:
            self._number += 1
            number = f"tap-{self._number}"
            lines = [f"Action: {name}", f"ActionID: {number}", *(f"{key}: {value}" for key, value in fields), "", ""]
            if self._socket is None:
                raise RigError("AMI is not connected")
            self._socket.sendall("\r\n".join(lines).encode())
        end = time.monotonic() + timeout
        with self._news:
            while number not in self._replies:
                if not self._news.wait(end - time.monotonic()):
                    raise Timeout(f"AMI {name}: no response within {timeout:g} s")
            return self._replies.pop(number)

    def command(self, line: str, timeout: float = 10.0) -> str:
        """What the CLI prints for a command line."""
        return self.action("Command", timeout, Command=line).get("Output", "")

    def mark(self) -> int:
        """Now, as a place in the stream of events."""
        with self._news:
            return len(self._events)

    def forget(self) -> None:
        """Forget all events, for a long test; earlier marks mean nothing any more. The file keeps them."""
        with self._news:
            self._events.clear()

    def events(self, event: str = "", since: int = 0, **fields: Wanted) -> list[Message]:
        with self._news:
            return [one for one in self._events[since:] if _fits(one, event, fields)]

    def wait_for(self, event: str, since: int = 0, timeout: float = 10.0, **fields: Wanted) -> Message:
        """The first event of that name whose fields fit: a string exactly, a pattern by search."""
        end = time.monotonic() + timeout
        seen = since
        with self._news:
            while True:
                for one in self._events[seen:]:
                    if _fits(one, event, fields):
                        return one
                seen = len(self._events)
                if not self._news.wait(max(0.0, end - time.monotonic())) and time.monotonic() >= end:
                    raise Timeout(f"no {event} with {_words(fields)} within {timeout:g} s")

    def _read(self, link: socket.socket) -> None:
        with self._record.open("ab") as record:
            rest = b""
            while True:
                try:
                    data = link.recv(65536)
                except OSError:
                    data = b""
                if not data:
                    return
                record.write(data)
                record.flush()
                *messages, rest = (rest + data).split(b"\r\n\r\n")
                for message in messages:
                    self._take(_parse(message.decode("utf-8", "replace")))

    def _take(self, message: Message) -> None:
        with self._news:
            if "Event" in message:
                self._events.append(message)
            elif "ActionID" in message:
                self._replies[message["ActionID"]] = message
            self._news.notify_all()


def _parse(text: str) -> Message:
    message: Message = {}
    for line in text.split("\r\n"):
        key, colon, value = line.partition(":")
        if colon:
            value = value[1:] if value.startswith(" ") else value
            # A command's output is one Output field per line.
            message[key] = message[key] + "\n" + value if key in message else value
    return message


def _fits(message: Message, event: str, fields: Mapping[str, Wanted]) -> bool:
    if event and message.get("Event") != event:
        return False
    for key, wanted in fields.items():
        value = message.get(key, "")
        if isinstance(wanted, str):
            if value != wanted:
                return False
        elif not wanted.search(value):
            return False
    return True


def _words(fields: Mapping[str, Wanted]) -> str:
    return ", ".join(f"{key}={value if isinstance(value, str) else value.pattern}" for key, value in fields.items())
