"""What the company has done with its shared phones in the past four weeks, so that the panel has something to show.

Written through the ledger, once; the same for the same day.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import NamedTuple

from hotdesk_module.core.model import Event, Phone, Session
from hotdesk_module.demo import cast
from hotdesk_module.ports import HistoryFilter, Ledger

DAYS = 28
MINUTE, HOUR, DAY = 60, 3600, 86400
# What is over in the night before it can be in the way of whoever sits there now.
_QUIET = 6 * HOUR
# Who sits where since how many minutes when the demo starts for the first time.
_NOW = (("203", "1004", 205), ("210", "1006", 187), ("212", "1009", 131), ("221", "1007", 94), ("224", "1012", 22))


class Stay(NamedTuple):
    """Somebody sat at a phone from then to then; `why` and `source` are those of the logout."""

    phone: str
    user: str
    since: int
    until: int
    why: str = "logout"
    source: str = "phone"
    actor: str = ""


def begin(ledger: Ledger, now: int) -> None:
    """Fill the pool, the history and some chairs; leave a ledger alone that has a history."""
    if ledger.events(HistoryFilter(limit=1)):
        return
    ledger.save_phones(pool())
    events = [event for stay in stays(now) if stay.until < now - _QUIET for event in _both_ends(stay)]
    events += [event for event in _troubles(now) if event.at < now - _QUIET]
    ledger.change((), None, sorted(events, key=lambda event: event.at))
    for phone, user, minutes in _NOW:
        session = Session(phone, user, now - minutes * MINUTE)
        # Not applied yet: Asterisk is to be brought in line, and that is no repair.
        ledger.change((), session, [Event(session.since, "login", phone, user, "phone", applied=False)])


def pool() -> list[Phone]:
    """Return the shared phones as an administrator would have entered them."""
    return [
        Phone(desk.number, desk.label, desk.mac, desk.location, enabled=bool(desk.address))
        for desk in cast.EVERY_DESK
        if desk.shared
    ]


def stays(now: int) -> Iterator[Stay]:
    """Return who sat where on the working days before the day of `now`, nobody at two phones and no phone with two."""
    chance = random.Random(4)
    for day in _days(now):
        if time.localtime(day).tm_wday < 5:
            yield from _working_day(chance, day)


def _days(now: int) -> list[int]:
    """Return the midnights of the days before today, local time."""
    today = time.localtime(now)
    return [_midnight(today, back) for back in range(DAYS, 0, -1)]


def _midnight(today: time.struct_time, back: int) -> int:
    # mktime takes the days of a month before its first as those of the month before, and knows of summer time.
    return int(time.mktime((today.tm_year, today.tm_mon, today.tm_mday - back, 0, 0, 0, 0, 0, -1)))


def _working_day(chance: random.Random, day: int) -> Iterator[Stay]:
    people = chance.sample(cast.EVERYBODY, len(cast.EVERYBODY))
    # John has a desk of his own, and sits elsewhere now and then.
    present = [person for person in people if chance.random() < (0.8 if person.virtual else 0.25)]
    absent = [person for person in people if person not in present]
    free = [phone.device for phone in pool() if phone.enabled]
    for person in present:
        phone, user = _take(chance, free, person), person.extension
        since = day + 7 * HOUR + chance.randrange(40, 170) * MINUTE + chance.randrange(60)
        noon = day + 12 * HOUR + chance.randrange(150) * MINUTE
        until = day + 15 * HOUR + chance.randrange(20, 220) * MINUTE + chance.randrange(60)
        fate = chance.random()
        if fate < 0.12:
            yield Stay(phone, user, since, noon, "moved")
            phone, since = _take(chance, free, person), noon
        elif fate < 0.16 and absent:
            yield Stay(phone, user, since, noon, "replaced")
            user, since = absent.pop().extension, noon
        yield _ended(chance, Stay(phone, user, since, until))


def _take(chance: random.Random, free: list[str], person: cast.Person) -> str:
    """Return a phone that is free for the rest of the day: mostly the person's usual one."""
    usual = cast.AWAY[int(person.extension) % len(cast.AWAY)].number
    phone = usual if usual in free and chance.random() < 0.7 else chance.choice(free)
    free.remove(phone)
    return phone


def _ended(chance: random.Random, stay: Stay) -> Stay:
    """Return how a stay ended: most people dial the code, some forget it."""
    fate = chance.random()
    if fate < 0.08:
        return stay._replace(until=stay.until + 8 * HOUR, why="idle", source="timer")
    if fate < 0.12:
        return stay._replace(why="logout", source="panel", actor="maria")
    return stay


def _both_ends(stay: Stay) -> Iterator[Event]:
    yield Event(stay.since, "login", stay.phone, stay.user, "phone")
    yield Event(stay.until, "logout", stay.phone, stay.user, stay.source, stay.actor, stay.why)


def _troubles(now: int) -> Iterator[Event]:
    """Return what was refused: a PIN now and then, a lock once, somebody without a mailbox."""
    chance = random.Random(5)
    days = _days(now)
    for day in chance.sample(days[:-2], 9):
        at = day + 8 * HOUR + chance.randrange(600) * MINUTE
        phone, person = chance.choice(cast.DESKS[:3] + cast.AWAY).number, chance.choice(cast.EVERYBODY)
        yield Event(at, "refused", phone, person.extension, "phone", code="wrong_pin")
    guess = days[-9] + 17 * HOUR + 12 * MINUTE
    for count in range(3):
        yield Event(guess + 20 * count, "refused", "200", "1002", "phone", code="wrong_pin")
    yield Event(guess + 90, "refused", "200", "1002", "phone", code="locked_out")
    yield Event(guess + 480, "unlock", "", "1002", "panel", "maria")
    yield Event(days[-5] + 10 * HOUR, "refused", "222", "1010", "phone", code="phone_disabled")
    yield Event(days[-4] + 9 * HOUR, "refused", "202", "1099", "phone", code="unknown_user")
