"""The one sequence of every change (design §4): read, decide elsewhere, write the ledger, bring Asterisk in line.

A crash anywhere leaves events in the ledger that are not applied; the next change of the same phone or user, or a
repair, finishes them with the same code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import groupby
from typing import Any, Callable, NamedTuple, cast

from hotdesk_module.core import effects, habits, machine, outbox, plan, queues
from hotdesk_module.core import settings as settings_
from hotdesk_module.core.keys import LAMPS
from hotdesk_module.core.model import Event, Keys, Session, World
from hotdesk_module.core.queues import Rule
from hotdesk_module.core.settings import Settings
from hotdesk_module.errors import AsteriskDown, HotdeskError, LedgerDown
from hotdesk_module.ports import AstDb, AstDbTree, Clock, Inventory, Ledger, Switchboard


class Outcome(NamedTuple):
    """What a login or logout did.

    Attributes:
        code: ``logged_in``, ``already_here``, ``home`` (an owner is back at the own phone) or ``logged_out``.
        started: the session that began.
        ended: the sessions that ended, with the reason of each.
        applied: Asterisk follows. False: the ledger is right and reconcile will finish the rest.
    """

    code: str
    started: Session | None
    ended: tuple[machine.Ending, ...]
    applied: bool


class Scene(NamedTuple):
    """All that one change has to know."""

    settings: Settings
    world: World
    sessions: tuple[Session, ...]
    leftovers: tuple[Event, ...]


class Sequence:
    """Carries out decisions, on adapters that the entry point brings. Its caller holds the ledger's lock.

    Args:
        source: the entry point: ``phone``, ``cli``, ``panel``, ``timer`` or ``repair``.
        actor: who acts, where that is not the user.
    """

    def __init__(
        self,
        ledger: Ledger,
        inventory: Inventory,
        astdb: AstDb,
        switchboard: Switchboard,
        clock: Clock,
        source: str,
        actor: str = "",
    ) -> None:
        self.ledger = ledger
        self.inventory = inventory
        self.astdb = astdb
        self.switchboard = switchboard
        self.clock = clock
        self.source = source
        self.actor = actor
        # Phones that somebody has come to or gone from, and that do not show whose messages wait there yet.
        self.changed: set[str] = set()

    def settings(self) -> Settings:
        """Return the settings in force."""
        return settings_.parse(self.ledger.settings())

    def scene(self, phones: Iterable[str], users: Iterable[str], current: Settings) -> Scene:
        """Read what a change at ``phones`` or of ``users`` can touch: them, whom they displace, and the owners."""
        phones, users = set(phones), set(users)
        sessions = {s.phone: s for s in self.ledger.sessions(phones, users)}
        phones |= sessions.keys()
        users |= {s.user for s in sessions.values()}
        leftovers = self.ledger.unapplied()
        if leftovers:
            owners = {d.user for d in self.inventory.devices(phones)}
            leftovers = outbox.touching(leftovers, phones, users | owners)
        phones |= {e.phone for e in leftovers}
        users |= {e.user for e in leftovers}
        users |= {extension for s in sessions.values() for extension in s.kept or {}}
        flags = self.inventory.flags()
        devices = {d.id: d for d in self.inventory.devices(phones, users)}
        world = World(devices, {}, flags.dnd_in_hints, flags.device_and_user)
        owners = {world.owner(p) for p in phones} - users
        if owners:
            devices.update((d.id, d) for d in self.inventory.devices((), owners))
            users |= owners
        # The own devices of all these users may be taken by somebody, and the owners may sit elsewhere.
        own = {d.id for d in devices.values() if d.user in users}
        sessions.update((s.phone, s) for s in self.ledger.sessions(own, users))
        missing = sessions.keys() - devices.keys()
        if missing:
            devices.update((d.id, d) for d in self.inventory.devices(missing, ()))
        known = {u.extension: u for u in self.inventory.users(users)}
        return Scene(current, world._replace(users=known), tuple(sessions.values()), leftovers)

    def carry_out(
        self, scene: Scene, decision: machine.Decision, code: str, phones: Iterable[str], users: Iterable[str]
    ) -> Outcome:
        """Write a decision and bring what it touches in line, also where it changes nothing.

        All but the message lamps of ``changed``, for which neither the lock nor a caller has to wait.
        """
        world, current = scene.world, scene.settings
        touched = [e.session for e in decision.endings] + ([decision.start] if decision.start else [])
        reader = _Reader(self.astdb)
        theirs = reader.read((*habits.taken_away(scene.sessions), *habits.looked_at(world, current, touched)))
        scene = scene._replace(sessions=self.refresh_kept(scene.sessions, theirs))
        # What is still to be done is as good as done: a habit that waits to be given back is the one to keep.
        habits_now = {**theirs, **outbox.pending(scene.leftovers)}
        kept = habits.transition(world, current, scene.sessions, decision, habits_now)
        looked_at = [*touched, *(Session(e.phone, e.user, 0) for e in scene.leftovers if e.phone)]
        scope = plan.affected(world, looked_at)
        scope = plan.Scope(
            scope.phones | frozenset(phones),
            (scope.users | frozenset(users) | {world.owner(p) for p in phones}) - {""},
        )
        # The last that is asked of the ledger: from the commit on nothing but Asterisk can fail.
        pool = [p.device for p in self.ledger.phones(scope.phones)]
        rules = self.ledger.queue_rules(scope.users)
        events = scene.leftovers + self.write(decision, kept)
        self.changed.update(e.phone for e in events if e.phone)

        ended = {e.session.phone for e in decision.endings}
        sessions = [s for s in scene.sessions if s.phone not in ended] + ([kept.start] if kept.start else [])
        pending = outbox.pending(events)
        forwards = {**reader.read(f"CF/{u}" for u in scope.users), **pending}
        target = plan.target(world, sessions, current, scope, pool, forwards_of(scope, forwards))
        keys = {**pending, **target.keys}
        applied = self._apply(keys, reader.read(keys), target.hints)
        if applied and rules:
            applied = self._follow_in_queues(rules, world, sessions, events, scope, reader)
        self.announce(events)
        if applied:
            try:
                self.ledger.mark_applied(e.id for e in events)
            except LedgerDown:
                applied = False
        return Outcome(code, kept.start, decision.endings, applied)

    def refresh_kept(self, sessions: tuple[Session, ...], actual: Mapping[str, str | None]) -> tuple[Session, ...]:
        """Note what sessions have newer to give back; see :func:`hotdesk_module.core.habits.refreshed`."""
        changed = habits.refreshed(sessions, actual)
        for old, new in changed:
            self.ledger.change([old], new, ())
        newer = {new.phone: new for _, new in changed}
        return tuple(newer.get(s.phone, s) for s in sessions)

    def write(self, decision: machine.Decision, kept: habits.Transition) -> tuple[Event, ...]:
        """Write sessions and history in one transaction; the events go on to be applied."""
        if not decision.changes:
            return ()
        events = [self._event("logout", e.session, e.why) for e in decision.endings]
        if kept.start is not None:
            events.append(self._event("login", kept.start, ""))
        events[-1] = events[-1]._replace(pending=kept.pending)
        ids = self.ledger.change((e.session for e in decision.endings), kept.start, events)
        return tuple(e._replace(id=i) for e, i in zip(events, ids))

    def _apply(self, keys: Keys, actual: Mapping[str, str | None], hints: Mapping[str, str]) -> bool:
        """Apply the difference. Calls are right once the keys are; hints that fail are left to reconcile."""
        changes = effects.diff(keys, actual, {}, {})
        self.do(e for e in changes if not isinstance(e, effects.Lamp))
        try:
            lamps = (e for e in changes if isinstance(e, effects.Lamp))
            self.do((*lamps, *effects.diff({}, {}, hints, self.switchboard.hints(hints))))
        except AsteriskDown:
            return False
        return True

    def _follow_in_queues(
        self,
        rules: tuple[Rule, ...],
        world: World,
        sessions: list[Session],
        events: tuple[Event, ...],
        scope: plan.Scope,
        reader: _Reader,
    ) -> bool:
        """Let queues follow. Whatever fails is left to reconcile: nobody's login or logout fails because of a queue."""
        try:
            before = self.switchboard.queues(scope.users)
            wanted = queues.plan(rules, sessions, events, before, reader.read(queues.needs(rules)))
            at = queues.devices(world, sessions, scope.phones, scope.users)
            actual = reader.read(queues.looked_at(at, before, wanted.queues))
            self.ledger.save_queue_rules(wanted.first)
            self.do((*wanted.effects, *effects.diff(queues.lamps(at, wanted.queues, actual), actual, {}, {})))
            self.ledger.save_queue_rules(wanted.then)
        except HotdeskError:
            return False
        return True

    def do(self, wanted: Iterable[effects.Effect]) -> None:
        """Carry out effects in their order, as many at once as are of one kind."""
        for kind, some in groupby(wanted, _kind):
            kind(self, tuple(some))

    def _change_keys(self, wanted: Iterable[effects.Put | effects.Delete]) -> None:
        self.astdb.change({e.key: e.value if isinstance(e, effects.Put) else None for e in wanted})

    def _show(self, wanted: tuple[effects.Lamp | effects.Hint, ...]) -> None:
        lamps = [e for e in wanted if isinstance(e, effects.Lamp)]
        hints = {e.extension: e.hint for e in wanted if isinstance(e, effects.Hint)}
        self.switchboard.show({e.name: e.state for e in lamps}, hints)
        # The key of a lamp that has been put out and needs none.
        self.astdb.change({f"{LAMPS}{e.name}": None for e in lamps if e.forget})

    def _change_queues(self, wanted: Iterable[effects.Membership]) -> None:
        for e in wanted:
            if e.change == effects.JOIN:
                self.switchboard.join_queue(e.queue, e.user, e.name, e.penalty, e.by_hint)
            elif e.change == effects.LEAVE:
                self.switchboard.leave_queue(e.queue, e.user)
            else:
                self.switchboard.pause_in_queue(e.queue, e.user, e.change == effects.PAUSE)

    def announce(self, events: Iterable[Event]) -> None:
        """Tell other modules; they listen to core's own events (F§6)."""
        names = {"login": "UserDeviceAdded", "logout": "UserDeviceRemoved"}
        # Where Asterisk is down nobody is there to listen.
        with suppress(AsteriskDown):
            self.switchboard.announce((names[e.event], e.user, e.phone) for e in events if e.event in names)

    def _event(self, event: str, session: Session, why: str) -> Event:
        return Event(self.clock(), event, session.phone, session.user, self.source, self.actor, why, applied=False)

    def refused(self, error: HotdeskError, phone: str, user: str = "") -> HotdeskError:
        self.note(Event(self.clock(), "refused", phone, user, self.source, self.actor, error.code))
        return error

    def note(self, event: Event) -> None:
        self.ledger.change((), None, [event])


def _kind(effect: effects.Effect) -> Callable[[Sequence, Any], None]:
    """Return what carries out an effect."""
    if isinstance(effect, effects.Membership):
        return Sequence._change_queues
    return Sequence._show if isinstance(effect, (effects.Lamp, effects.Hint)) else Sequence._change_keys


class _Reader:
    """Reads each key once; nobody else changes them while we hold the lock."""

    def __init__(self, astdb: AstDb) -> None:
        self._astdb = astdb
        self._seen: dict[str, str | None] = {}

    def read(self, keys: Iterable[str]) -> Mapping[str, str | None]:
        """Return the values seen so far, those of ``keys`` among them."""
        self._seen.update(self._astdb.read(k for k in keys if k not in self._seen))
        return self._seen


def tree_of(astdb: AstDb) -> AstDbTree | None:
    """Return the AstDB as one that can be listed, where its connection can: AMI can, an AGI channel cannot."""
    return cast(AstDbTree, astdb) if hasattr(astdb, "matching") else None


def forwards_of(scope: plan.Scope, actual: Mapping[str, str | None]) -> dict[str, str | None]:
    return {u: actual.get(f"CF/{u}") for u in scope.users}
