"""Says at once when an emergency number is dialled at a hot desk phone: where that is, and who is logged in there.

It listens to what Asterisk's manager tells of new channels, so no call waits for it or knows of it. Numbers are those
of the emergency routes in FreePBX. A call is one channel, however many trunks it is tried on, and so one alarm.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from hotdesk_module import times
from hotdesk_module.adapters.ami import Message
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.switchboard import AmiSwitchboard, leg
from hotdesk_module.core import settings
from hotdesk_module.core.model import EMERGENCY, Event, Phone, Route
from hotdesk_module.core.outbound import NOBODY
from hotdesk_module.core.routes import is_emergency
from hotdesk_module.daemon.line import Line
from hotdesk_module.daemon.schedule import Now
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.errors import AsteriskDown, HotdeskError
from hotdesk_module.ports import Clock, HistoryFilter, Inventory, Ledger
from hotdesk_module.web.alerts import CRITICAL, Alert, Alerts

# Seconds between two looks at routes and phones, and after one that failed.
LOOK, AGAIN = 60.0, 5.0
# Seconds for which FreePBX's notifications show a call, and how many lines of the history are looked at for that.
SHOWN, MOST = 86400, 200
# What the names of these alerts begin with, and the task.
CALLS, TASK = "emergency_", "emergency calls"
# The UserEvent for whoever listens to the manager.
USER_EVENT = "HDSKEmergency"
_RELOADS = ("FullyBooted", "Reload")


class _Picture(NamedTuple):
    """What is known beforehand, for the day when the database is away.

    Attributes:
        phones: by what Asterisk dials for them.
        tell: notifications and the UserEvent are wanted.
        zone: FreePBX's, or empty.
    """

    routes: tuple[Route, ...] = ()
    phones: Mapping[str, Phone] = MappingProxyType({})
    tell: bool = True
    zone: str = ""


class Alarm:
    """Hears of emergency calls; notes them in the history, and shows them."""

    def __init__(
        self,
        ledger: Ledger,
        inventory: Inventory,
        line: Line,
        alerts: Alerts,
        troubles: Troubles,
        log: logging.Logger,
        clock: Clock,
        now: Now,
    ) -> None:
        self._ledger = ledger
        self._inventory = inventory
        self._line = line
        self._alerts = alerts
        self._troubles = troubles
        self._log = log
        self._clock = clock
        self._now = now
        self._due = now()
        self._picture = _Picture()
        # What is not in the history yet.
        self._unwritten: list[Event] = []

    def next(self) -> float:
        """Return how many seconds there are until the next look."""
        return max(0.0, self._due - self._now())

    def heard(self, events: Iterable[Message]) -> None:
        """Look at what Asterisk said."""
        for event in events:
            if event.get("Event") in _RELOADS:
                self._due = self._now()
            elif event.get("Event") == "Newchannel":
                found, number = leg(event), event.get("Exten")
                if found is not None and number and is_emergency(self._picture.routes, number):
                    self._happened(found[1], number)

    def work(self) -> None:
        """Write what is to be written, and look again where it is due."""
        if self.next():
            return
        self._due = self._now() + LOOK
        try:
            self._write()
            self._read()
            self._show()
        except HotdeskError as error:
            self._due = self._now() + AGAIN
            self._troubles.begin(TASK, error.code, error.message)
        else:
            self._troubles.end(TASK)

    def _happened(self, dial: str, number: str) -> None:
        """Note a call. What the database does not say, the last picture and Asterisk have to."""
        now = self._clock()
        try:
            self._read()
            phone = self._picture.phones.get(dial)
            # What stands before all routes in FreePBX: the number is somebody's own.
            if phone is None or self._inventory.users([number]):
                return
            user = next((s.user for s in self._ledger.sessions([phone.device])), "")
            name = next((u.name for u in self._inventory.users([user])), "") if user else ""
        except HotdeskError:
            phone = self._picture.phones.get(dial)
            if phone is None:
                return
            user, name = self._asterisks(phone.device), ""
        happened = Event(now, EMERGENCY, phone.device, user, "phone", detail=_detail(number, phone))
        self._log.warning("Emergency call: phone %s dialled %s; %s.", phone.device, happened.detail, _who(user, name))
        self._unwritten.append(happened)
        self._due = self._now()
        if self._picture.tell:
            self._alerts.show(_alert(happened, name, self._picture.zone))
            self._announce(number, phone, user, name)

    def _asterisks(self, device: str) -> str:
        """Return who is logged in by Asterisk's database."""
        try:
            user = AmiAstDb(self._line.ami).get(f"DEVICE/{device}/user") if self._line.ami and self._line.up else None
        except HotdeskError:
            user = None
        return user if user and user not in (device, NOBODY) else ""

    def _announce(self, number: str, phone: Phone, user: str, name: str) -> None:
        if self._line.ami is None or not self._line.up:
            return
        told = {"Number": number, "Phone": phone.device, "Label": phone.label, "Location": phone.location}
        told.update(User=user, Name=name)
        try:
            AmiSwitchboard(self._line.ami).tell(USER_EVENT, **{k: " ".join(v.split()) for k, v in told.items()})
        except AsteriskDown as error:
            self._line.lost(error.message)

    def _write(self) -> None:
        """Let the history have what it lacks, under the lock: else a webhook might miss it."""
        if self._unwritten:
            with self._ledger.lock():
                self._ledger.change((), None, self._unwritten)
            self._unwritten.clear()

    def _read(self) -> None:
        phones = {p.device: p for p in self._ledger.phones()}
        self._picture = _Picture(
            self._inventory.routes(),
            {d.dial: phones[d.id] for d in self._inventory.devices(phones)},
            settings.parse(self._ledger.settings()).emergency_alert,
            self._inventory.zone(),
        )

    def _show(self) -> None:
        """Show what is in the history of the last day: a daemon that was started anew shows it too."""
        wanted = HistoryFilter(event=EMERGENCY, since=self._clock() - SHOWN, limit=MOST)
        calls = self._ledger.events(wanted) if self._picture.tell else ()
        names = {u.extension: u.name for u in self._inventory.users({e.user for e in calls if e.user})}
        # The newest comes first, and of each phone it is the one that is shown.
        last = {event.phone: event for event in reversed(calls)}
        zone = self._picture.zone
        self._alerts.replace(CALLS, tuple(_alert(e, names.get(e.user, ""), zone) for e in last.values()))


def _detail(number: str, phone: Phone) -> str:
    """Return the number and where that is: ``911 (Lobby, Ground floor)``."""
    where = ", ".join(filter(None, (phone.label, phone.location)))
    return f"{number} ({where})" if where else number


def _alert(call: Event, name: str, zone: str) -> Alert:
    """Return the notification of a call; a phone has one, of its last call."""
    return Alert(
        f"{CALLS}{call.phone}",
        CRITICAL,
        f"Emergency call: phone {call.phone} dialled {call.detail}",
        f"{times.stamp(call.at, times.zone(zone))}; {_who(call.user, name)}. The History has every such call.",
    )


def _who(user: str, name: str) -> str:
    if not user:
        return "nobody was logged in"
    return f"{name} ({user}) was logged in" if name else f"{user} was logged in"
