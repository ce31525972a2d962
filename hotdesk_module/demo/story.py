"""What the page tells beside the phones: a feed of what happened, and the guided tour."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import NamedTuple

from hotdesk_module.demo.astdb import Change
from hotdesk_module.demo.monitor import Monitor

# What a key means once it has its new value; the first pattern that matches "key=value" counts, and an absent key
# has the value "-". {0} is the first group, and so on.
_REASONS = (
    (r"DEVICE/(\w+)/user=\1", "Calls from phone {0} are its own again."),
    (r"DEVICE/(\w+)/user=(\w+)", "Phone {0} now calls as {1}: caller ID, *97, codes."),
    (r"DEVICE/(\w+)/.*", "What FreePBX knows about device {0}."),
    (r"AMPUSER/(\w+)/device=-", "Calls to {0} ring nothing now: voicemail."),
    (r"AMPUSER/(\w+)/device=\1", "Calls to {0} go to its own device again."),
    (r"AMPUSER/(\w+)/device=(.+)", "Calls to {0} now ring {1}."),
    (r"AMPUSER/(\w+)/hint=.*", "What lamps and queues watch for {0}."),
    (r"AMPUSER/(\w+)/novmpw=.*", "Whether *97 may skip {0}'s PIN."),
    (r"AMPUSER/(\w+)/.*", "FreePBX's settings of user {0}."),
    (r"CF/(\w+)=-", "Calls to {0} are not forwarded any more."),
    (r"CF/(\w+)=(.+)", "Calls to {0} are forwarded to {1}."),
    (r"(?:CFU|CFB)/(\w+)=.*", "Conditional Call Forward of {0}."),
    (r"DND/(\w+)=.*", "Do Not Disturb of {0}."),
    (r"CustomDevstate/HDSKU(\w+)=INUSE", "Lamp keys for {0}: sits somewhere."),
    (r"CustomDevstate/HDSKU(\w+)=.*", "Lamp keys for {0}: sits nowhere."),
    (r"CustomDevstate/HDSK(\w+)=INUSE", "Lamp keys for phone {0}: taken."),
    (r"CustomDevstate/HDSK(\w+)=.*", "Lamp keys for phone {0}: free."),
    (r"CustomDevstate/(\w+)=.*", "The lamp {0}."),
    (r"HDSK.*", "Hot desking's own note."),
)


def reason(key: str, value: str | None) -> str:
    """Explain to a newcomer what a key means with its new value."""
    subject = f"{key}={'-' if value is None else value}"
    for pattern, text in _REASONS:
        match = re.fullmatch(pattern, subject, re.DOTALL)
        if match:
            return text.format(*match.groups())
    return ""


class Item(NamedTuple):
    """A line of the feed: a heading of what somebody did, or a key that changed because of it."""

    id: int
    time: float
    kind: str
    text: str
    old: str | None = None
    new: str | None = None
    reason: str = ""


class Feed:
    """The last things that happened, oldest first."""

    def __init__(self, monitor: Monitor, length: int = 120) -> None:
        self._monitor = monitor
        self._items: deque[Item] = deque(maxlen=length)
        self._next = 1

    def note(self, text: str) -> None:
        self._append(Item(self._next, time.time(), "note", text))

    def key(self, change: Change) -> None:
        self._append(
            Item(self._next, change.time, "key", change.key, change.old, change.new, reason(change.key, change.new))
        )

    def clear(self) -> None:
        with self._monitor.lock:
            self._items.clear()

    def items(self) -> list[Item]:
        with self._monitor.lock:
            return list(self._items)

    def _append(self, item: Item) -> None:
        with self._monitor.lock:
            self._items.append(item)
            self._next += 1
            self._monitor.touch()


class Press(NamedTuple):
    """One thing the page does when a visitor lets it show a step.

    `keys` are pressed one after another on `phone`; "lift", "hangup" and "wait" are what they say. `until` is what to
    wait for afterwards, as <phone>:<state> ("extension" and "pin": it asks for that).
    """

    phone: str
    keys: str
    until: str = ""


class Step(NamedTuple):
    """A step of the tour. `at` is where Ravi must sit for it to make sense."""

    id: str
    title: str
    text: str
    result: str
    show: tuple[Press, ...]
    at: str = ""


def sit_down(phone: str) -> tuple[Press, ...]:
    """Return how Ravi logs in at a phone the short way."""
    return (Press(phone, "lift *111003", f"{phone}:pin"), Press(phone, "6294#", f"{phone}:idle"))


STEPS = (
    Step(
        "sit",
        "Sit down",
        "At the Lobby phone dial *11, then Ravi’s extension 1003 #, then his PIN 6294 #.",
        "Ravi sits at the Lobby phone.",
        (
            Press("200", "lift *11#", "200:extension"),
            Press("200", "wait 1003#", "200:pin"),
            Press("200", "wait 6294#", "200:idle"),
        ),
    ),
    Step(
        "reach",
        "Be reached",
        "Call 1003 from Maria’s mobile. Ravi has no phone of his own: the Lobby phone rings. Answer it.",
        "Ravi’s calls find him at the Lobby phone.",
        (
            Press("outside", "lift 1003", "200:ringing"),
            Press("200", "wait lift", "200:talking"),
            Press("200", "wait wait hangup", "outside:idle"),
        ),
        "200",
    ),
    Step(
        "known",
        "Be recognised",
        "Dial 1001 on the Lobby phone. John’s phone shows Ravi Patel, not Lobby.",
        "John saw Ravi’s name on his phone.",
        (Press("200", "lift 1001", "1001:ringing"), Press("200", "wait wait wait hangup", "1001:idle")),
        "200",
    ),
    Step(
        "move",
        "Move",
        "Walk to the Meeting room and dial *111003 there, then the PIN. Nobody has to log out first.",
        "Ravi moved; the Lobby phone is itself again.",
        sit_down("202"),
        "200",
    ),
    Step(
        "emergency",
        "Call for help",
        "Dial 911 in the Meeting room. They see where the phone stands, not who sits there.",
        "911 saw the Meeting room, the place to send help to.",
        (Press("202", "lift 911", "202:talking"), Press("202", "wait wait wait hangup", "202:idle")),
        "202",
    ),
    Step(
        "leave",
        "Leave",
        "Dial *12 in the Meeting room. The phone is as it was; Ravi’s calls go to his voicemail.",
        "The phone is as it was.",
        (Press("202", "lift *12", "202:idle"),),
        "202",
    ),
)


class Tour:
    """Which steps of the tour have happened. A step ticks itself off whenever it happens, in any order."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._done: set[str] = set()

    def tick(self, step: str) -> None:
        with self._monitor.lock:
            self._done.add(step)
            self._monitor.touch()

    def restart(self) -> None:
        with self._monitor.lock:
            self._done.clear()
            self._monitor.touch()

    def done(self, step: str) -> bool:
        return step in self._done
