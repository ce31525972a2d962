"""Mailboxes: PINs, and the messages callers leave."""

from __future__ import annotations

import time
from typing import NamedTuple

from hotdesk_module.demo.channel import CallerId
from hotdesk_module.demo.events import Events
from hotdesk_module.demo.monitor import Monitor

CONTEXT = "default"


class Message(NamedTuple):
    caller: CallerId
    time: float


class Mailbox:
    def __init__(self, number: str, name: str, pin: str) -> None:
        self.number = number
        self.name = name
        self.pin = pin
        self.new: list[Message] = []
        self.old: list[Message] = []


class Voicemail:
    """All mailboxes of the PBX, in voicemail context `default`."""

    def __init__(self, monitor: Monitor, events: Events) -> None:
        self._monitor = monitor
        self._events = events
        self._boxes: dict[str, Mailbox] = {}

    def add(self, number: str, name: str, pin: str) -> None:
        self._boxes[number] = Mailbox(number, name, pin)

    def box(self, number: str, context: str = CONTEXT) -> Mailbox | None:
        return self._boxes.get(number) if context in ("", CONTEXT) else None

    def leave(self, box: Mailbox, caller: CallerId) -> None:
        with self._monitor.lock:
            box.new.append(Message(caller, time.time()))
            self._announce(box)

    def hear(self, box: Mailbox) -> None:
        """Mark the oldest new message as heard."""
        with self._monitor.lock:
            box.old.append(box.new.pop(0))
            self._announce(box)

    def _announce(self, box: Mailbox) -> None:
        self._events.emit(
            "MessageWaiting",
            (
                ("Mailbox", f"{box.number}@{CONTEXT}"),
                ("Waiting", "1" if box.new else "0"),
                ("New", str(len(box.new))),
                ("Old", str(len(box.old))),
            ),
        )
        self._monitor.touch()
