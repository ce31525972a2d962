"""What ``hotdesk doctor --fix`` and the buttons of the page Health do about findings, and what they would do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Callable, NamedTuple

from hotdesk_module.core import changes, drift
from hotdesk_module.core.changes import By
from hotdesk_module.core.effects import JOIN, LEAVE, PAUSE, Delete, Effect, Lamp, Membership, Put, diff, name
from hotdesk_module.core.keys import LAMPS
from hotdesk_module.core.lockout import USER, Attempts
from hotdesk_module.core.model import Event, Keys, World
from hotdesk_module.core.queues import UNTOUCHED
from hotdesk_module.errors import AsteriskDown, UnsafePlan
from hotdesk_module.health import forwards, orphans
from hotdesk_module.health.finding import FORCE, FORGET, FORWARDS, RECONCILE, Finding
from hotdesk_module.health.said import Said, say
from hotdesk_module.sequence import tree_of
from hotdesk_module.service import HotDesk, Repair

# Codes of the history's repairs, besides those of :mod:`hotdesk_module.core.drift`.
FORGOTTEN = "forgotten"
FORWARDS_REMOVED = "forwards"


class Cure(NamedTuple):
    """What a repair does.

    Attributes:
        repair: one of :data:`hotdesk_module.health.finding.REPAIRS`.
        changes: a sentence each; empty where there is nothing to do.
    """

    repair: str
    changes: tuple[Said, ...]


def wanted(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the repairs of findings, each once, in the order in which they are done."""
    there = {f.repair for f in findings}
    return tuple(repair for repair in _CURES if repair in there)


def foresee(repair: str, desk: HotDesk, force: bool = False) -> Cure:
    """Return what a repair would do; nothing is changed.

    Args:
        force: see :func:`carry_out`.

    Raises:
        UnsafePlan: something would be left alone.
        HotdeskError: the database or Asterisk does not answer.
    """
    return Cure(repair, _CURES[repair](desk, True, force))


def carry_out(repair: str, desk: HotDesk, force: bool = False) -> Cure:
    """Do what is to be done now, and write it into the history.

    Args:
        force: also where very many would lose something.

    Raises:
        UnsafePlan: something was left alone; the message says what.
        HotdeskError: the database or Asterisk does not answer.
    """
    return Cure(repair, _CURES[repair](desk, False, force))


def _reconcile(desk: HotDesk, dry_run: bool, force: bool) -> tuple[Said, ...]:
    return _told(desk.reconcile(dry_run, force, asked=True))


def _force(desk: HotDesk, dry_run: bool, force: bool) -> tuple[Said, ...]:
    return _told(desk.reconcile(dry_run, force=True, asked=True))


def _told(done: Repair) -> tuple[Said, ...]:
    ended = (
        say(
            "Log %(user)s out of phone %(phone)s, for FreePBX has one of the two no more",
            user=e.session.user,
            phone=e.session.phone,
        )
        for e in done.ended
    )
    return (*ended, *map(effect, done.effects))


def effect(one: Effect) -> Said:
    """Return a change of Asterisk in words."""
    if isinstance(one, Delete):
        return say("Remove %(key)s, which is %(old)s", key=one.key, old=one.old)
    if isinstance(one, Put):
        if one.old is None:
            return say("Set %(key)s to %(value)s", key=one.key, value=one.value)
        return say("Set %(key)s to %(value)s, which is %(old)s", key=one.key, value=one.value, old=one.old)
    if isinstance(one, Lamp):
        return say("Let the device state Custom:%(name)s be %(state)s", name=one.name, state=one.state)
    if isinstance(one, Membership):
        return _membership(one)
    return say("Set the hint of %(extension)s to %(hint)s", extension=one.extension, hint=one.hint)


def _membership(one: Membership) -> Said:
    if one.change == JOIN:
        return say("Log %(user)s in to queue %(queue)s", user=one.user, queue=one.queue)
    if one.change == LEAVE:
        return say("Log %(user)s out of queue %(queue)s", user=one.user, queue=one.queue)
    if one.change == PAUSE:
        return say("Pause %(user)s in queue %(queue)s", user=one.user, queue=one.queue)
    return say("Unpause %(user)s in queue %(queue)s", user=one.user, queue=one.queue)


def _forget(desk: HotDesk, dry_run: bool, force: bool) -> tuple[Said, ...]:
    """Remove what is left of deleted extensions."""
    with desk.ledger.lock():
        ledger = desk.ledger
        there = {u.extension for u in desk.inventory.users()}
        left = orphans.find(ledger, there, desk.astdb)
        limit = desk.settings().mass_logout
        if not force and len(left.extensions) > (limit if there else 0):
            raise UnsafePlan(
                f"This would remove the PINs and locks of {len(left.extensions)} extensions that FreePBX no longer has."
                " Are these the right tables? Nothing of it was done. If it is right, 'hotdesk doctor --fix --force'"
                " does it."
            )
        if left.extensions and not dry_run:
            now = desk.clock()
            by = By(now, desk.source, desk.actor)
            for extension in left.pins:
                ledger.remove_pin(extension, [changes.of_pin(by, extension, changes.PIN_REMOVED, "repair")])
            for extension in left.weak_pins:
                ledger.save_weak_pin(extension, 0)
            for extension in left.attempts:
                ledger.save_attempts(USER, extension, Attempts())
            gone = [r._replace(mode=UNTOUCHED, done="") for r in ledger.queue_rules(left.queues)]
            ledger.save_queue_rules(gone)
            _note(desk, FORGOTTEN, left.extensions)
    return tuple(say("Remove %(what)s", what=what) for what in orphans.of(left))


def _remove_forwards(desk: HotDesk, dry_run: bool, force: bool) -> tuple[Said, ...]:
    """Remove Call Forwards to phones of the pool, with their lamps."""
    with desk.ledger.lock():
        pool = [p.device for p in desk.ledger.phones()]
        devices = {d.id: d for d in desk.inventory.devices(pool)}
        tree = tree_of(desk.astdb)
        if tree is None:
            raise AsteriskDown("The AstDB cannot be listed over this connection.")
        actual = tree.matching("CF/*", f"{LAMPS}*")
        found = forwards.find(World(devices, {}), pool, actual)
        keys: Keys = {}
        own = desk.inventory.devices((), found)
        for user in found:
            keys.update({f"CF/{user}": None, f"{LAMPS}CF{user}": None})
            keys.update({f"{LAMPS}DEVCF{d.id}": None for d in own if d.user == user})
        needed = diff(keys, actual, {}, {})
        if needed and not dry_run:
            desk.do(needed)
            _note(desk, FORWARDS_REMOVED, map(name, needed))
    return tuple(say("Remove the Call Forward of %(who)s", who=who) for who in forwards.each(found))


def _note(desk: HotDesk, code: str, what: Iterable[str]) -> None:
    event = Event(desk.clock(), "repair", source=desk.source, actor=desk.actor, code=code, detail=drift.detail(what))
    desk.note(event)


# In the order in which they are done.
_CURES: dict[str, Callable[[HotDesk, bool, bool], tuple[Said, ...]]] = {
    RECONCILE: _reconcile,
    FORGET: _forget,
    FORWARDS: _remove_forwards,
    FORCE: _force,
}
