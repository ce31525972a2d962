"""A hand to dial with."""

from __future__ import annotations

from typing import Callable

from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.phone import State


class Hand:
    """Presses keys and waits for what follows, never longer than two seconds."""

    def __init__(self, pbx: Pbx) -> None:
        self.pbx = pbx

    def press(self, phone: str, keys: str) -> None:
        for key in keys:
            self.pbx.phones[phone].press(key)

    def dial(self, phone: str, number: str) -> None:
        self.pbx.phones[phone].lift()
        self.press(phone, number)

    def until(self, condition: Callable[[], bool]) -> None:
        assert self.pbx.monitor.wait_for(condition, 2.0), "it did not happen in time"

    def until_state(self, phone: str, state: State) -> None:
        self.until(lambda: self.pbx.phones[phone].state is state)

    def heard(self, phone: str) -> str:
        channel = self.pbx.phones[phone].channel
        return channel.heard if channel is not None else ""

    def until_heard(self, phone: str, words: str) -> None:
        self.until(lambda: words in self.heard(phone))

    def log_in(self, phone: str, user: str, pin: str) -> None:
        self.dial(phone, f"*11{user}")
        self.until_heard(phone, "PIN")
        self.press(phone, pin + "#")
        self.until_state(phone, State.IDLE)
