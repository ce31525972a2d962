"""A desk phone: handset, keypad and display. It knows a digit map, and nothing about the PBX behind it."""

from __future__ import annotations

import enum
import threading
import time
from typing import Callable, NamedTuple

from hotdesk_module.demo.channel import CallerId, Channel
from hotdesk_module.demo.monitor import Monitor

KEYS = "0123456789*#"
NOBODY = CallerId("", "")


class State(enum.Enum):
    IDLE = "idle"
    DIAL_TONE = "dial tone"
    CALLING = "calling"
    RINGING = "ringing"
    LISTENING = "listening"
    TALKING = "talking"
    ENDED = "ended"


class Offer(NamedTuple):
    """A call that asks this phone to ring; shared by all phones it rings."""

    caller: CallerId
    answer: Callable[[str], None]
    decline: Callable[[str], None]


class Phone:
    """The state a visitor sees and the keys a visitor presses. All of it under the PBX's lock."""

    def __init__(self, monitor: Monitor, number: str, label: str, dial: Callable[[Phone, str], None]) -> None:
        self._monitor = monitor
        self._dial = dial
        self._timer: threading.Timer | None = None
        self.number = number
        self.label = label
        self.between_digits = 2.2
        self.complete: Callable[[str], bool] = lambda digits: False
        self.state = State.IDLE
        self.digits = ""
        self.lamp = False
        self.offer: Offer | None = None
        self.channel: Channel | None = None
        self.peer = NOBODY
        self.message = ""
        self.since = 0.0

    def lift(self) -> None:
        """Pick up the handset: get a dial tone, dial what was keyed in, or answer."""
        with self._monitor.lock:
            if self.state is State.RINGING and self.offer is not None:
                self.offer.answer(self.number)
                self._monitor.touch()
            elif self.state is State.DIAL_TONE and self.digits:
                self._send()
            elif self.state in (State.IDLE, State.ENDED):
                self._open()

    def hang_up(self) -> None:
        with self._monitor.lock:
            self._stop_timer()
            if self.state is State.RINGING and self.offer is not None:
                self.offer.decline(self.number)
                self._monitor.touch()
                return
            channel = self.channel
            self.rest()
        if channel is not None:
            channel.hang_up()

    def press(self, key: str) -> None:
        """Press a key; on the hook it opens the line, as most desk phones do."""
        if key not in KEYS or len(key) != 1:
            raise ValueError(f"no such key: {key!r}")
        with self._monitor.lock:
            if self.state in (State.IDLE, State.ENDED):
                self._open()
            if self.state is State.DIAL_TONE:
                self._collect(key)
            elif self.channel is not None:
                self.channel.press(key)

    def rest(self) -> None:
        """Put everything back to idle."""
        self.channel, self.offer = None, None
        self._set(State.IDLE)

    def ring(self, offer: Offer) -> None:
        self.offer = offer
        self._set(State.RINGING, offer.caller)

    def show(self, state: State, peer: CallerId, message: str = "") -> None:
        """Show a step of the call on the display."""
        self.offer = None
        self._set(state, peer, message)

    def _set(self, state: State, peer: CallerId = NOBODY, message: str = "") -> None:
        self._stop_timer()
        self.state, self.peer, self.message, self.since = state, peer, message, time.time()
        self.digits = ""
        self._monitor.touch()

    def _open(self) -> None:
        self.rest()
        self._set(State.DIAL_TONE)

    def _collect(self, key: str) -> None:
        if key == "#" and self.digits:
            self._send()
            return
        self.digits += key
        self._monitor.touch()
        self._stop_timer()
        if self.complete(self.digits):
            self._send()
            return
        self._timer = threading.Timer(self.between_digits, self._time_up, (self.digits,))
        self._timer.daemon = True
        self._timer.start()

    def _time_up(self, digits: str) -> None:
        with self._monitor.lock:
            if self.state is State.DIAL_TONE and self.digits == digits:
                self._send()

    def _send(self) -> None:
        digits, self.digits = self.digits, ""
        self._stop_timer()
        self._dial(self, digits)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
