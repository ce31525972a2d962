"""What the list of people shows of each: who may log in, how, and who sits where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import func, select

from hotdesk_module import controls
from hotdesk_module.compose import Parts
from hotdesk_module.controls import Lock
from hotdesk_module.core import expiry, settings
from hotdesk_module.core.expiry import End
from hotdesk_module.core.model import Phone, Session, User
from hotdesk_module.core.policy import check_extension
from hotdesk_module.errors import HotdeskError, UnknownUser
from hotdesk_module.times import Dailies
from hotdesk_module.web import work
from hotdesk_module.web.database import db, events
from hotdesk_module.web.links import path
from hotdesk_module.web.listing import USUAL, Key, number_key, ordered, place
from hotdesk_module.web.seats import seat_of

HOME = "/people"

# What a person is: an extension without a device, one with a phone of the own, one whose phone is shared, one without a
# phone in FreePBX's device-and-user mode, and a number that FreePBX has no extension for any more.
VIRTUAL, OWN, SHARED, NO_PHONE, GONE = "virtual", "own", "shared", "no_phone", "gone"
# By what a person logs in.
MAILBOX, HOT_DESK, NOTHING = "mailbox", "hot_desk", "none"
# What a list can be narrowed to; empty: those who may log in, or are logged in.
EVERYBODY, IN, OUT, LOCKED, MAY_NOT = "everybody", "in", "out", "locked", "may_not"
STATES = (IN, OUT, LOCKED, VIRTUAL, MAY_NOT, EVERYBODY)


class Sitting(NamedTuple):
    """Where somebody sits.

    Attributes:
        phone: as the pool has it, or with its number only where it has left the pool.
        end: when the session ends by itself; None: never.
    """

    session: Session
    phone: Phone
    end: End | None

    @property
    def seat(self) -> str:
        """Return the session as a form names it."""
        return seat_of(self.session)


class Person(NamedTuple):
    """Somebody with an extension.

    Attributes:
        kind: VIRTUAL, OWN, SHARED, NO_PHONE or GONE.
        devices: the own phones.
        seats: where the person sits now, longest first.
        pin: MAILBOX, HOT_DESK or NOTHING. Whether the mailbox has a password only Asterisk knows.
        pin_at: when the hot desk PIN was set; 0: there is none.
        lock: wrong PINs that count, and the lock that followed; None: neither.
    """

    extension: str
    name: str
    kind: str
    devices: tuple[str, ...]
    seats: tuple[Sitting, ...]
    pin: str
    pin_at: int
    lock: Lock | None

    @property
    def may_log_in(self) -> bool:
        """Return whether there is anything to log in with."""
        return self.pin != NOTHING

    @property
    def locked_until(self) -> int:
        """Return until when no PIN is judged; 0: the person is not locked."""
        return self.lock.locked_until if self.lock else 0

    @property
    def since(self) -> int | None:
        """Return since when the person has been sitting somewhere."""
        return self.seats[0].session.since if self.seats else None

    def is_(self, state: str) -> bool:
        """Return whether one of STATES fits, or the usual one, which is empty."""
        if state == IN:
            return bool(self.seats)
        if state == OUT:
            return self.may_log_in and not self.seats
        if state == LOCKED:
            return self.lock is not None
        if state == VIRTUAL:
            return self.kind == VIRTUAL and self.may_log_in
        if state == MAY_NOT:
            return not self.may_log_in
        return state == EVERYBODY or self.may_log_in or bool(self.seats)

    def has(self, text: str) -> bool:
        """Return whether the person's number or name, or a phone where the person sits, contains ``text``."""
        shown = [self.extension, self.name]
        for seat in self.seats:
            shown += [seat.phone.device, seat.phone.label, seat.phone.location]
        return text.casefold() in "\n".join(shown).casefold()


COLUMNS: dict[str, Key] = {
    "extension": lambda p: number_key(p.extension),
    "name": lambda p: p.name.casefold() or None,
    "kind": lambda p: p.kind,
    "pin": lambda p: p.pin,
    "phone": lambda p: number_key(p.seats[0].phone.device) if p.seats else None,
    "since": lambda p: p.since,
    "until": lambda p: min((s.end.at for s in p.seats if s.end), default=None),
    "lock": lambda p: (p.lock.locked_until, p.lock.failures) if p.lock else None,
}
LAST = "last"


class Wanted(NamedTuple):
    """Which people to show, and in what order; see :class:`hotdesk_module.web.listing.Place`."""

    q: str = ""
    state: str = ""
    sort: str = ""
    page: int = 1
    per: int = USUAL

    def query(self) -> dict[str, object]:
        """Return the fields of a query for this list, from its first page on."""
        return {"q": self.q, "state": self.state, "sort": self.sort, "per": "" if self.per == USUAL else self.per}

    @property
    def path(self) -> str:
        """Return where this very page of the list is."""
        return path(HOME, **self.query(), page=self.page if self.page > 1 else "")


def wanted(query: Mapping[str, str]) -> Wanted:
    """Return what a query asks for; what makes no sense is as if it were not there."""
    asked = place(query, (*COLUMNS, LAST))
    state = query.get("state", "")
    return Wanted(query.get("q", "").strip(), state if state in STATES else "", asked.sort, asked.page, asked.per)


def people(parts: Parts, extensions: Iterable[str] | None = None) -> list[Person]:
    """Return everybody with an extension, or those among ``extensions``; those whose own phone is shared come last.

    Whom FreePBX has no extension for any more is among them while there is something left: a session, a PIN or a lock.
    """
    chosen = None if extensions is None else tuple(extensions)
    users = {u.extension: u for u in parts.inventory.users(chosen)}
    seats = _seats(parts, chosen)
    pins = {e: at for e, at in parts.ledger.pins().items() if chosen is None or e in chosen}
    locks = {
        lock.subject: lock
        for lock in controls.locks(parts.ledger, parts.clock())
        if lock.kind == "user" and (chosen is None or lock.subject in chosen)
    }
    devices = defaultdict(list)
    for device in parts.inventory.devices(None if chosen is None else (), chosen):
        devices[device.user].append(device.id)
    pool = {p.device for p in parts.ledger.phones()}
    in_device_mode = parts.inventory.flags().device_and_user
    found = []
    for extension in users.keys() | seats.keys() | pins.keys() | locks.keys():
        user = users.get(extension)
        own = sorted(devices[extension], key=number_key)
        kind = (
            (GONE if user is None else SHARED if pool & set(own) else OWN)
            if own or user is None
            else (NO_PHONE if in_device_mode else VIRTUAL)
        )
        found.append(
            Person(
                extension,
                user.name if user else "",
                kind,
                tuple(own),
                tuple(seats.get(extension, ())),
                _pin(user, extension in pins),
                pins.get(extension, 0),
                locks.get(extension),
            )
        )
    # Last come the extensions of the shared phones: they seldom are anybody.
    return sorted(found, key=lambda p: (p.kind == SHARED, number_key(p.extension)))


def person(parts: Parts, extension: str) -> Person:
    """Return one of them.

    Raises:
        UnknownUser: FreePBX has no such extension, and we have nothing of it.
    """
    try:
        found = people(parts, [check_extension(extension)])
    except HotdeskError as error:
        if error.code != "bad_extension":
            raise
        found = []
    for one in found:
        return one
    raise UnknownUser(f"There is no extension {extension[:20]}.")


def chosen(everybody: Iterable[Person], asked: Wanted) -> list[Person]:
    """Return whom a list shows, in its order."""
    fitting = [p for p in everybody if p.is_(asked.state) and (not asked.q or p.has(asked.q))]
    if asked.sort.removeprefix("-") == LAST:
        latest = last_logins()
        return ordered(fitting, asked.sort, {LAST: lambda p: latest.get(p.extension)})
    return ordered(fitting, asked.sort, COLUMNS)


def last_logins(extensions: Iterable[str] | None = None) -> dict[str, int]:
    """Return when somebody last logged in, as far as the history goes back; of all, or of ``extensions``."""
    query = select(events.c.user, func.max(events.c.at)).where(events.c.event == "login").group_by(events.c.user)
    if extensions is not None:
        query = query.where(events.c.user.in_(list(extensions)))
    return {user: at for user, at in db.session.execute(query)}


def _seats(parts: Parts, users: tuple[str, ...] | None) -> dict[str, list[Sitting]]:
    sessions = parts.ledger.sessions() if users is None else parts.ledger.sessions((), users)
    phones = {p.device: p for p in parts.ledger.phones({s.phone for s in sessions})}
    current = settings.parse(parts.ledger.settings())
    ends = expiry.ends(sessions, phones, current, parts.clock(), Dailies(work.zone()).next)
    found: dict[str, list[Sitting]] = defaultdict(list)
    for session in sessions:
        sitting = Sitting(session, phones.get(session.phone, Phone(session.phone)), ends.get(session.phone))
        found[session.user].append(sitting)
    return found


def _pin(user: User | None, has_pin: bool) -> str:
    if user is None:
        return NOTHING
    return MAILBOX if user.mailbox else HOT_DESK if has_pin else NOTHING
