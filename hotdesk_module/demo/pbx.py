"""The demo PBX: its parts, joined."""

from __future__ import annotations

from pathlib import Path

from hotdesk_module.demo import cast, dialplan, freepbx_keys
from hotdesk_module.demo.astdb import AstDb, Change
from hotdesk_module.demo.calls import OUTSIDE, Calls
from hotdesk_module.demo.events import Events, Headers
from hotdesk_module.demo.functions import Functions
from hotdesk_module.demo.hints import CONTEXT, Hints
from hotdesk_module.demo.monitor import Monitor
from hotdesk_module.demo.pace import Pace
from hotdesk_module.demo.phone import Phone
from hotdesk_module.demo.queues import Queues
from hotdesk_module.demo.registrations import Contact, Registrations
from hotdesk_module.demo.story import Feed, Tour
from hotdesk_module.demo.voicemail import Voicemail


class Pbx:
    """A company with shared phones, people and a mobile outside; three of either are on the page."""

    def __init__(self, path: Path | None = None, pace: Pace = Pace()) -> None:  # noqa: B008 (a value)
        self.monitor = Monitor()
        self.pace = pace
        self.events = Events()
        self.db = AstDb(self.monitor, path)
        self.feed = Feed(self.monitor)
        self.tour = Tour(self.monitor)
        self.queues = Queues(self.monitor, self.feed)
        self.voicemail = Voicemail(self.monitor, self.events)
        self.phones: dict[str, Phone] = {}
        self.registrations = Registrations(self.monitor, self.events)
        self.hints = Hints(self.monitor, self.db, self.phones, self.registrations.has)
        self.functions = Functions(self.db, self.hints, self.voicemail)
        self.calls = Calls(self.monitor, pace, self.db, self.phones, self.voicemail, self.events, self.feed, self.tour)
        self.calls.reachable = self.is_plugged
        self._furnish()
        with self.db.together():
            if not freepbx_keys.is_seeded(self.db):
                freepbx_keys.seed(self.db)
            self.reload_dialplan()
        # Only from here on: what FreePBX made at the start is not news.
        self.db.listen(self._changed)

    def _furnish(self) -> None:
        for desk in cast.EVERY_DESK:
            self._place(desk.number, desk.label)
            if desk.address:
                self.registrations.know(Contact(desk.number, desk.address, desk.agent))
                self.registrations.add(desk.number)
        self._place(OUTSIDE, cast.OUTSIDER.name)
        for person in cast.EVERYBODY:
            self.voicemail.add(person.extension, person.name, person.pin)
        for number, pin in cast.DESK_PINS.items():
            self.voicemail.add(number, cast.users()[number], pin)
        self.events.listen(self._lamps)

    def _place(self, number: str, label: str) -> None:
        phone = Phone(self.monitor, number, label, self.calls.dial)
        phone.between_digits = self.pace.between_digits
        phone.complete = dialplan.dialled_in_full
        self.phones[number] = phone

    def reload_dialplan(self) -> None:
        """Do to hints and `AMPUSER/x/hint` what a reload does: generate them from the device lists (F§7, V)."""
        for extension in cast.users():
            devices = self.db.value(f"AMPUSER/{extension}/device").split("&")
            dials = [self.db.value(f"DEVICE/{device}/dial") for device in devices if device]
            shown = "&".join(dial for dial in dials if dial.startswith("PJSIP/"))
            hint = f"{shown}&Custom:DND{extension},CustomPresence:{extension}"
            self.hints.add(CONTEXT, extension, hint)
            self.db.put("AMPUSER", f"{extension}/hint", hint)

    def plug(self, number: str, plugged: bool) -> None:
        """Put a phone's network cable in or pull it out: its registration comes and goes, and calls with it."""
        if plugged:
            self.registrations.add(number)
        else:
            self.phones[number].hang_up()
            self.registrations.remove(number)

    def is_plugged(self, number: str) -> bool:
        # A mobile has no cable.
        return number == OUTSIDE or self.registrations.has(number)

    def set_lamp(self, device: str, lit: bool) -> None:
        """Light or clear a phone's message lamp, as a message-summary NOTIFY does."""
        phone = self.phones.get(device)
        if phone is not None:
            phone.lamp = lit
            self.monitor.touch()

    def _changed(self, change: Change) -> None:
        self.feed.key(change)

    def _lamps(self, name: str, headers: Headers) -> None:
        # A fixed device is told of the mailbox of its own number and of no other (F§4).
        if name == "MessageWaiting":
            number, _, context = dict(headers)["Mailbox"].partition("@")
            box = self.voicemail.box(number, context)
            if box is not None:
                self.set_lamp(number, bool(box.new))
