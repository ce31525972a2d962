"""A company of any size in the database: phones, people, who sits where, and a year of history. The same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.adapters.sql import MYSQL, Connection, Value
from hotdesk_module.core.model import Event, Phone, Session
from tests.support.rig.freepbx_tables import SCHEMA as MYSQL_TABLES

DAY = 86400
# Shares: of the phones that are taken now, and of the attempts to log in that are refused.
TAKEN = 0.6
REFUSED = 0.05
BATCH = 5000
LOCATIONS = tuple(f"Floor {n}" for n in range(1, 21))


class Size(NamedTuple):
    """How large a company is; as many people as phones, half of them without a phone of their own."""

    phones: int
    events: int


def fill(connection: Connection, size: Size, now: int, taken: float = TAKEN) -> None:
    """Make the tables and fill them; `taken` of the phones are taken now."""
    create_tables(connection)
    _freepbx(connection, size)
    ledger = SqlLedger(connection)
    devices = [device(n) for n in range(size.phones)]
    ledger.save_phones(
        Phone(d, f"Desk {d}", f"{0x001565000000 + n:012x}", LOCATIONS[n % len(LOCATIONS)])
        for n, d in enumerate(devices)
    )
    sessions, events = _year(devices, size, now, taken)
    ledger_events = iter(events)
    while batch := [e for e, _ in zip(ledger_events, range(BATCH))]:
        ledger.change((), None, batch)
    for session in sessions:
        ledger.change((), session, ())


def device(number: int) -> str:
    """Return the number of a phone."""
    return str(20000 + number)


def user(number: int) -> str:
    """Return the extension of a person."""
    return str(50000 + number)


def _year(devices: Sequence[str], size: Size, now: int, taken: float) -> tuple[list[Session], list[Event]]:
    """Return who sits where now, and the history that led there, oldest first."""
    chance = random.Random(size.phones * 1_000_003 + size.events)
    events: list[Event] = []
    sessions: list[Session] = []
    people = [user(n) for n in range(size.phones)]
    rounds = max(1, round(size.events / (2 + REFUSED) / max(1, len(devices))))
    step = 365 * DAY // rounds
    for turn in range(rounds):
        for seat, phone in enumerate(devices):
            since = now - 365 * DAY + turn * step + chance.randrange(step // 3)
            until = since + chance.randrange(1800, max(1801, min(10 * 3600, step // 3)))
            who = people[(seat + turn) % len(people)]
            if chance.random() < REFUSED:
                events.append(Event(since - 20, "refused", phone, who, "phone", code="wrong_pin"))
            last = turn == rounds - 1
            if last and chance.random() < taken:
                since = now - chance.randrange(60, 9 * 3600)
                sessions.append(Session(phone, who, since))
                events.append(Event(since, "login", phone, who, "phone", code="logged_in"))
                continue
            events.append(Event(since, "login", phone, who, "phone", code="logged_in"))
            events.append(Event(until, "logout", phone, who, "phone", code="logged_out"))
    return sessions, sorted(events, key=lambda e: e.at)


def _freepbx(connection: Connection, size: Size) -> None:
    for statement in _statements(connection.dialect):
        connection.execute(statement)
    numbers = [device(n) for n in range(size.phones)]
    people = [user(n) for n in range(size.phones)]
    with connection.transaction():
        connection.many(
            "INSERT INTO users (extension, name, voicemail) VALUES (%s, %s, %s)",
            [*((d, f"Desk {d}", "default") for d in numbers), *((u, f"Person {u}", "default") for u in people)],
        )
        connection.many(
            "INSERT INTO devices (id, tech, dial, devicetype, user, description, emergency_cid)"
            " VALUES (%s, 'pjsip', %s, 'fixed', %s, %s, %s)",
            list(_devices((*numbers, *people[::2]))),
        )
        connection.many(
            "INSERT INTO sip (id, keyword, data, flags) VALUES (%s, 'transport', '0.0.0.0-udp', 2)",
            [(d,) for d in numbers],
        )


def _devices(numbers: Sequence[str]) -> Iterator[tuple[Value, ...]]:
    for number in numbers:
        yield number, f"PJSIP/{number}", number, f"Desk {number}", f"555{number}"


def _statements(dialect: str) -> list[str]:
    if dialect == MYSQL:
        return [s for s in MYSQL_TABLES.split(";") if s.strip()]
    from hotdesk_module.demo import tables

    return [s for s in tables.DDL.split(";") if s.strip()]
