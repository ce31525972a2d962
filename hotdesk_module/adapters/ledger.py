"""The truth about sessions, in our tables of FreePBX's database.

One literal text of SQL for MySQL and SQLite. Whatever belongs together is one transaction, in as few statements as it
takes, for a caller waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from hotdesk_module.adapters.sql import Connection, Duplicate, MissingTable, Row, Value, marks
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.lockout import Attempts, Failure
from hotdesk_module.core.model import ClockChange, Event, Keys, Phone, Session
from hotdesk_module.core.queues import Rule
from hotdesk_module.errors import Busy, DuplicateMac
from hotdesk_module.ports import FORGET_MOST, HistoryFilter

LOCK = "hotdesk"
LOCK_SECONDS = 10.0

_PHONES = (
    "SELECT device, label, mac, location, login_code, logout_code, idle_hours, daily_at, enabled FROM hotdesk_phones"
)
_ADD_PHONE = (
    "INSERT INTO hotdesk_phones (device, label, mac, location, login_code, logout_code, idle_hours, daily_at, enabled)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_SESSIONS = "SELECT phone, user, since, slot, kept, active FROM hotdesk_sessions"
_ADD_SESSION = "INSERT INTO hotdesk_sessions (phone, user, since, slot, kept, active) VALUES (%s, %s, %s, %s, %s, %s)"
_TOUCH = "UPDATE hotdesk_sessions SET active = %s WHERE since <= %s"
# ClockChange.moved. MySQL's columns have their new values from left to right, so none may need another's old one.
_SET_CLOCK = (
    "UPDATE hotdesk_sessions SET"
    " since = CASE WHEN since < %s OR (since >= %s AND since <= %s)"
    " THEN CASE WHEN since > %s THEN %s ELSE since END"
    " WHEN since <= %s THEN since + %s WHEN since > %s THEN %s ELSE since END,"
    " active = CASE WHEN active = 0 THEN 0 WHEN active < %s OR (active >= %s AND active <= %s)"
    " THEN CASE WHEN active > %s THEN %s ELSE active END"
    " WHEN active <= %s THEN active + %s WHEN active > %s THEN %s ELSE active END"
)
_END_SESSIONS, _IS_ONE = "DELETE FROM hotdesk_sessions WHERE ", "phone = %s AND user = %s"
# Sessions that one statement ends: SQLite takes no expression that is deeper than 1,000.
_AT_ONCE = 100
_EVENTS = "SELECT at, event, phone, user, source, actor, code, detail, applied, pending, id FROM hotdesk_events"
_ADD_EVENT = (
    "INSERT INTO hotdesk_events (at, event, phone, user, source, actor, code, detail, applied, pending)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_FORGOTTEN = "SELECT id FROM hotdesk_events WHERE applied = 1 AND at < %s AND id < %s ORDER BY at LIMIT %s"
_FORGOTTEN_AT_ONCE = 500
# Larger than any id.
_LAST = 2**63 - 1
_ATTEMPTS = "SELECT kind, subject, failures, locked_until, locks FROM hotdesk_lockouts"

_QUEUES = "SELECT extension, queue, mode, done, run FROM hotdesk_queues"

_DELIVERY = "SELECT last_id, told_at, failing_since, tries, error, given_up, given_up_at FROM hotdesk_webhook"
_BEGIN_DELIVERY = (
    "REPLACE INTO hotdesk_webhook (id, last_id, told_at, failing_since, tries, error, given_up, given_up_at)"
    " VALUES (1, %s, %s, %s, %s, %s, %s, %s)"
)
_MOVE_DELIVERY = (
    "UPDATE hotdesk_webhook SET last_id = %s, told_at = %s, failing_since = %s, tries = %s, error = %s, given_up = %s,"
    " given_up_at = %s WHERE id = 1 AND last_id = %s"
)

_WEAK_PINS = "SELECT extension, at FROM hotdesk_weak_pins"


class SqlLedger:
    """See :class:`hotdesk_module.ports.Ledger`."""

    def __init__(self, connection: Connection, lock_seconds: float = LOCK_SECONDS) -> None:
        self._db = connection
        self._lock_seconds = lock_seconds

    def lock(self) -> AbstractContextManager[None]:
        """Hold the one lock of all writers."""
        return self._db.lock(LOCK, self._lock_seconds)

    def close(self) -> None:
        """Let go of this thread's connection; the next use opens it again."""
        self._db.close()

    def phones(self, devices: Iterable[str] | None = None) -> tuple[Phone, ...]:
        """Return the phones of the pool, or those among ``devices``."""
        wanted = None if devices is None else tuple(devices)
        if wanted is None:
            rows = self._db.select(_PHONES)
        elif wanted:
            rows = self._db.select(f"{_PHONES} WHERE device IN ({marks(wanted)})", wanted)
        else:
            return ()
        found = [Phone(r[0], r[1], r[2] or "", r[3], r[4], r[5], r[6], r[7], bool(r[8])) for r in rows]
        return tuple(sorted(found, key=lambda p: (len(p.device), p.device)))

    def save_phones(self, phones: Iterable[Phone], events: Iterable[Event] = ()) -> None:
        """Insert or replace phones, all or none."""
        saved = tuple({p.device: p for p in phones}.values())
        if not saved:
            return
        devices = [p.device for p in saved]
        try:
            with self._db.transaction():
                # Removed first, so that two phones can exchange their addresses.
                self._db.execute(f"DELETE FROM hotdesk_phones WHERE device IN ({marks(devices)})", devices)
                self._db.many(_ADD_PHONE, [_phone_values(p) for p in saved])
                self._record(events)
        except Duplicate:
            raise self._duplicate_mac(saved) from None

    def _duplicate_mac(self, saved: tuple[Phone, ...]) -> DuplicateMac:
        """Return which address belongs to which phone already."""
        owners: dict[str, str] = {}
        new = {p.device for p in saved}
        taken = [p for p in self.phones() if p.device not in new]
        for phone in (*taken, *saved):
            if phone.mac and phone.mac in owners:
                return DuplicateMac(f"The address {phone.mac} belongs to phone {owners[phone.mac]} already.")
            owners[phone.mac] = phone.device
        return DuplicateMac("Two phones cannot have one MAC address.")

    def remove_phone(self, device: str, events: Iterable[Event] = ()) -> None:
        """Take a phone out of the pool."""
        with self._db.transaction():
            self._db.execute("DELETE FROM hotdesk_phones WHERE device = %s", (device,))
            self._record(events)

    def sessions(self, phones: Iterable[str] | None = None, users: Iterable[str] | None = None) -> tuple[Session, ...]:
        """Return all sessions, or those at one of ``phones`` or of one of ``users``."""
        where, values = _either("phone", phones, "user", users)
        if where is None:
            return ()
        rows = self._db.select(f"{_SESSIONS}{where} ORDER BY since, phone", values)
        return tuple(Session(r[0], r[1], r[2], r[3], _keys_by_extension(r[4]), r[5]) for r in rows)

    def change(self, ended: Iterable[Session], started: Session | None, events: Iterable[Event]) -> tuple[int, ...]:
        """Write ended and begun sessions and their events in one transaction.

        Raises:
            Busy: somebody changed the same sessions without holding the lock.
        """
        gone = [(s.phone, s.user) for s in ended]
        try:
            with self._db.transaction():
                for first in range(0, len(gone), _AT_ONCE):
                    some = gone[first : first + _AT_ONCE]
                    self._db.execute(
                        _END_SESSIONS + " OR ".join([_IS_ONE] * len(some)), [v for one in some for v in one]
                    )
                if started is not None:
                    s = started
                    self._db.execute(_ADD_SESSION, (s.phone, s.user, s.since, s.slot, _json(s.kept), s.active))
                return tuple(self._db.execute(_ADD_EVENT, _event_values(e)).id for e in events)
        except Duplicate as error:
            raise Busy("Somebody logged in there at the same moment; try again.") from error

    def touch(self, active: Mapping[str, int]) -> None:
        """Note the last activity at phones; who logged in later than that is not meant."""
        phones: dict[int, list[str]] = {}
        for phone, at in active.items():
            phones.setdefault(at, []).append(phone)
        # Activity is noted in seconds and written once a minute, so there are few different ones.
        for at, ones in phones.items():
            self._db.execute(f"{_TOUCH} AND phone IN ({marks(ones)})", (at, at, *ones))

    def set_clock(self, change: ClockChange) -> None:
        """Let sessions follow a clock that was set."""
        before, now, recent, begin = change
        moved = (begin, recent, now, now, now, before, now - before, now, now)
        self._db.execute(_SET_CLOCK, (*moved, *moved))

    def unapplied(self) -> tuple[Event, ...]:
        """Return the events that the projection does not follow yet."""
        return tuple(_event(r) for r in self._db.select(f"{_EVENTS} WHERE applied = 0 ORDER BY id"))

    def mark_applied(self, ids: Iterable[int]) -> None:
        """Note that the projection follows these events."""
        done = tuple(ids)
        if done:
            self._db.execute(f"UPDATE hotdesk_events SET applied = 1 WHERE id IN ({marks(done)})", done)

    def events(self, wanted: HistoryFilter) -> tuple[Event, ...]:
        """Return the history, newest first."""
        conditions: list[str] = []
        values: list[Value] = []
        tests: tuple[tuple[str, Value], ...] = (
            ("phone = %s", wanted.phone or None),
            ("user = %s", wanted.user or None),
            ("event = %s", wanted.event or None),
            ("at >= %s", wanted.since),
            ("at <= %s", wanted.until),
        )
        for condition, value in tests:
            if value is not None:
                conditions.append(condition)
                values.append(value)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._db.select(
            f"{_EVENTS}{where} ORDER BY at DESC, id DESC LIMIT %s OFFSET %s", (*values, wanted.limit, wanted.offset)
        )
        return tuple(_event(r) for r in rows)

    def forget_events(self, before: int, but_from: int | None = None, most: int = FORGET_MOST) -> int:
        """Remove applied events older than ``before``, but none from the id ``but_from`` on."""
        gone = 0
        while gone < most:
            # A few with each statement: one that takes longer than the patience of a connection is never through.
            some = (before, _LAST if but_from is None else but_from, min(_FORGOTTEN_AT_ONCE, most - gone))
            ids = [r[0] for r in self._db.select(_FORGOTTEN, some)]
            if not ids:
                break
            gone += self._db.execute(f"DELETE FROM hotdesk_events WHERE id IN ({marks(ids)})", ids).rows
        return gone

    def events_after(self, number: int, limit: int) -> tuple[Event, ...]:
        """Return the events that were written after the one of this id, oldest first."""
        rows = self._db.select(f"{_EVENTS} WHERE id > %s ORDER BY id LIMIT %s", (number, limit))
        return tuple(_event(r) for r in rows)

    def last_event(self) -> int:
        """Return the id of the event that was written last; 0 where there is none."""
        rows = self._db.select("SELECT id FROM hotdesk_events ORDER BY id DESC LIMIT 1")
        return int(rows[0][0]) if rows else 0

    def delivery(self) -> Delivery | None:
        """Return how far the webhook was told; None where that is to begin with what happens from now on."""
        rows = self._db.select(f"{_DELIVERY} WHERE id = 1")
        return Delivery(*rows[0]) if rows else None

    def begin_delivery(self, delivery: Delivery | None) -> None:
        """Let it be so far, wherever it was; None: see :meth:`delivery`."""
        if delivery is None:
            self._db.execute("DELETE FROM hotdesk_webhook")
        else:
            self._db.execute(_BEGIN_DELIVERY, _delivery_values(delivery))

    def move_delivery(self, before: Delivery, after: Delivery) -> None:
        """Let it be so far where nobody else has moved it meanwhile."""
        self._db.execute(_MOVE_DELIVERY, (*_delivery_values(after), before.last_id))

    def attempts(self, kind: str, subject: str) -> Attempts:
        """Return the wrong PINs of a ``user`` or ``phone``."""
        rows = self._db.select(f"{_ATTEMPTS} WHERE kind = %s AND subject = %s", (kind, subject))
        return _attempts(rows[0]) if rows else Attempts()

    def save_attempts(self, kind: str, subject: str, attempts: Attempts, events: Iterable[Event] = ()) -> None:
        """Store them; a count of nothing is removed."""
        failures = " ".join(f"{f.at}:{f.other}" for f in attempts.failures)
        with self._db.transaction():
            if attempts == Attempts():
                self._db.execute("DELETE FROM hotdesk_lockouts WHERE kind = %s AND subject = %s", (kind, subject))
            else:
                self._db.execute(
                    "REPLACE INTO hotdesk_lockouts (kind, subject, failures, locked_until, locks)"
                    " VALUES (%s, %s, %s, %s, %s)",
                    (kind, subject, failures, attempts.locked_until, attempts.locks),
                )
            self._record(events)

    def all_attempts(self) -> tuple[tuple[str, str, Attempts], ...]:
        """Return (kind, subject, attempts) of everybody who has any."""
        return tuple((r[0], r[1], _attempts(r)) for r in self._db.select(f"{_ATTEMPTS} ORDER BY kind, subject"))

    def queue_rules(self, users: Iterable[str] | None = None) -> tuple[Rule, ...]:
        """Return what queues are to all users, or to those among ``users``; by user and queue."""
        wanted = None if users is None else tuple(users)
        try:
            if wanted is None:
                rows = self._db.select(_QUEUES)
            elif wanted:
                rows = self._db.select(f"{_QUEUES} WHERE extension IN ({marks(wanted)})", wanted)
            else:
                return ()
        except MissingTable:
            # An update has replaced our files and not made the table yet: nobody's login fails because of a queue.
            return ()
        return tuple(sorted((Rule(*row) for row in rows), key=lambda r: (len(r.user), r.user, len(r.queue), r.queue)))

    def save_queue_rules(self, rules: Iterable[Rule], events: Iterable[Event] = ()) -> None:
        """Insert or replace rules; those that are over are removed."""
        rules = tuple(rules)
        if not rules:
            return
        over = [(r.user, r.queue) for r in rules if r.over]
        with self._db.transaction():
            if over:
                self._db.many("DELETE FROM hotdesk_queues WHERE extension = %s AND queue = %s", over)
            if len(over) < len(rules):
                self._db.many(
                    "REPLACE INTO hotdesk_queues (extension, queue, mode, done, run) VALUES (%s, %s, %s, %s, %s)",
                    [tuple(r) for r in rules if not r.over],
                )
            self._record(events)

    def settings(self) -> dict[str, str]:
        """Return the settings that somebody changed."""
        return {r[0]: r[1] for r in self._db.select("SELECT name, value FROM hotdesk_settings")}

    def save_settings(self, values: Mapping[str, str | None], events: Iterable[Event] = ()) -> None:
        """Store settings, all or none; None goes back to the default."""
        default = [name for name, value in values.items() if value is None]
        changed = [(name, value) for name, value in values.items() if value is not None]
        with self._db.transaction():
            if default:
                self._db.execute(f"DELETE FROM hotdesk_settings WHERE name IN ({marks(default)})", default)
            if changed:
                self._db.many("REPLACE INTO hotdesk_settings (name, value) VALUES (%s, %s)", changed)
            self._record(events)

    def pin(self, extension: str) -> str:
        """Return the hash of a user's hot desk PIN; empty where there is none."""
        rows = self._db.select("SELECT hash FROM hotdesk_pins WHERE extension = %s", (extension,))
        return str(rows[0][0]) if rows else ""

    def pins(self) -> dict[str, int]:
        """Return who has a hot desk PIN: extension to when it was set."""
        return {r[0]: r[1] for r in self._db.select("SELECT extension, at FROM hotdesk_pins ORDER BY extension")}

    def save_pin(self, extension: str, stored: str, at: int, events: Iterable[Event] = ()) -> None:
        """Store the hash of a hot desk PIN in place of the one before."""
        with self._db.transaction():
            self._db.execute(
                "REPLACE INTO hotdesk_pins (extension, hash, at) VALUES (%s, %s, %s)", (extension, stored, at)
            )
            self._record(events)

    def remove_pin(self, extension: str, events: Iterable[Event] = ()) -> None:
        """Remove a hot desk PIN."""
        with self._db.transaction():
            self._db.execute("DELETE FROM hotdesk_pins WHERE extension = %s", (extension,))
            self._record(events)

    def weak_pins(self, extensions: Iterable[str] | None = None) -> dict[str, int]:
        """Return who had an easily guessed PIN at the last login, and when."""
        wanted = None if extensions is None else tuple(extensions)
        if wanted is None:
            rows = self._db.select(_WEAK_PINS)
        elif wanted:
            rows = self._db.select(f"{_WEAK_PINS} WHERE extension IN ({marks(wanted)})", wanted)
        else:
            return {}
        return {r[0]: r[1] for r in sorted(rows)}

    def save_weak_pin(self, extension: str, at: int) -> None:
        """Note that a user has one; 0: has it no more."""
        if at:
            self._db.execute("REPLACE INTO hotdesk_weak_pins (extension, at) VALUES (%s, %s)", (extension, at))
        else:
            self._db.execute("DELETE FROM hotdesk_weak_pins WHERE extension = %s", (extension,))

    def _record(self, events: Iterable[Event]) -> None:
        """Add to the history, many events at once; inside a transaction."""
        rows = [_event_values(e) for e in events]
        if rows:
            self._db.many(_ADD_EVENT, rows)


def _either(
    first: str, ones: Iterable[str] | None, second: str, others: Iterable[str] | None
) -> tuple[str | None, tuple[str, ...]]:
    """Return a WHERE clause for rows that have one of either; no clause where both are None, None where none can."""
    if ones is None and others is None:
        return "", ()
    asked = [(c, tuple(v)) for c, v in ((first, ones), (second, others)) if v is not None]
    clauses = [f"{column} IN ({marks(values)})" for column, values in asked if values]
    if not clauses:
        return None, ()
    return f" WHERE {' OR '.join(clauses)}", tuple(v for _, values in asked for v in values)


def _text(text: str, length: int) -> str:
    """Return free text as it fits a column; what is not Unicode (bytes of a command line) becomes question marks."""
    return text.encode("utf-8", "replace").decode()[:length]


def _phone_values(phone: Phone) -> tuple[Value, ...]:
    return (
        phone.device,
        _text(phone.label, 100),
        phone.mac or None,
        _text(phone.location, 100),
        phone.login_code,
        phone.logout_code,
        phone.idle_hours,
        phone.daily_at,
        int(phone.enabled),
    )


def _event_values(event: Event) -> tuple[Value, ...]:
    return (
        event.at,
        _text(event.event, 20),
        _text(event.phone, 20),
        _text(event.user, 20),
        _text(event.source, 20),
        _text(event.actor, 100),
        _text(event.code, 40),
        _text(event.detail, 255),
        int(event.applied),
        _json(event.pending),
    )


def _delivery_values(delivery: Delivery) -> tuple[Value, ...]:
    return (*delivery[:4], _text(delivery.error, 255), *delivery[5:])


def _event(row: Row) -> Event:
    at, event, phone, user, source, actor, code, detail, applied, pending, number = row
    return Event(at, event, phone, user, source, actor, code, detail, bool(applied), _keys(pending), number)


def _attempts(row: Row) -> Attempts:
    failures = (part.partition(":") for part in str(row[2]).split())
    return Attempts(tuple(Failure(int(at), other) for at, _, other in failures if at.isdigit()), row[3], row[4])


def _json(value: Mapping[str, Any] | None) -> str | None:
    if value is None:
        return None
    import json

    return json.dumps(value, separators=(",", ":"))


def _keys(text: str | None) -> Keys | None:
    """Return keys as they were stored; a text that is not ours is no keys, for a repair must not fail because of it."""
    value = _parsed(text)
    return None if value is None else {str(k): v for k, v in value.items() if v is None or isinstance(v, str)}


def _keys_by_extension(text: str | None) -> dict[str, Keys] | None:
    value = _parsed(text)
    if value is None:
        return None
    return {
        str(extension): {str(k): v for k, v in keys.items() if v is None or isinstance(v, str)}
        for extension, keys in value.items()
        if isinstance(keys, dict)
    }


def _parsed(text: str | None) -> dict[Any, Any] | None:
    if not text:
        return None
    import json

    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
