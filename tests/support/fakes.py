"""Stand-ins with state for everything outside; ``tests/contract`` holds them to what the real adapters do.

All fakes of a test share one :class:`Writes`, so that it can let any of them fail at the n-th write of the whole:
before it, as when the connection is lost, or after it, as when the process dies before it learns of the success.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import partial
from string import ascii_letters, digits
from typing import Any, Callable, NamedTuple, TypeVar

from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.messages import Counts
from hotdesk_module.core.model import (
    ClockChange,
    Contact,
    Device,
    Event,
    FeatureCode,
    Group,
    Phone,
    Route,
    Session,
    User,
)
from hotdesk_module.core.queues import Member, Queues, Rule
from hotdesk_module.errors import BadValue, Busy, DuplicateMac
from hotdesk_module.ports import FORGET_MOST, Clock, Context, Flags, HistoryFilter

T = TypeVar("T")
# What a pattern of keys is made of.
_PATTERN = frozenset(f"{ascii_letters}{digits}_*/-")


class Crash(BaseException):
    """The process dies here; like a signal, no ``except Exception`` stops it."""


class Writes:
    """Counts the writes of all fakes that share it, and lets one of them fail.

    Attributes:
        count: how many there were.
        log: what they were, e.g. ``astdb.put DEVICE/200/user``.
    """

    def __init__(self) -> None:
        self.count = 0
        self.log: list[str] = []
        self._fail_at = 0
        self._error: BaseException = Crash()
        self._after = False

    def fail(self, at: int, error: BaseException | None = None, after: bool = False) -> None:
        """Let the ``at``-th write from now on raise, by default :class:`Crash`; ``after``: once it is done."""
        self._fail_at = self.count + at
        self._error = Crash() if error is None else error
        self._after = after

    def never_fail(self) -> None:
        """Take back :meth:`fail`."""
        self._fail_at = 0

    def do(self, what: str, change: Callable[[], T]) -> T:
        """Carry out a write, or fail."""
        self.count += 1
        mine = self.count == self._fail_at
        if mine and not self._after:
            raise self._error
        self.log.append(what)
        result = change()
        if mine:
            raise self._error
        return result


class FakeClock:
    """A clock that stands until it is set; call it as a :data:`hotdesk_module.ports.Clock`."""

    def __init__(self, now: int = 1_700_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.now += seconds


class LedgerState(NamedTuple):
    """Everything in a ledger, hashable; see :meth:`FakeLedger.snapshot`."""

    phones: tuple[Phone, ...]
    sessions: tuple[Any, ...]
    events: tuple[Any, ...]
    attempts: tuple[tuple[tuple[str, str], Attempts], ...]
    settings: tuple[tuple[str, str], ...]
    pins: tuple[tuple[str, tuple[str, int]], ...]
    weak_pins: tuple[tuple[str, int], ...]
    queue_rules: tuple[Rule, ...]
    delivery: Delivery | None
    last_id: int


class FakeLedger:
    """A ledger in memory; see :class:`hotdesk_module.ports.Ledger`."""

    def __init__(self, phones: Iterable[Phone] = (), writes: Writes | None = None) -> None:
        self.writes = writes or Writes()
        self.locked = False
        self._phones = {p.device: p for p in phones}
        self._sessions: dict[str, Session] = {}
        self._events: dict[int, Event] = {}
        self._attempts: dict[tuple[str, str], Attempts] = {}
        self._settings: dict[str, str] = {}
        self._pins: dict[str, tuple[str, int]] = {}
        self._weak_pins: dict[str, int] = {}
        self._queue_rules: dict[tuple[str, str], Rule] = {}
        self._delivery: Delivery | None = None
        self._last_id = 0

    def snapshot(self, history: bool = True) -> LedgerState:
        """Return the state, to be compared, hashed and restored.

        Without ``history`` only the events that wait to be applied are kept, numbered from 1: two states that differ
        only in how they came about are one then, and an exhaustive walk comes to an end.
        """
        events = list(self._events.values()) if history else list(self.unapplied())
        if not history:
            events = [e._replace(id=n) for n, e in enumerate(events, 1)]
        return LedgerState(
            tuple(sorted(self._phones.values())),
            tuple(s._replace(kept=_freeze(s.kept)) for s in sorted(self._sessions.values(), key=lambda s: s.phone)),
            tuple(e._replace(pending=_freeze(e.pending)) for e in events),
            tuple(sorted(self._attempts.items())),
            tuple(sorted(self._settings.items())),
            tuple(sorted(self._pins.items())),
            tuple(sorted(self._weak_pins.items())),
            self.queue_rules(),
            self._delivery,
            self._last_id if history else len(events),
        )

    def restore(self, state: LedgerState) -> None:
        """Go back to a state; whoever held the lock holds it no more."""
        self.locked = False
        self._phones = {p.device: p for p in state.phones}
        self._sessions = {s.phone: s._replace(kept=_thaw(s.kept)) for s in state.sessions}
        self._events = {e.id: e._replace(pending=_thaw(e.pending)) for e in state.events}
        self._attempts = dict(state.attempts)
        self._settings = dict(state.settings)
        self._pins = dict(state.pins)
        self._weak_pins = dict(state.weak_pins)
        self._queue_rules = {(r.user, r.queue): r for r in state.queue_rules}
        self._delivery = state.delivery
        self._last_id = state.last_id

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the one lock of all writers; nobody waits here."""
        if self.locked:
            raise Busy("Another login or logout is going on; try again in a moment.")
        self.locked = True
        try:
            yield
        finally:
            self.locked = False

    def phones(self, devices: Iterable[str] | None = None) -> tuple[Phone, ...]:
        """Return the phones of the pool, or those among ``devices``."""
        wanted = None if devices is None else set(devices)
        found = [p for p in self._phones.values() if wanted is None or p.device in wanted]
        return tuple(sorted(found, key=lambda p: (len(p.device), p.device)))

    def save_phones(self, phones: Iterable[Phone], events: Iterable[Event] = ()) -> None:
        """Insert or replace phones, all or none."""
        after = {**self._phones, **{p.device: p for p in phones}}
        owners: dict[str, str] = {}
        for phone in after.values():
            if phone.mac and phone.mac in owners:
                raise DuplicateMac(f"The address {phone.mac} belongs to phone {owners[phone.mac]} already.")
            owners[phone.mac] = phone.device
        self._write("ledger.save_phones", lambda: setattr(self, "_phones", after), events)

    def remove_phone(self, device: str, events: Iterable[Event] = ()) -> None:
        """Take a phone out of the pool."""
        self._write(f"ledger.remove_phone {device}", lambda: self._phones.pop(device, None), events)

    def sessions(self, phones: Iterable[str] | None = None, users: Iterable[str] | None = None) -> tuple[Session, ...]:
        """Return all sessions, or those at one of ``phones`` or of one of ``users``."""
        anyone = phones is None and users is None
        at, of = set(phones or ()), set(users or ())
        found = [s for s in self._sessions.values() if anyone or s.phone in at or s.user in of]
        return tuple(sorted(found, key=lambda s: (s.since, s.phone)))

    def change(self, ended: Iterable[Session], started: Session | None, events: Iterable[Event]) -> tuple[int, ...]:
        """Write ended and begun sessions and their events at once."""
        after = dict(self._sessions)
        for session in ended:
            if session.phone in after and after[session.phone].user == session.user:
                del after[session.phone]
        if started is not None:
            taken = any((s.user, s.slot) == (started.user, started.slot) for s in after.values())
            if started.phone in after or taken:
                raise Busy("Somebody logged in there at the same moment; try again.")
            after[started.phone] = started
        return self.writes.do("ledger.change", lambda: self._change(after, tuple(events)))

    def _write(self, what: str, change: Callable[[], object], events: Iterable[Event]) -> None:
        """Change something and record events, both or neither."""
        recorded = tuple(events)

        def both() -> None:
            change()
            self._record(recorded)

        self.writes.do(what, both)

    def _change(self, sessions: dict[str, Session], events: tuple[Event, ...]) -> tuple[int, ...]:
        self._sessions = sessions
        return self._record(events)

    def _record(self, events: tuple[Event, ...]) -> tuple[int, ...]:
        first = self._last_id + 1
        self._last_id += len(events)
        ids = tuple(range(first, first + len(events)))
        for number, event in zip(ids, events):
            self._events[number] = event._replace(id=number)
        return ids

    def touch(self, active: Mapping[str, int]) -> None:
        """Note the last activity at phones; who logged in later than that is not meant."""
        met = {p: s for p, s in self._sessions.items() if p in active and s.since <= active[p]}
        after = {**self._sessions, **{p: s._replace(active=active[p]) for p, s in met.items()}}
        self.writes.do(f"ledger.touch {' '.join(sorted(active))}", lambda: setattr(self, "_sessions", after))

    def set_clock(self, change: ClockChange) -> None:
        """Let sessions follow a clock that was set."""
        after = {
            p: s._replace(since=change.moved(s.since), active=change.moved(s.active) if s.active else 0)
            for p, s in self._sessions.items()
        }
        self.writes.do("ledger.set_clock", lambda: setattr(self, "_sessions", after))

    def unapplied(self) -> tuple[Event, ...]:
        """Return the events that the projection does not follow yet."""
        return tuple(e for _, e in sorted(self._events.items()) if not e.applied)

    def mark_applied(self, ids: Iterable[int]) -> None:
        """Note that the projection follows these events."""
        done = tuple(ids)
        if done:
            self.writes.do("ledger.mark_applied", lambda: self._mark_applied(done))

    def _mark_applied(self, ids: tuple[int, ...]) -> None:
        for number in ids:
            if number in self._events:
                self._events[number] = self._events[number]._replace(applied=True)

    def events(self, wanted: HistoryFilter) -> tuple[Event, ...]:
        """Return the history, newest first."""
        found = [
            e
            for e in self._events.values()
            if wanted.phone in ("", e.phone)
            and wanted.user in ("", e.user)
            and wanted.event in ("", e.event)
            and (wanted.since is None or e.at >= wanted.since)
            and (wanted.until is None or e.at <= wanted.until)
        ]
        found.sort(key=lambda e: (e.at, e.id), reverse=True)
        return tuple(found[wanted.offset : wanted.offset + wanted.limit])

    def forget_events(self, before: int, but_from: int | None = None, most: int = FORGET_MOST) -> int:
        """Remove applied events older than ``before``, but none from the id ``but_from`` on, the oldest first."""
        some = (n for n, e in self._events.items() if e.applied and e.at < before)
        old = [n for n in some if but_from is None or n < but_from]
        old = sorted(old, key=lambda n: self._events[n].at)[:most]

        def forget() -> int:
            for number in old:
                del self._events[number]
            return len(old)

        return self.writes.do("ledger.forget_events", forget)

    def events_after(self, number: int, limit: int) -> tuple[Event, ...]:
        """Return the events that were written after the one of this id, oldest first."""
        return tuple(e for n, e in sorted(self._events.items()) if n > number)[:limit]

    def last_event(self) -> int:
        """Return the id of the event that was written last; 0 where there is none."""
        return max(self._events, default=0)

    def delivery(self) -> Delivery | None:
        """Return how far the webhook was told; None where that is to begin with what happens from now on."""
        return self._delivery

    def begin_delivery(self, delivery: Delivery | None) -> None:
        """Let it be so far, wherever it was."""
        self.writes.do("ledger.begin_delivery", lambda: setattr(self, "_delivery", delivery))

    def move_delivery(self, before: Delivery, after: Delivery) -> None:
        """Let it be so far where nobody else has moved it meanwhile."""
        if self._delivery is not None and self._delivery.last_id == before.last_id:
            self.writes.do("ledger.move_delivery", lambda: setattr(self, "_delivery", after))

    def attempts(self, kind: str, subject: str) -> Attempts:
        """Return the wrong PINs of a ``user`` or ``phone``."""
        return self._attempts.get((kind, subject), Attempts())

    def save_attempts(self, kind: str, subject: str, attempts: Attempts, events: Iterable[Event] = ()) -> None:
        """Store them; a count of nothing is removed."""

        def save() -> None:
            self._attempts.pop((kind, subject), None)
            if attempts != Attempts():
                self._attempts[kind, subject] = attempts

        self._write(f"ledger.save_attempts {kind} {subject}", save, events)

    def all_attempts(self) -> tuple[tuple[str, str, Attempts], ...]:
        """Return (kind, subject, attempts) of everybody who has any."""
        return tuple((kind, subject, attempts) for (kind, subject), attempts in sorted(self._attempts.items()))

    def queue_rules(self, users: Iterable[str] | None = None) -> tuple[Rule, ...]:
        """Return what queues are to all users, or to those among ``users``."""
        wanted = None if users is None else set(users)
        found = [r for r in self._queue_rules.values() if wanted is None or r.user in wanted]
        return tuple(sorted(found, key=lambda r: (len(r.user), r.user, len(r.queue), r.queue)))

    def save_queue_rules(self, rules: Iterable[Rule], events: Iterable[Event] = ()) -> None:
        """Insert or replace rules; those that are over are removed."""
        rules = tuple(rules)
        after = {**self._queue_rules, **{(r.user, r.queue): r for r in rules}}
        after = {place: r for place, r in after.items() if not r.over}
        if rules:
            self._write("ledger.save_queue_rules", lambda: setattr(self, "_queue_rules", after), events)

    def settings(self) -> dict[str, str]:
        """Return the settings that somebody changed."""
        return dict(self._settings)

    def save_settings(self, values: Mapping[str, str | None], events: Iterable[Event] = ()) -> None:
        """Store settings, all or none; None goes back to the default."""
        after = {k: v for k, v in {**self._settings, **values}.items() if v is not None}
        self._write("ledger.save_settings", lambda: setattr(self, "_settings", after), events)

    def pin(self, extension: str) -> str:
        """Return the hash of a user's hot desk PIN; empty where there is none."""
        return self._pins.get(extension, ("", 0))[0]

    def pins(self) -> dict[str, int]:
        """Return who has a hot desk PIN: extension to when it was set."""
        return {extension: at for extension, (_, at) in sorted(self._pins.items())}

    def save_pin(self, extension: str, stored: str, at: int, events: Iterable[Event] = ()) -> None:
        """Store the hash of a hot desk PIN in place of the one before."""
        self._write(f"ledger.save_pin {extension}", lambda: self._pins.update({extension: (stored, at)}), events)

    def remove_pin(self, extension: str, events: Iterable[Event] = ()) -> None:
        """Remove a hot desk PIN."""
        self._write(f"ledger.remove_pin {extension}", lambda: self._pins.pop(extension, None), events)

    def weak_pins(self, extensions: Iterable[str] | None = None) -> dict[str, int]:
        """Return who had an easily guessed PIN at the last login, and when."""
        wanted = None if extensions is None else set(extensions)
        return {x: at for x, at in sorted(self._weak_pins.items()) if wanted is None or x in wanted}

    def save_weak_pin(self, extension: str, at: int) -> None:
        """Note that a user has one; 0: has it no more."""
        after = {x: noted for x, noted in self._weak_pins.items() if x != extension}
        if at:
            after[extension] = at
        self.writes.do(f"ledger.save_weak_pin {extension}", lambda: setattr(self, "_weak_pins", after))


def _freeze(value: Any) -> Any:
    return tuple(sorted((k, _freeze(v)) for k, v in value.items())) if isinstance(value, dict) else value


def _thaw(value: Any) -> Any:
    return {k: _thaw(v) for k, v in value} if isinstance(value, tuple) else value


class FakeInventory:
    """FreePBX's tables in memory; a test edits the attributes. See :class:`hotdesk_module.ports.Inventory`."""

    def __init__(
        self,
        devices: Iterable[Device] = (),
        users: Iterable[User] = (),
        flags: Flags | None = None,
        transports: Mapping[str, str] | None = None,
        feature_codes: Iterable[FeatureCode] = (),
        destinations: Mapping[str, str] | None = None,
        zone: str = "",
        groups: Iterable[Group] = (),
        version: str = "",
        routes: Iterable[Route] = (),
        queues: Mapping[str, str] | None = None,
    ) -> None:
        self.all_devices = list(devices)
        self.all_users = list(users)
        self.all_flags = flags or Flags()
        self.all_transports = dict(transports or {})
        self.all_codes = list(feature_codes)
        self.all_destinations = dict(destinations or {})
        self.all_zone = zone
        self.all_groups = list(groups)
        self.all_version = version
        self.all_routes = list(routes)
        self.all_queues = dict(queues or {})
        self.all_forced_caller_ids: dict[str, str] = {}
        self.all_names_go_out = True
        # By default the database's clock is right.
        self.clock: Clock = lambda: int(time.time())

    def devices(self, ids: Iterable[str] | None = None, users: Iterable[str] | None = None) -> tuple[Device, ...]:
        """Return all devices, or those with one of ``ids`` or belonging to one of ``users``."""
        everything = ids is None and users is None
        wanted, owners = set(ids or ()), set(users or ())
        return tuple(d for d in self.all_devices if everything or d.id in wanted or d.user in owners)

    def owners(self, users: Iterable[str] | None = None) -> dict[str, str]:
        """Return each device's user, of all devices or of those of ``users``."""
        return {d.id: d.user for d in self.devices(None if users is None else (), users) if d.user}

    def users(self, extensions: Iterable[str] | None = None) -> tuple[User, ...]:
        """Return all users, or those among ``extensions``."""
        wanted = None if extensions is None else set(extensions)
        return tuple(u for u in self.all_users if wanted is None or u.extension in wanted)

    def flags(self) -> Flags:
        """Return the settings of FreePBX that matter here."""
        return self.all_flags

    def transports(self, devices: Iterable[str]) -> dict[str, str]:
        """Return the SIP transport FreePBX has for a device, where it has one."""
        return {d: self.all_transports[d] for d in devices if d in self.all_transports}

    def feature_codes(self) -> tuple[FeatureCode, ...]:
        """Return every feature code there is, the disabled ones too."""
        return tuple(self.all_codes)

    def no_answer_destinations(self, extensions: Iterable[str]) -> dict[str, str]:
        """Return where FreePBX sends a call that an extension without a mailbox does not answer, where it is set."""
        return {e: self.all_destinations[e] for e in extensions if e in self.all_destinations}

    def zone(self) -> str:
        """Return the name of the PBX's time zone."""
        return self.all_zone

    def groups(self) -> tuple[Group, ...]:
        """Return queues with their static members, ring groups, and follow-me lists with more than their owner."""
        return tuple(self.all_groups)

    def queues(self) -> dict[str, str]:
        """Return FreePBX's queues, number to name."""
        return dict(sorted(self.all_queues.items()))

    def routes(self) -> tuple[Route, ...]:
        """Return the outbound routes in their order."""
        return tuple(self.all_routes)

    def forced_caller_ids(self) -> dict[str, str]:
        """Return the caller ID of each device that has one forced upon it."""
        return dict(self.all_forced_caller_ids)

    def names_go_out(self) -> bool:
        """Return whether trunks get callers' names."""
        return self.all_names_go_out

    def version(self) -> str:
        """Return FreePBX's version."""
        return self.all_version

    def now(self) -> int:
        """Return the time by the clock of the database's server."""
        return self.clock()


class FakeAstDb:
    """Asterisk's database in memory; see :class:`hotdesk_module.ports.AstDbTree`.

    Attributes:
        values: every key, ``FAMILY/rest``, and its value.
    """

    def __init__(self, values: Mapping[str, str] | None = None, writes: Writes | None = None) -> None:
        self.values = dict(values or {})
        self.writes = writes or Writes()

    def snapshot(self) -> tuple[tuple[str, str], ...]:
        """Return the state, to be compared, hashed and restored."""
        return tuple(sorted(self.values.items()))

    def restore(self, state: Iterable[tuple[str, str]]) -> None:
        """Go back to a state."""
        self.values = dict(state)

    def get(self, key: str) -> str | None:
        """Return a value, None where there is no such key."""
        return self.values.get(key)

    def read(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Return the values of these keys, None where there is no such key."""
        return {key: self.get(key) for key in keys}

    def put(self, key: str, value: str) -> None:
        """Set a key."""
        self.writes.do(f"astdb.put {key}", lambda: self.values.__setitem__(key, value))

    def delete(self, key: str) -> None:
        """Remove a key."""
        self.writes.do(f"astdb.delete {key}", lambda: self.values.pop(key, None))

    def change(self, changes: Mapping[str, str | None]) -> None:
        """Set and remove keys."""
        for key, value in changes.items():
            if value is None:
                self.delete(key)
            else:
                self.put(key, value)

    def matching(self, *patterns: str) -> dict[str, str]:
        """Return every key that matches one of some patterns."""
        for pattern in patterns:
            if not pattern or set(pattern) - _PATTERN:
                raise BadValue(f"'{pattern}' is no pattern of keys.")
        return {k: v for k, v in self.values.items() if any(fnmatchcase(k, p) for p in patterns)}


class FakeSwitchboard:
    """Hints, lamps and events in memory; see :class:`hotdesk_module.ports.Switchboard`.

    Attributes:
        astdb: where Asterisk keeps custom device states, ``CustomDevstate/…``.
        all_hints: extension to hint, of ``ext-local``.
        announced: (event, user, phone), oldest first.
        told: (event, headers), oldest first: events of our own.
        contexts: the dialplan, by name.
        all_calls: number of a channel to the device that is in that call.
        all_contacts: where devices are registered.
        all_version: Asterisk's.
        all_queues: the queues, number to its members, and those to how they are.
        joined: how members have joined, (queue, user) to name, penalty and whether by the hint.
        run: which run of Asterisk this is.
        all_lamps: the states of lamps that were set; who writes to the AstDB changes none of them.
        all_globals: global variables of the dialplan.
        all_messages: mailbox, e.g. ``1001@default``, to what is in it.
        all_mailboxes: device, e.g. ``PJSIP/200``, to the mailboxes that Asterisk has for it.
        shown: what the message lamp of each device shows, by what it was told last.
        told_of: device and what it was told, oldest first.
        all_subscribers: the devices that have subscribed to a mailbox.
    """

    def __init__(
        self, astdb: FakeAstDb | None = None, hints: Mapping[str, str] | None = None, writes: Writes | None = None
    ) -> None:
        self.writes = writes or (astdb.writes if astdb else Writes())
        self.astdb = astdb or FakeAstDb(writes=self.writes)
        self.all_hints = dict(hints or {})
        self.announced: list[tuple[str, str, str]] = []
        self.told: list[tuple[str, dict[str, str]]] = []
        self.contexts: dict[str, Context] = {}
        self.all_calls: dict[str, str] = {}
        self.all_contacts: list[Contact] = []
        self.all_version = "22.10.1"
        self.all_lamps: dict[str, str] = {}
        self.all_queues: dict[str, dict[str, Member]] = {}
        self.joined: dict[tuple[str, str], tuple[str, int, bool]] = {}
        self.run = "2023-11-14 20:00:00"
        self.all_globals: dict[str, str] = {}
        self.all_messages: dict[str, Counts] = {}
        self.all_mailboxes: dict[str, tuple[str, ...]] = {}
        self.shown: dict[str, Counts] = {}
        self.told_of: list[tuple[str, Counts]] = []
        self.all_subscribers: set[str] = set()

    def snapshot(self) -> tuple[tuple[str, str], ...]:
        """Return the hints, to be compared, hashed and restored; the lamps are in the AstDB's state."""
        return tuple(sorted(self.all_hints.items()))

    def restore(self, state: Iterable[tuple[str, str]]) -> None:
        """Go back to a state; Asterisk has started anew and knows lamps by their keys."""
        self.all_hints = dict(state)
        self.all_lamps = {}
        self.announced = []
        self.told = []

    def hints(self, extensions: Iterable[str]) -> dict[str, str | None]:
        """Return the hints of ``ext-local`` for these extensions."""
        return {extension: self.all_hints.get(extension) for extension in extensions}

    def set_hint(self, extension: str, hint: str) -> None:
        """Replace a hint."""
        self.writes.do(f"switchboard.set_hint {extension}", lambda: self.all_hints.__setitem__(extension, hint))

    def set_lamp(self, name: str, state: str) -> None:
        """Set the device state ``Custom:<name>``."""

        def light() -> None:
            self.astdb.values[f"CustomDevstate/{name}"] = state
            self.all_lamps[name] = state

        self.writes.do(f"switchboard.set_lamp {name}", light)

    def show(self, lamps: Mapping[str, str], hints: Mapping[str, str]) -> None:
        """Set lamps and replace hints."""
        for name, state in lamps.items():
            self.set_lamp(name, state)
        for extension, hint in hints.items():
            self.set_hint(extension, hint)

    def lamps(self, names: Iterable[str]) -> dict[str, str]:
        """Return the device states ``Custom:<name>`` as they are seen."""
        known = {k[len("CustomDevstate/") :]: v for k, v in self.astdb.matching("CustomDevstate/*").items()}
        seen = {**known, **self.all_lamps}
        return {name: seen[name] for name in names if name in seen}

    def queues(self, users: Iterable[str] | None = None) -> Queues:
        """Return the queues, with all members or those among ``users``."""
        wanted = None if users is None else set(users)
        return Queues(
            self.run,
            frozenset(self.all_queues),
            {
                (queue, user): member
                for queue, members in self.all_queues.items()
                for user, member in members.items()
                if wanted is None or user in wanted
            },
        )

    def join_queue(self, queue: str, user: str, name: str, penalty: int, by_hint: bool) -> None:
        """Make a user a dynamic member; without a word where he is in it."""

        def join() -> None:
            if user not in self.all_queues.get(queue, {user: None}):
                self.all_queues[queue][user] = Member(dynamic=True)
                self.joined[queue, user] = (name, penalty, by_hint)

        self.writes.do(f"switchboard.join_queue {queue} {user}", join)

    def leave_queue(self, queue: str, user: str) -> None:
        """Take a dynamic member out; static ones stay."""

        def leave() -> None:
            members = self.all_queues.get(queue, {})
            if user in members and members[user].dynamic:
                del members[user]

        self.writes.do(f"switchboard.leave_queue {queue} {user}", leave)

    def pause_in_queue(self, queue: str, user: str, paused: bool) -> None:
        """Pause or unpause a member; without a word where he is not in it."""

        def pause() -> None:
            members = self.all_queues.get(queue, {})
            if user in members:
                members[user] = members[user]._replace(paused=paused)

        self.writes.do(f"switchboard.pause_in_queue {queue} {user}", pause)

    def announce(self, events: Iterable[tuple[str, str, str]]) -> None:
        """Send ``UserDeviceAdded`` or ``UserDeviceRemoved``."""
        for one in events:
            self.writes.do(f"switchboard.announce {one[0]}", partial(self.announced.append, one))

    def tell(self, event: str, **headers: str) -> None:
        """Send an event of our own."""
        self.writes.do(f"switchboard.tell {event}", lambda: self.told.append((event, headers)))

    def calls(self) -> dict[str, str]:
        """Return the legs of calls that their device has begun or answered."""
        return dict(self.all_calls)

    def context(self, name: str) -> Context | None:
        """Return a context of the dialplan."""
        return self.contexts.get(name)

    def drop_global(self, name: str, value: str) -> None:
        """Empty a global variable."""
        if self.all_globals.get(name) == value:
            self.writes.do(f"switchboard.drop_global {name}", lambda: self.all_globals.__setitem__(name, ""))

    def contacts(self) -> tuple[Contact, ...]:
        """Return who has registered with Asterisk and where."""
        return tuple(self.all_contacts)

    def messages(self, mailbox: str) -> Counts:
        """Return how many messages are in a mailbox."""
        return self.all_messages.get(mailbox, Counts())

    def mailboxes(self, dial: str) -> tuple[str, ...]:
        """Return the mailboxes of which Asterisk itself tells a device."""
        return self.all_mailboxes.get(dial, ())

    def show_messages(self, dial: str, counts: Counts) -> None:
        """Let a device's message lamp show that so many messages wait. Nothing depends on it: it is no write."""
        self.shown[dial] = counts
        self.told_of.append((dial, counts))

    def subscribers(self) -> frozenset[str]:
        """Return the devices that have subscribed to a mailbox."""
        return frozenset(self.all_subscribers)

    def version(self) -> str:
        """Return Asterisk's version."""
        return self.all_version
