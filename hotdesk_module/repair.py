"""The repair: all of Asterisk against all of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Callable, NamedTuple

from hotdesk_module.core import drift, effects, habits, machine, outbox, plan, queues, repairs
from hotdesk_module.core.keys import LAMPS, LOOKED_AT, OFF, OUR_LAMPS
from hotdesk_module.core.model import Event, Keys, Session, World
from hotdesk_module.errors import AsteriskDown
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.sequence import Sequence, forwards_of, tree_of

# Effects between two words of progress.
_AT_ONCE = 100
Progress = Callable[[int, int], None]
# Of all sessions those that are looked at.
Choose = Callable[["tuple[Session, ...]"], Iterable[Session]]


class Repair(NamedTuple):
    """What was found: sessions whose phone or user is gone, the effects that were needed, and keys of FreePBX's own
    that are not what its tables say, which are left to FreePBX."""

    ended: tuple[machine.Ending, ...]
    effects: tuple[effects.Effect, ...]
    contradictions: tuple[repairs.Contradiction, ...] = ()


def reconcile(sequence: Sequence, dry_run: bool, force: bool, progress: Progress | None, asked: bool = False) -> Repair:
    """Bring all of Asterisk in line with the ledger.

    The difference is always taken against the actual AstDB: FreePBX rewrites keys behind our back (F§5). Where that
    would log out many people for no recorded reason, their phones are left alone and the rest is put in order: an empty
    table, or one from another machine, must not throw everybody out.

    Args:
        dry_run: change nothing, only say what would change.
        force: leave nobody alone.
        progress: is told (done, total) as it goes.
        asked: somebody wants just this repair: it looks at the lamps as they are seen, and the history has all of it.

    Raises:
        UnsafePlan: phones were left alone; the message names them.
        AsteriskDown: the connection is gone, or of a kind that cannot list keys.
    """
    tree = tree_of(sequence.astdb)
    if tree is None:
        raise AsteriskDown("The AstDB cannot be listed over this connection.")
    ledger = sequence.ledger
    with ledger.lock():
        current = sequence.settings()
        limit = None if force else current.mass_logout
        actual = tree.matching(*LOOKED_AT)
        sessions = ledger.sessions()
        if not dry_run:
            sessions = sequence.refresh_kept(sessions, actual)
        world = _world(sequence)
        # Of a phone that FreePBX is saving at this moment only its keys tell what it is.
        absent = [s.phone for s in sessions if s.phone not in world.devices]
        more = sequence.astdb.read(f"DEVICE/{phone}/{name}" for phone in absent for name in ("tech", "default_user"))
        actual.update((key, value) for key, value in more.items() if value is not None)
        # No extensions at all, that is FreePBX in the middle of a restore, or the wrong tables.
        empty = not (world.users and world.devices)
        pool = [p.device for p in ledger.phones()]
        contradictions = tuple(repairs.contradictions(world, pool, actual))
        world = repairs.still_there(world, sessions, actual)
        leftovers = ledger.unapplied()

        orphans = _orphans(world, sessions)
        left_alone: set[str] = set()
        if limit is not None and len(orphans) > (0 if empty else limit):
            left_alone, orphans = {o.session.phone for o in orphans}, ()
        decision = machine.Decision(orphans)
        kept = habits.transition(world, current, sessions, decision, actual)
        if orphans and not dry_run:
            leftovers += sequence.write(decision, kept)
        gone = {o.session.phone for o in orphans}
        sessions = tuple(s for s in sessions if s.phone not in gone)

        changed = {e.phone for e in leftovers} | gone
        scope = _scope(world, sessions, {*pool, *changed} - {""}, actual)
        users = {e.user for e in leftovers if e.user} | {o.session.user for o in orphans}
        scope = plan.Scope(scope.phones, scope.users | users)
        pending = {**outbox.pending(leftovers), **kept.pending}
        forwards = {**actual, **pending}
        target = plan.target(world, sessions, current, scope, pool, forwards_of(scope, forwards))
        if limit is not None:
            seated = repairs.others_seated(world, scope.phones - changed, target.keys, actual)
            unexplained = {p for p, user in seated.items() if not _left(sequence, p, user)}
            if len(unexplained) > limit:
                left_alone |= unexplained
        if left_alone:
            scope = _without(world, sessions, scope, left_alone, actual)
            target = plan.target(world, sessions, current, scope, pool, forwards_of(scope, forwards))
        wanted = {**pending, **target.keys}
        if not left_alone:
            wanted.update(repairs.remains(world, pool, wanted, actual))
        away = _at_either(world, sessions, left_alone, actual)
        rules = [r for r in ledger.queue_rules() if r.user not in away]
        in_queues = queues.plan(rules, sessions, leftovers, sequence.switchboard.queues(), actual)
        there = queues.devices(world, sessions, scope.phones, {*scope.users, *(r.user for r in rules)})
        wanted.update(queues.lamps(there, in_queues.queues, actual))
        actual.update(_seen_otherwise(sequence, wanted, actual))
        needed = effects.diff(wanted, actual, target.hints, sequence.switchboard.hints(target.hints))
        needed += in_queues.effects
        if not dry_run:
            ledger.save_queue_rules(in_queues.first)
            _carry_out(sequence, needed, progress)
            ledger.save_queue_rules(in_queues.then)
            _finish(sequence, needed, leftovers, asked)
        if left_alone:
            raise repairs.refusal(sorted(left_alone))
        return Repair(orphans, needed, contradictions)


def _seen_otherwise(sequence: Sequence, wanted: Keys, actual: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of lamps that are as they should be and are not seen so, with what whoever watches them sees.

    Whoever writes a key changes no device state; and a key that Asterisk could not write, because its disk was full,
    is as before when the state is not.
    """
    right = {key for key, want in wanted.items() if key.startswith(OUR_LAMPS) and actual.get(key) == want}
    seen = sequence.switchboard.lamps(key[len(LAMPS) :] for key in right)
    found = {f"{LAMPS}{name}": state for name, state in seen.items()}
    # One that needs no key is off, and mostly nobody has ever watched it.
    return {key: state for key, state in found.items() if wanted[key] is not None or state not in (OFF, "UNKNOWN")}


def glance(sequence: Sequence, choose: Choose) -> bool:
    """Return whether nothing calls for a repair, by a look at what nobody announces.

    That is what somebody who died has left half done, and keys that FreePBX has rebuilt behind our back (F§5).
    """
    phones = [s.phone for s in choose(sequence.ledger.sessions())]
    # Under the lock, or every login would look like one that died.
    with sequence.ledger.lock():
        if sequence.ledger.unapplied():
            return False
        return all(sequence.astdb.get(f"DEVICE/{s.phone}/user") == s.user for s in sequence.ledger.sessions(phones))


def _world(sequence: Sequence) -> World:
    flags = sequence.inventory.flags()
    return World(
        {d.id: d for d in sequence.inventory.devices()},
        {u.extension: u for u in sequence.inventory.users()},
        flags.dnd_in_hints,
        flags.device_and_user,
    )


def _orphans(world: World, sessions: Iterable[Session]) -> tuple[machine.Ending, ...]:
    """Return the sessions whose user or phone FreePBX no longer has."""
    return tuple(
        machine.Ending(s, "user_deleted" if s.user not in world.users else "phone_deleted")
        for s in sessions
        if s.user not in world.users or s.phone not in world.devices
    )


def _scope(world: World, sessions: Iterable[Session], phones: set[str], actual: Mapping[str, str]) -> plan.Scope:
    """Return everything that can be wrong: pool, sessions, owners, and who is connected with them in the AstDB."""
    sessions = tuple(sessions)
    phones = phones | {s.phone for s in sessions}
    users = {s.user for s in sessions} | {world.owner(p) for p in phones}
    return plan.Scope(frozenset(phones), frozenset(users | repairs.strays(world, sessions, phones, actual)))


def _without(
    world: World, sessions: Iterable[Session], scope: plan.Scope, phones: set[str], actual: Mapping[str, str]
) -> plan.Scope:
    """Return the scope less some phones, who sits there by either account, and the owners."""
    return plan.Scope(scope.phones - phones, scope.users - _at_either(world, sessions, phones, actual))


def _at_either(
    world: World, sessions: Iterable[Session], phones: Iterable[str], actual: Mapping[str, str]
) -> frozenset[str]:
    """Return who sits at some phones, by either account, and their owners."""
    phones = frozenset(phones)
    users = {world.owner(p) for p in phones} | {s.user for s in sessions if s.phone in phones}
    return frozenset(users | {actual.get(f"DEVICE/{p}/user", "") for p in phones})


def _left(sequence: Sequence, phone: str, user: str) -> bool:
    """Return whether the history knows that the user has left the phone: then it is the AstDB that is old."""
    return bool(sequence.ledger.events(HistoryFilter(phone=phone, user=user, event="logout", limit=1)))


def _carry_out(sequence: Sequence, needed: tuple[effects.Effect, ...], progress: Progress | None) -> None:
    for first in range(0, len(needed), _AT_ONCE):
        sequence.do(needed[first : first + _AT_ONCE])
        if progress is not None:
            progress(min(first + _AT_ONCE, len(needed)), len(needed))


def _finish(sequence: Sequence, needed: tuple[effects.Effect, ...], leftovers: tuple[Event, ...], asked: bool) -> None:
    sequence.announce(leftovers)
    sequence.changed.update(e.phone for e in leftovers if e.phone)
    sequence.ledger.mark_applied(e.id for e in leftovers)
    noted = [e for e in needed if asked or not effects.follows_reload(e)]
    if noted and (asked or not leftovers):
        _note(sequence, drift.detail(effects.name(e) for e in noted), asked)


def _note(sequence: Sequence, detail: str, asked: bool) -> None:
    """Write what was repaired into the history, unless it is the same again and again."""
    now, code = sequence.clock(), drift.DRIFT
    if not asked:
        before = sequence.ledger.events(HistoryFilter(event="repair", since=now - drift.SINCE, limit=drift.LOOK))
        told = drift.told(before, detail, now)
        if told is None:
            return
        code = told
    sequence.note(Event(now, "repair", source=sequence.source, actor=sequence.actor, code=code, detail=detail))
