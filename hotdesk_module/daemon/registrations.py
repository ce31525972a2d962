"""Which phones are registered, and where: kept for the panel, so that no page has to ask Asterisk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Callable

from hotdesk_module.adapters.ami import Message
from hotdesk_module.core.model import Contact, Device
from hotdesk_module.core.registration import REACHABLE, by_device
from hotdesk_module.daemon.schedule import Now
from hotdesk_module.errors import HotdeskError, LedgerDown

# Seconds between two looks, whatever happens: a whole company that registers at once is looked at once a second.
APART = 1.0
# Seconds until the next look where nothing happens, and after one that failed. When a phone renews its registration
# Asterisk shows it its own messages, and tells us nothing, unless send_contact_status_on_update_registration is set.
EVERY, AGAIN = 30.0, 5.0


class Registrations:
    """A picture of all registrations, taken anew after an event that tells of another one.

    Args:
        devices: FreePBX's devices, whose ``dial`` says which of them a contact belongs to.
    """

    def __init__(self, devices: Callable[[], Iterable[Device]], now: Now) -> None:
        self._read_devices = devices
        self._now = now
        self._devices: tuple[Device, ...] | None = None
        self._known: dict[tuple[str, str], Contact] = {}
        self._renewed: set[str] = set()
        # Replaced as a whole and never changed: the panel's threads need no lock.
        self._current: Mapping[str, Contact] | None = None
        self._last = now() - APART
        self._due = now()

    def current(self) -> Mapping[str, Contact] | None:
        """Return the contact of each device that is registered; None: nobody knows. For any thread."""
        return self._current

    def renewed(self) -> frozenset[str]:
        """Return the devices, as Asterisk dials them, that have registered anew since this was asked last."""
        renewed, self._renewed = frozenset(self._renewed), set()
        return renewed

    def heard(self, events: Iterable[Message]) -> None:
        """Look at what Asterisk said."""
        if any(self._is_news(event) for event in events):
            self._due = min(self._due, self._last + APART)

    def next(self) -> float:
        """Return how many seconds there are until the next look."""
        return max(0.0, self._due - self._now())

    def away(self) -> None:
        """Note that Asterisk is not there, or there anew: a look is due as soon as it can be taken."""
        self._current, self._known, self._due = None, {}, self._now()

    def look(self, contacts: Callable[[], tuple[Contact, ...]]) -> None:
        """Ask where it is time to.

        Raises:
            AsteriskDown: it does not answer.
            LedgerDown: the database does not, and it never did.
        """
        if self.next():
            return
        self._last, self._due = self._now(), self._now() + AGAIN
        try:
            found = contacts()
        except HotdeskError:
            self._current = None
            raise
        try:
            self._devices = tuple(self._read_devices())
        except LedgerDown:
            # Those of the last time will do: who is registered is seen without a database too.
            if self._devices is None:
                raise
        known = {(c.dial, c.uri): c for c in found}
        if self._known:
            self._renewed.update(c.dial for at, c in known.items() if not self._is_known(at, c))
        self._known = known
        self._current = by_device(found, self._devices)
        self._due = self._last + EVERY

    def _is_known(self, at: tuple[str, str], contact: Contact) -> bool:
        return at in self._known and self._known[at].expires == contact.expires

    def _is_news(self, event: Message) -> bool:
        """Return whether an event tells of something else than the last look did.

        A registration that is merely renewed is none: with thousands of phones there is one every second.
        """
        name = event.get("Event")
        if name == "ContactStatus":
            known = self._known.get((f"PJSIP/{event.get('EndpointName')}", event.get("URI")))
            status = event.get("ContactStatus")
            if known is None or status in ("Removed", "Updated"):
                return (status == "Removed") == (known is not None)
            return known.reachable != REACHABLE.get(status)
        if name == "PeerStatus" and event.get("ChannelType") == "SIP":
            peer = self._known.get((event.get("Peer"), ""))
            renewed = event.get("PeerStatus") == "Registered"
            return peer is None or not renewed or event.get("Address") != f"{peer.address}:{peer.port}"
        return name in ("FullyBooted", "Reload")
