"""Hints and device states: what lamps, queues and call waiting believe about an extension."""

from __future__ import annotations

from typing import Callable, NamedTuple

from hotdesk_module.demo.astdb import AstDb
from hotdesk_module.demo.monitor import Monitor
from hotdesk_module.demo.phone import Phone, State

CONTEXT = "ext-local"

# Asterisk takes the strongest of the states of all devices in a hint; this is their order, weakest first.
_STRENGTH = ("INVALID", "UNKNOWN", "UNAVAILABLE", "NOT_INUSE", "ONHOLD", "RINGING", "INUSE", "BUSY", "RINGINUSE")

_EXTENSION_STATES = {
    "INVALID": (4, "Unavailable"),
    "UNAVAILABLE": (4, "Unavailable"),
    "UNKNOWN": (0, "Idle"),
    "NOT_INUSE": (0, "Idle"),
    "INUSE": (1, "InUse"),
    "BUSY": (2, "Busy"),
    "RINGING": (8, "Ringing"),
    "RINGINUSE": (9, "InUse&Ringing"),
    "ONHOLD": (16, "Hold"),
}


class HintState(NamedTuple):
    """A hint with its state, numbered and named as in Asterisk."""

    extension: str
    application: str
    status: int
    text: str
    device_state: str


class Hints:
    """The hints of context `ext-local` and the device states they combine."""

    def __init__(
        self, monitor: Monitor, db: AstDb, phones: dict[str, Phone], registered: Callable[[str], bool]
    ) -> None:
        self._monitor = monitor
        self._db = db
        self._phones = phones
        self._registered = registered
        self._hints: dict[tuple[str, str], str] = {}

    def add(self, context: str, extension: str, application: str) -> None:
        with self._monitor.lock:
            self._hints[context, extension] = application
            self._monitor.touch()

    def remove(self, context: str, extension: str) -> bool:
        with self._monitor.lock:
            gone = self._hints.pop((context, extension), None)
            self._monitor.touch()
            return gone is not None

    def application(self, context: str, extension: str) -> str | None:
        with self._monitor.lock:
            return self._hints.get((context, extension))

    def state(self, context: str, extension: str) -> HintState | None:
        """Return the extension's state; nothing where it has no hint."""
        with self._monitor.lock:
            application = self._hints.get((context, extension))
            if application is None:
                return None
            # The presence provider after the comma takes no part in the state.
            devices = application.split(",")[0].split("&")
            combined = _combine([self.device_state(device) for device in devices if device])
            status, text = _EXTENSION_STATES[combined]
            return HintState(extension, application, status, text, combined)

    def all(self) -> list[HintState]:
        with self._monitor.lock:
            states = (self.state(context, extension) for context, extension in sorted(self._hints))
            return [state for state in states if state is not None]

    def device_state(self, device: str) -> str:
        """Return the state of `PJSIP/200` or of `Custom:NAME`."""
        if device.startswith("Custom:"):
            value = self._db.value(f"CustomDevstate/{device[7:]}")
            return value if value in _STRENGTH else "UNKNOWN"
        technology, _, number = device.partition("/")
        phone = self._phones.get(number) if technology == "PJSIP" else None
        if phone is None:
            return "INVALID"
        if not self._registered(number):
            return "UNAVAILABLE"
        if phone.state is State.RINGING:
            return "RINGING"
        return "NOT_INUSE" if phone.state in (State.IDLE, State.ENDED, State.DIAL_TONE) else "INUSE"


def _combine(states: list[str]) -> str:
    if "RINGING" in states and any(state in states for state in ("INUSE", "BUSY", "ONHOLD")):
        return "RINGINUSE"
    return max(states, key=_STRENGTH.index, default="INVALID")
