"""Which phones are registered, and from where: PJSIP's contacts, with the headers of Asterisk 18 to 22."""

from __future__ import annotations

import hashlib
import time
from typing import NamedTuple

from hotdesk_module.demo.events import Events, Headers
from hotdesk_module.demo.monitor import Monitor

# Seconds for which a registration holds; a phone renews it half-way.
_EXPIRES = 3600
_SIP_PORT = 5060


class Contact(NamedTuple):
    """Where a device can be reached.

    Attributes:
        address: IP address of the phone.
        microseconds: how long its answer to a qualify took.
    """

    device: str
    address: str
    agent: str

    @property
    def uri(self) -> str:
        return f"sip:{self.device}@{self.address}:{_SIP_PORT}"

    @property
    def microseconds(self) -> int:
        return 2000 + 37 * int(self.device) % 6000


class Registrations:
    """The contacts of all devices; who listens to the manager's events hears of each that comes and goes."""

    def __init__(self, monitor: Monitor, events: Events) -> None:
        self._monitor = monitor
        self._events = events
        self._known: dict[str, Contact] = {}
        self._here: set[str] = set()

    def know(self, contact: Contact) -> None:
        """Note where a device would register from."""
        self._known[contact.device] = contact

    def add(self, device: str) -> None:
        """Register a device, as when its cable is plugged in; without a word where nobody knows it."""
        contact = self._known.get(device)
        with self._monitor.lock:
            if contact is None or device in self._here:
                return
            self._here.add(device)
            self._monitor.touch()
        self._events.emit("ContactStatus", _status(contact, "NonQualified"))
        self._events.emit("ContactStatus", _status(contact, "Reachable"))

    def remove(self, device: str) -> None:
        """Let a registration end."""
        with self._monitor.lock:
            if device not in self._here:
                return
            self._here.discard(device)
            self._monitor.touch()
        self._events.emit("ContactStatus", _status(self._known[device], "Removed"))

    def has(self, device: str) -> bool:
        with self._monitor.lock:
            return device in self._here

    def contacts(self) -> list[Headers]:
        """Return the headers of a ContactList event for each, without its name."""
        with self._monitor.lock:
            return [_listed(self._known[device]) for device in sorted(self._here)]


def _status(contact: Contact, status: str) -> Headers:
    headers = [
        ("URI", contact.uri),
        ("ContactStatus", status),
        ("AOR", contact.device),
        ("EndpointName", contact.device),
    ]
    return [*headers, ("RoundtripUsec", str(contact.microseconds))] if status == "Reachable" else headers


def _listed(contact: Contact) -> Headers:
    call_id = hashlib.sha256(contact.uri.encode()).hexdigest()
    now = int(time.time())
    return (
        ("ObjectType", "contact"),
        ("ObjectName", f"{contact.device};@{call_id[:32]}"),
        ("ViaAddr", contact.address),
        ("QualifyTimeout", "3.000000"),
        ("CallId", call_id[32:48]),
        ("RegServer", ""),
        ("PruneOnBoot", "false"),
        ("Path", ""),
        ("Endpoint", contact.device),
        ("ViaPort", str(_SIP_PORT)),
        ("AuthenticateQualify", "false"),
        ("Uri", contact.uri),
        ("QualifyFrequency", "60"),
        ("UserAgent", contact.agent),
        ("ExpirationTime", str(now + _EXPIRES - now % (_EXPIRES // 2))),
        ("OutboundProxy", ""),
        ("Status", "Reachable"),
        ("RoundtripUsec", str(contact.microseconds)),
    )
