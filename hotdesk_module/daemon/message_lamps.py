"""Keeps message lamps right while people sit at phones: Asterisk goes on telling each phone of its own messages.

Asterisk does so whenever the phone's own mailbox changes, the phone registers, or its own configuration is loaded. Ours
has to be the last word, so it comes a moment later.
"""

from __future__ import annotations

from collections.abc import Iterable

from hotdesk_module.adapters.ami import Message
from hotdesk_module.daemon.schedule import Now, Schedule
from hotdesk_module.errors import HotdeskError
from hotdesk_module.messages import MessageLamps
from hotdesk_module.ports import Clock, HistoryFilter, Inventory, Ledger, Switchboard

# Seconds after an event: what Asterisk sends at the same moment is on its way then; and a datagram that was lost it
# sends again half a second, a second and a half and three and a half seconds later (RFC 3261, timer E).
AFTER = (0.3, 4.0)
# A reload announces itself before it is over.
AFTER_RELOAD = (1.0, 5.0, 15.0)
# All of them, for what nobody was told of: a phone that renews its subscription, a process that was killed.
EVERY = 600.0
AGAIN = 10.0
# Phones that are told at a time, before anything else is looked at.
PACE = 50
# Lines of the history, where phones that somebody has left are looked for.
LINES = 500
# Seconds: a logout may have been written down shortly before it was seen.
OVERLAP = 60

_ALL = ""
# What a contact's status says when the phone is not there.
_AWAY = ("Removed", "Unreachable")


class Keeping:
    """Knows which phones are to be told, and tells them.

    Phones at which nobody sits are left to Asterisk, but for those that somebody has left since the last time.
    """

    def __init__(self, now: Now, clock: Clock) -> None:
        self._now = now
        self._clock = clock
        self._since = clock()
        self._schedule = Schedule(now)
        self._waiting: set[str] = set()
        # By device: they are not always those of the phone's number.
        self._own: dict[str, tuple[str, ...]] = {}

    def connected(self) -> None:
        """Asterisk is there again: nobody knows what it has told the phones."""
        self._own.clear()
        self._schedule.at(_ALL, *AFTER)

    def away(self) -> None:
        """Asterisk is not there."""
        self._schedule, self._waiting = Schedule(self._now), set()

    def heard(self, events: Iterable[Message]) -> None:
        """Look at what Asterisk said."""
        for event in events:
            name = event.get("Event")
            if name == "MessageWaiting":
                self._schedule.at(event.get("Mailbox"), *AFTER)
            elif name == "ContactStatus" and event.get("ContactStatus") not in _AWAY:
                self.renewed([f"PJSIP/{event.get('EndpointName')}"])
            elif name == "PeerStatus" and event.get("PeerStatus") == "Registered":
                self.renewed([event.get("Peer")])
            elif name in ("FullyBooted", "Reload"):
                self._own.clear()
                self._schedule.at(_ALL, *AFTER_RELOAD)

    def renewed(self, devices: Iterable[str]) -> None:
        """Note devices that have registered again, as Asterisk dials them."""
        for device in devices:
            self._schedule.at(device, *AFTER)

    def next(self) -> float:
        """Return how many seconds there are until anything is due."""
        return 0.0 if self._waiting else self._schedule.next()

    def work(self, ledger: Ledger, inventory: Inventory, switchboard: Switchboard) -> None:
        """Tell some of the phones that are to be told.

        Raises:
            HotdeskError: Asterisk or the database does not answer. All phones are told a little later.
        """
        due = self._schedule.take()
        try:
            if _ALL in due:
                self._waiting |= self._everybody(ledger)
            elif due:
                self._waiting |= self._touched(ledger, due)
            some = sorted(self._waiting)[:PACE]
            self._waiting.difference_update(some)
            MessageLamps(ledger, inventory, switchboard, self._own).show(some)
        except HotdeskError:
            self._waiting = set()
            self._schedule.at(_ALL, AGAIN)
            raise
        if not self._schedule.waits(_ALL):
            self._schedule.at(_ALL, EVERY)

    def _everybody(self, ledger: Ledger) -> set[str]:
        """Return the phones where somebody sits, and those that somebody has left since this was asked last."""
        since, self._since = self._since - OVERLAP, self._clock()
        left = ledger.events(HistoryFilter(event="logout", since=since, limit=LINES))
        return {s.phone for s in ledger.sessions()} | {e.phone for e in left}

    def _touched(self, ledger: Ledger, due: Iterable[str]) -> set[str]:
        """Return the occupied phones that some devices and mailboxes have to do with."""
        devices = {name for name in due if "/" in name}
        boxes = set(due) - devices
        numbers = {box.partition("@")[0] for box in boxes}
        phones = {name.partition("/")[2] for name in devices} | numbers
        phones.update(phone for phone, own in self._own.items() if not boxes.isdisjoint(own))
        return {s.phone for s in ledger.sessions(phones, numbers)}
