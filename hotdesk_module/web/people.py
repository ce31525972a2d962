"""What the list of people shows of each: who may log in, how, and who sits where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from sqlalchemy import select

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
from hotdesk_module.web.listing import number_key
from hotdesk_module.web.names import named_phones
from hotdesk_module.web.seats import seat_of

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
        phone: with label and location, or with its number only where it has left the pool.
    """

    session: Session
    phone: Phone

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


def people(parts: Parts, extensions: Iterable[str] | None = None) -> list[Person]:
    """Return everybody with an extension, or those among ``extensions``; those whose own phone is shared come last.

    Whom FreePBX has no extension for any more is among them while there is something left: a session, a PIN, a lock, or
    what a queue was to them.
    """
    chosen = None if extensions is None else tuple(extensions)
    users = {u.extension: u for u in parts.inventory.users(chosen)}
    devices = defaultdict(list)
    for device, owner in parts.inventory.owners(chosen).items():
        devices[owner].append(device)
    sessions = parts.ledger.sessions() if chosen is None else parts.ledger.sessions((), chosen)
    pool = named_phones(None if chosen is None else {*(s.phone for s in sessions), *chain(*devices.values())})
    sittings = defaultdict(list)
    for session in sessions:
        sittings[session.user].append(Sitting(session, pool.get(session.phone, Phone(session.phone))))
    pins = {e: at for e, at in parts.ledger.pins().items() if chosen is None or e in chosen}
    locks = {
        lock.subject: lock
        for lock in controls.locks(parts.ledger, parts.clock())
        if lock.kind == "user" and (chosen is None or lock.subject in chosen)
    }
    without = NO_PHONE if parts.inventory.flags().device_and_user else VIRTUAL
    found = []
    in_queues = {r.user for r in parts.ledger.queue_rules(chosen)}
    for extension in users.keys() | sittings.keys() | pins.keys() | locks.keys() | in_queues:
        user, own = users.get(extension), devices.get(extension, ())
        if user is None:
            kind = GONE
        elif own:
            kind = SHARED if any(d in pool for d in own) else OWN
        else:
            kind = without
        found.append(
            Person(
                extension,
                user.name if user else "",
                kind,
                tuple(sorted(own, key=number_key)) if len(own) > 1 else tuple(own),
                tuple(sittings.get(extension, ())),
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


def last_logins(extensions: Iterable[str] | None = None) -> dict[str, int]:
    """Return when somebody last logged in, as far as the history goes back; of all, or of ``extensions``."""
    known = select(events.c.user).distinct()
    if extensions is not None:
        known = known.where(events.c.user.in_(list(extensions)))
    them = known.subquery()
    # An index leads to it, user by user: to group all logins would read them all.
    last = (
        select(events.c.at)
        .where(events.c.user == them.c.user, events.c.event == "login")
        .order_by(events.c.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    with db.engine.connect() as connection:
        return {user: at for user, at in connection.execute(select(them.c.user, last)) if at is not None}


def ends(parts: Parts, shown: Iterable[Person]) -> dict[str, End]:
    """Return when and why the sessions of some people end by themselves, by phone; who stays for good is not in it."""
    sittings = [s for p in shown for s in p.seats]
    phones = {p.device: p for p in parts.ledger.phones([s.phone.device for s in sittings])}
    current = settings.parse(parts.ledger.settings())
    return expiry.ends([s.session for s in sittings], phones, current, parts.clock(), Dailies(work.zone()).next)


def _pin(user: User | None, has_pin: bool) -> str:
    if user is None:
        return NOTHING
    return MAILBOX if user.mailbox else HOT_DESK if has_pin else NOTHING
