"""One call leg: what is heard on it, and the keys pressed on it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Callable, NamedTuple

from hotdesk_module.demo import sounds
from hotdesk_module.demo.monitor import Monitor
from hotdesk_module.demo.pace import Pace

ANY_DIGIT = "0123456789*#"


class CallerId(NamedTuple):
    """What the other side is shown."""

    name: str
    number: str

    def __str__(self) -> str:
        return f'"{self.name}" <{self.number}>'


class Played(NamedTuple):
    """How a prompt ended: the digit that cut it short (or none), and the milliseconds heard."""

    digit: str
    milliseconds: int


class Digits(NamedTuple):
    """What was keyed in, and whether the time ran out before the terminator or the last digit."""

    text: str
    timed_out: bool


class Channel:
    """A leg between the PBX and one phone, alive until somebody hangs up."""

    def __init__(
        self, monitor: Monitor, pace: Pace, technology: str, endpoint: str, serial: int, called: bool = False
    ) -> None:
        self._monitor = monitor
        self._pace = pace
        self._digits: deque[str] = deque()
        self._at_answer: list[Callable[[], None]] = []
        self._at_hangup: list[Callable[[], None]] = []
        self.technology = technology
        self.endpoint = endpoint
        self.name = f"{technology}/{endpoint}-{serial:08x}"
        self.uniqueid = f"{int(time.time())}.{serial}"
        self.caller = CallerId("", endpoint)
        self.extension = ""
        self.variables: dict[str, str] = {}
        # Whether the PBX calls the phone; else the phone has dialled.
        self.called = called
        self.up = False
        self.hungup = False
        # What the phone's display tells of the leg: the words being heard, what they ask for, and
        # the keys pressed since.
        self.heard = ""
        self.entry = ""
        self.asks = ""

    def answer(self) -> None:
        with self._monitor.lock:
            self.up = True
            actions, self._at_answer = self._at_answer, []
            self._monitor.touch()
        for action in actions:
            action()

    def at_answer(self, action: Callable[[], None]) -> None:
        """Run the action when the leg is answered."""
        with self._monitor.lock:
            self._at_answer.append(action)

    @property
    def state(self) -> tuple[int, str]:
        """Return the state as Asterisk numbers and names it."""
        return (6, "Up") if self.up else (0, "Down") if self.called else (4, "Ring")

    def at_hangup(self, action: Callable[[], None]) -> None:
        """Run the action when the leg ends; at once if it has ended."""
        with self._monitor.lock:
            if not self.hungup:
                self._at_hangup.append(action)
                return
        action()

    def hang_up(self) -> None:
        with self._monitor.lock:
            if self.hungup:
                return
            self.hungup = True
            actions, self._at_hangup = self._at_hangup, []
            self._monitor.touch()
        for action in actions:
            action()

    def press(self, digit: str) -> None:
        with self._monitor.lock:
            self._digits.append(digit)
            self.entry += "•" if self.asks == "pin" and digit not in "*#" else digit
            self._monitor.touch()

    def play(self, sound: str, escape: str = "") -> Played:
        """Play a prompt; a digit in `escape` cuts it short, any other is lost, as in Asterisk."""
        return self.say(sounds.words(sound), escape, sounds.asks(sound))

    def say(self, text: str, escape: str = "", asks: str = "") -> Played:
        with self._monitor.lock:
            self.heard, self.entry, self.asks = text, "", asks
            self._monitor.touch()
            began = time.monotonic()
            self._monitor.wait_for(lambda: self.hungup or self._escaping(escape), self._pace.prompt(text))
            taken = int((time.monotonic() - began) * 1000)
            digit = self._digits.popleft() if self._digits and not self.hungup else ""
            return Played(digit, taken)

    def show(self, text: str) -> None:
        """Put words on the display that no prompt says."""
        with self._monitor.lock:
            self.heard, self.entry, self.asks = text, "", ""
            self._monitor.touch()

    def wait_digit(self, seconds: float) -> str:
        """Return the next digit; the empty string when there was none in time, or no caller any more."""
        with self._monitor.lock:
            self._monitor.wait_for(lambda: self.hungup or bool(self._digits), seconds)
            return self._digits.popleft() if self._digits and not self.hungup else ""

    def read(self, sound: str, longest: int, first: float, following: float) -> Digits:
        """Play a prompt and collect digits up to `#`, as Asterisk's GET DATA does; the first digit ends the prompt."""
        digit = self.play(sound, ANY_DIGIT).digit if sound else ""
        digit = digit or self.wait_digit(first)
        text = ""
        while digit and digit != "#":
            text += digit
            if len(text) >= longest:
                return Digits(text, False)
            digit = self.wait_digit(following)
        return Digits(text, not digit)

    def pause(self, seconds: float) -> None:
        self._monitor.wait_for(lambda: self.hungup, seconds)

    def _escaping(self, escape: Sequence[str]) -> bool:
        while self._digits and self._digits[0] not in escape:
            self._digits.popleft()
        return bool(self._digits)
