"""Login, logout and repair, from whatever entry point: ledger first, projection second (design §4).

Every change is one sequence under one lock: read, decide, write the ledger, then bring Asterisk in line with it. A
crash anywhere leaves events in the ledger that are not applied; the next change of the same phone or user, or
:meth:`HotDesk.reconcile`, finishes them with the same code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Callable, NamedTuple

from hotdesk_module.core import machine, plan, policy
from hotdesk_module.core import settings as settings_
from hotdesk_module.core.model import Event, Keys, Phone, Session, World
from hotdesk_module.core.settings import Settings
from hotdesk_module.errors import AsteriskDown, HotdeskError, LedgerDown, LockedOut, UnknownPhone, UnknownUser
from hotdesk_module.ports import AstDb, Clock, Inventory, Ledger, Switchboard

# Sessions ended under one hold of the lock when many end at once, so that a login does not wait for all of them.
CHUNK = 100
# From so many keys on, whole families of the AstDB are read instead of single keys, where that can be done.
_MANY = 100

Verify = Callable[[], "HotdeskError | None"]
Progress = Callable[[int, int], None]


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


class Repair(NamedTuple):
    """What reconcile found: sessions whose phone or user is gone, and the effects that were needed."""

    ended: tuple[machine.Ending, ...]
    effects: tuple[plan.Effect, ...]


class _Scene(NamedTuple):
    """All that one change has to know."""

    settings: Settings
    world: World
    sessions: tuple[Session, ...]
    leftovers: tuple[Event, ...]


class HotDesk:
    """The use cases, on adapters that the entry point brings.

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

    # Changing sessions

    def login(self, phone: str, user: str, verify: Verify | None = None) -> Outcome:
        """Seat ``user`` at ``phone``.

        Args:
            verify: judges the PIN, and returns why it is refused or None. It is called at most once, under the lock, so
                that guesses made at the same time are counted one by one. None: an administrator, whom nobody asks.

        Raises:
            HotdeskError: a refusal, which is in the history then, or a failure of the ledger.
        """
        policy.check_extension(user)
        with self.ledger.lock():
            current = self.settings()
            refusal = self.why_not_here(phone)
            if refusal is None and verify is not None:
                refusal = self._judge(phone, user, verify, current)
            scene = self._scene((phone,), (user,), current) if refusal is None else None
            if scene is not None and user not in scene.world.users:
                refusal = UnknownUser(f"There is no extension {user}.")
            if scene is not None and phone not in scene.world.devices:
                refusal = UnknownPhone(f"FreePBX has no device {phone} any more.")
            if scene is None or refusal is not None:
                assert refusal is not None
                raise self._refused(refusal, phone, user if verify is None or self._is_known(user) else "")
            owner = scene.world.owner(phone) == user
            decision = machine.decide(scene.sessions, machine.Login(phone, user, owner), current, self.clock())
            if decision.refusal is not None:
                raise self._refused(decision.refusal, phone, user)
            code = "home" if owner else "logged_in" if decision.start else "already_here"
            return self._carry_out(scene, decision, code, (phone,), (user,))

    def logout(self, phone: str) -> Outcome:
        """Give ``phone`` back.

        Raises:
            NotLoggedIn: nobody sits there; whatever was left over at a phone of the pool is put right all the same.
        """
        return self._logout(machine.Logout(phone), (phone,), ())

    def logout_user(self, user: str) -> Outcome:
        """Log ``user`` out everywhere.

        Raises:
            NotLoggedIn: the user sits nowhere.
        """
        return self._logout(machine.LogoutUser(policy.check_extension(user)), (), (user,))

    def _logout(self, command: machine.Command, phones: tuple[str, ...], users: tuple[str, ...]) -> Outcome:
        with self.ledger.lock():
            scene = self._scene(phones, users, self.settings())
            decision = machine.decide(scene.sessions, command, scene.settings, self.clock())
            if decision.refusal is None:
                return self._carry_out(scene, decision, "logged_out", phones, users)
            # Anybody may dial the code: a phone that is none of ours is left as it is.
            if users or scene.leftovers or self.ledger.phones(phones):
                self._carry_out(scene, decision, "logged_out", phones, users)
            raise self._refused(decision.refusal, *(phones or ("",)), *users)

    def logout_all(self, sessions: Iterable[Session] | None = None, progress: Progress | None = None) -> list[Outcome]:
        """Log out everybody, or those of ``sessions`` who still sit there.

        Args:
            progress: is told (done, total) as it goes.
        """
        wanted = {s.phone: s for s in (self.ledger.sessions() if sessions is None else sessions)}
        outcomes = []
        for first in range(0, len(wanted), CHUNK):
            phones = tuple(wanted)[first : first + CHUNK]
            with self.ledger.lock():
                scene = self._scene(phones, (), self.settings())
                still = tuple(s for s in scene.sessions if s.phone in phones and s == wanted[s.phone])
                decision = machine.Decision(tuple(machine.Ending(s, "logout") for s in still))
                outcomes.append(self._carry_out(scene, decision, "logged_out", phones, ()))
            if progress is not None:
                progress(min(first + CHUNK, len(wanted)), len(wanted))
        return outcomes

    def refresh(self, phone: str) -> bool:
        """Bring one phone in line with the ledger, e.g. when it has just joined or left the pool.

        Return whether Asterisk follows; where it does not, reconcile will finish the rest.
        """
        with self.ledger.lock():
            scene = self._scene((phone,), (), self.settings())
            return self._carry_out(scene, machine.Decision(), "", (phone,), ()).applied

    # Asking

    def settings(self) -> Settings:
        """Return the settings in force."""
        return settings_.parse(self.ledger.settings())

    def why_not_here(self, phone: str) -> HotdeskError | None:
        """Return why nobody can log in at ``phone``, or None."""
        known: tuple[Phone, ...] = self.ledger.phones([phone])
        return policy.refuse_phone(phone, known[0] if known else None)

    def has_code(self, phone: str, code: str) -> bool:
        """Return whether ``code`` is one of the phone's own."""
        return any(code in (p.login_code, p.logout_code) for p in self.ledger.phones([phone]))

    def phone_locked(self, phone: str) -> bool:
        """Return whether guesses from ``phone`` are refused for now."""
        return policy.is_locked(self.ledger.attempts("phone", phone), self.clock())

    def refuse(self, error: HotdeskError, phone: str, user: str = "") -> None:
        """Write a refusal that an entry point decided, such as an impossible extension, into the history."""
        self._refused(error, phone, user)

    # Repair

    def reconcile(self, dry_run: bool = False, force: bool = False, progress: Progress | None = None) -> Repair:
        """Bring all of Asterisk in line with the ledger.

        The difference is always taken against the actual AstDB: FreePBX rewrites keys behind our back (F§5).

        Args:
            dry_run: change nothing, only say what would change.
            force: also when many would be logged out for no recorded reason.

        Raises:
            UnsafePlan: many would be, and ``force`` is not set.
        """
        family = _family(self.astdb)
        if family is None:
            raise AsteriskDown("The AstDB cannot be listed over this connection.")
        with self.ledger.lock():
            current = self.settings()
            flags = self.inventory.flags()
            world = World(
                {d.id: d for d in self.inventory.devices()},
                {u.extension: u for u in self.inventory.users()},
                flags.dnd_in_hints,
                flags.device_and_user,
            )
            sessions = self.ledger.sessions()
            pool = [p.device for p in self.ledger.phones()]
            leftovers = self.ledger.unapplied()
            actual: dict[str, str] = {}
            for name in ("DEVICE", "AMPUSER", "HDSK", *plan.FORWARDS, plan.LAMPS.rstrip("/")):
                actual.update(family(name))
            world = plan.still_there(world, sessions, actual)
            orphans = tuple(
                machine.Ending(s, "user_deleted" if s.user not in world.users else "phone_deleted")
                for s in sessions
                if s.user not in world.users or s.phone not in world.devices
            )
            if not force:
                plan.guard((o.session.phone for o in orphans), current.mass_logout)

            decision = machine.Decision(orphans)
            kept = plan.transition(world, current, sessions, decision, actual)
            if orphans and not dry_run:
                leftovers += self._write(decision, kept)
            gone = {o.session.phone for o in orphans}
            sessions = tuple(s for s in sessions if s.phone not in gone)

            changed = {e.phone for e in leftovers} | gone
            phones = frozenset(pool) | {s.phone for s in sessions} | (changed - {""})
            users = {s.user for s in sessions} | {e.user for e in leftovers if e.user}
            users |= {o.session.user for o in orphans} | {world.owner(p) for p in phones}
            users |= plan.strays(world, sessions, phones, actual)
            scope = plan.Scope(phones, frozenset(users))
            pending = {**_pending(leftovers), **kept.pending}
            target = plan.target(world, sessions, current, scope, pool, _forwards(scope, {**actual, **pending}))
            if not force:
                emptied = plan.unexplained_logouts(world, scope, target.keys, actual, changed)
                plan.guard(emptied, current.mass_logout)
            keys = {**pending, **target.keys}
            effects = plan.diff(keys, actual, target.hints, self.switchboard.hints(target.hints))
            if dry_run:
                return Repair(orphans, effects)
            for done, effect in enumerate(effects, 1):
                self._do(effect)
                if progress is not None:
                    progress(done, len(effects))
            self._announce(leftovers)
            self.ledger.mark_applied(e.id for e in leftovers)
            if effects and not leftovers:
                self._note(Event(self.clock(), "repair", code="drift", detail=_summary(effects)))
            return Repair(orphans, effects)

    # The sequence of design §4

    def _judge(self, phone: str, user: str, verify: Verify, current: Settings) -> HotdeskError | None:
        """Judge a PIN unless user or phone is locked, and count it.

        What is no user is not counted as one: it may be a PIN that was entered too early, and no PIN is ever stored.
        """
        now = self.clock()
        parties: tuple[tuple[str, str, str], ...] = (("user", user, phone), ("phone", phone, user))
        attempts = {kind: self.ledger.attempts(kind, subject) for kind, subject, _ in parties}
        if any(policy.is_locked(a, now) for a in attempts.values()):
            return LockedOut(f"Too many wrong PINs for this user or from phone {phone}.")
        refusal = verify()
        if refusal is not None and refusal.code == UnknownUser.code:
            parties = (("phone", phone, ""),)
        for kind, subject, other in parties:
            before = attempts[kind]
            if refusal is not None:
                after = policy.after_failure(before, other, now, current)
            else:
                after = policy.after_success(before, other if kind == "phone" else None)
            if after != before:
                self.ledger.save_attempts(kind, subject, after)
        return refusal

    def _scene(self, phones: Iterable[str], users: Iterable[str], current: Settings) -> _Scene:
        """Read what a change at ``phones`` or of ``users`` can touch: them, whom they displace, and the owners."""
        phones, users = set(phones), set(users)
        sessions = {s.phone: s for s in self.ledger.sessions(phones, users)}
        phones |= sessions.keys()
        users |= {s.user for s in sessions.values()}
        leftovers = self.ledger.unapplied()
        if leftovers:
            owners = {d.user for d in self.inventory.devices(phones)}
            leftovers = _touching(leftovers, phones, users | owners)
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
        return _Scene(current, world._replace(users=known), tuple(sessions.values()), leftovers)

    def _carry_out(
        self, scene: _Scene, decision: machine.Decision, code: str, phones: Iterable[str], users: Iterable[str]
    ) -> Outcome:
        """Write a decision and bring what it touches in line, also where it changes nothing."""
        world, current = scene.world, scene.settings
        touched = [e.session for e in decision.endings] + ([decision.start] if decision.start else [])
        reader = _Reader(self.astdb)
        parties = plan.affected(world, touched).users
        habits = [k for x in parties for k in plan.habits(world, current, x)]
        # What is still to be done is as good as done: a habit that waits to be given back is the one to keep.
        habits_now = {**reader.read(habits), **_pending(scene.leftovers)}
        kept = plan.transition(world, current, scene.sessions, decision, habits_now)
        looked_at = [*touched, *(Session(e.phone, e.user, 0) for e in scene.leftovers if e.phone)]
        scope = plan.affected(world, looked_at)
        scope = plan.Scope(
            scope.phones | frozenset(phones),
            (scope.users | frozenset(users) | {world.owner(p) for p in phones}) - {""},
        )
        # The last that is asked of the ledger: from the commit on nothing but Asterisk can fail.
        pool = [p.device for p in self.ledger.phones(scope.phones)]
        events = scene.leftovers + self._write(decision, kept)

        ended = {e.session.phone for e in decision.endings}
        sessions = [s for s in scene.sessions if s.phone not in ended] + ([kept.start] if kept.start else [])
        pending = _pending(events)
        forwards = {**reader.read(f"CF/{u}" for u in scope.users), **pending}
        target = plan.target(world, sessions, current, scope, pool, _forwards(scope, forwards))
        keys = {**pending, **target.keys}
        applied = self._apply(keys, reader.read(keys), target.hints)
        self._announce(events)
        if applied:
            try:
                self.ledger.mark_applied(e.id for e in events)
            except LedgerDown:
                applied = False
        return Outcome(code, kept.start, decision.endings, applied)

    def _write(self, decision: machine.Decision, kept: plan.Transition) -> tuple[Event, ...]:
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
        effects = plan.diff(keys, actual, {}, {})
        for effect in effects:
            if not isinstance(effect, plan.Lamp):
                self._do(effect)
        try:
            lamps = [e for e in effects if isinstance(e, plan.Lamp)]
            for effect in (*lamps, *plan.diff({}, {}, hints, self.switchboard.hints(hints))):
                self._do(effect)
        except AsteriskDown:
            return False
        return True

    def _do(self, effect: plan.Effect) -> None:
        if isinstance(effect, plan.Delete):
            self.astdb.delete(effect.key)
        elif isinstance(effect, plan.Put):
            self.astdb.put(effect.key, effect.value)
        elif isinstance(effect, plan.Lamp):
            self.switchboard.set_lamp(effect.name, effect.state)
        else:
            self.switchboard.set_hint(effect.extension, effect.hint)

    def _announce(self, events: Iterable[Event]) -> None:
        """Tell other modules; they listen to core's own events (F§6)."""
        names = {"login": "UserDeviceAdded", "logout": "UserDeviceRemoved"}
        try:
            for event in events:
                if event.event in names:
                    self.switchboard.announce(names[event.event], event.user, event.phone)
        except AsteriskDown:
            pass  # Nobody is there to listen.

    def _is_known(self, user: str) -> bool:
        return bool(self.inventory.users([user]))

    def _event(self, event: str, session: Session, why: str) -> Event:
        return Event(self.clock(), event, session.phone, session.user, self.source, self.actor, why, applied=False)

    def _refused(self, error: HotdeskError, phone: str, user: str = "") -> HotdeskError:
        self._note(Event(self.clock(), "refused", phone, user, self.source, self.actor, error.code))
        return error

    def _note(self, event: Event) -> None:
        self.ledger.change((), None, [event])


class _Reader:
    """Reads each key once; nobody else changes them while we hold the lock."""

    def __init__(self, astdb: AstDb) -> None:
        self._astdb = astdb
        self._seen: dict[str, str | None] = {}
        self._families: set[str] = set()

    def read(self, keys: Iterable[str]) -> Mapping[str, str | None]:
        """Return the values seen so far, those of ``keys`` among them."""
        missing = [k for k in keys if k not in self._seen]
        family = _family(self._astdb)
        if family is not None and len(missing) > _MANY:
            for name in {k.split("/", 1)[0] for k in missing} - self._families:
                self._families.add(name)
                self._seen.update(family(name))
            self._seen.update({k: None for k in missing if k not in self._seen})
        else:
            for key in missing:
                self._seen[key] = self._astdb.get(key)
        return self._seen


def _touching(events: Iterable[Event], phones: Iterable[str], users: Iterable[str]) -> tuple[Event, ...]:
    """Return the events of these phones and users, and of those that such events lead to: what a crash left behind is
    finished together, because the events of one change name several phones and users, and what is still to be done
    for it may be an owner's, whom no event names."""
    events, near = tuple(events), {*phones, *users} - {""}
    while True:
        found = tuple(e for e in events if not near.isdisjoint(_named(e)))
        grown = near.union(*map(_named, found))
        if grown == near:
            return found
        near = grown


def _named(event: Event) -> set[str]:
    """Return the phone and user of an event, and the extensions whose keys wait for it."""
    keys = (key.split("/") for key in event.pending or {})
    return {event.phone, event.user, *(k[1] for k in keys if k[0] in ("AMPUSER", *plan.FORWARDS))} - {""}


def _family(astdb: AstDb) -> Callable[[str], dict[str, str]] | None:
    """Return the method that lists a family, where the connection has it: AMI has, an AGI channel has not."""
    return getattr(astdb, "family", None)


def _forwards(scope: plan.Scope, actual: Mapping[str, str | None]) -> dict[str, str | None]:
    return {u: actual.get(f"CF/{u}") for u in scope.users}


def _pending(events: Iterable[Event]) -> Keys:
    """Return what is still to be done once, the younger events having the last word."""
    keys: Keys = {}
    for event in events:
        keys.update(event.pending or {})
    return keys


def _summary(effects: Iterable[plan.Effect]) -> str:
    return " ".join(plan.name(e) for e in effects)
