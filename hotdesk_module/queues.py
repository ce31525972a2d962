"""What queues are to people, as an administrator sees and changes it. Whatever changes is in the history."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from hotdesk_module.core import changes, machine, policy
from hotdesk_module.core.changes import By
from hotdesk_module.core.queues import LOGIN, MODES, UNTOUCHED, Rule, may_join, needs, plan
from hotdesk_module.errors import AsteriskDown, BadValue, Changed, LedgerDown, UnknownUser
from hotdesk_module.ports import Inventory, Ledger
from hotdesk_module.service import HotDesk


class Queue(NamedTuple):
    """A queue, and what it is to somebody.

    Attributes:
        name: empty where FreePBX has no such queue any more.
        mode: one of :data:`hotdesk_module.core.queues.MODES`.
        static: the queue's form in FreePBX lists him as a static member, so that he never joins or leaves.
        known: FreePBX has the queue.
    """

    number: str
    name: str
    mode: str
    static: bool
    known: bool = True


class Outcome(NamedTuple):
    """What became of a change.

    Attributes:
        applied: Asterisk follows. False: reconcile will finish the rest.
        static: the queues to log in to and out of that list the user as a static member, who never is logged out.
        barred: those that do not let the user in, because only those whom their form lists may log in.
    """

    applied: bool
    static: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()


def of_user(ledger: Ledger, inventory: Inventory, user: str) -> tuple[Queue, ...]:
    """Return every queue of FreePBX, and those that are gone and for which there still is a rule, by number."""
    names = inventory.queues()
    modes = {r.queue: r.mode for r in ledger.queue_rules([user]) if r.mode != UNTOUCHED}
    static = {g.number for g in inventory.groups() if g.kind == "queue" and user in g.members}
    numbers = sorted({*names, *modes}, key=lambda number: (len(number), number))
    return tuple(Queue(n, names.get(n, ""), modes.get(n, UNTOUCHED), n in static, n in names) for n in numbers)


def rules(ledger: Ledger) -> tuple[Rule, ...]:
    """Return the rules there are, by user and queue."""
    return tuple(r for r in ledger.queue_rules() if r.mode != UNTOUCHED)


def check_mode(mode: str) -> str:
    """Return ``mode``.

    Raises:
        BadValue: it is none.
    """
    if mode not in MODES:
        raise BadValue(f"'{mode[:40]}' is not what a queue can be to somebody. It is one of: {', '.join(MODES)}.")
    return mode


def change(desk: HotDesk, user: str, modes: Mapping[str, str], seen: Mapping[str, str] | None = None) -> Outcome:
    """Let queues be something else to a user from now on, all or none; who sits somewhere joins at once.

    Args:
        modes: queue to mode; UNTOUCHED takes back what the mode before has done.
        seen: modes that were in force when this was decided; of a queue that is not given, none counts.

    Raises:
        BadExtension, UnknownUser: there is no such user.
        BadValue: there is no such queue, or mode.
        Changed: somebody else has changed one of ``modes`` since it was ``seen``. In each case nothing is changed.
    """
    policy.check_extension(user)
    wanted = {queue: check_mode(mode) for queue, mode in modes.items()}
    with desk.ledger.lock():
        before = {r.queue: r for r in desk.ledger.queue_rules([user])}
        there = {queue: before[queue].mode if queue in before else UNTOUCHED for queue in wanted}
        if seen is not None and any(there[queue] != seen.get(queue, there[queue]) for queue in wanted):
            raise Changed("Somebody else has changed queues of this user in the meantime. Nothing was stored.")
        # What FreePBX has no more can be taken away all the same.
        if any(mode != UNTOUCHED for mode in wanted.values()) and not desk.inventory.users([user]):
            raise UnknownUser(f"There is no extension {user}.")
        names = desk.inventory.queues()
        for queue, mode in wanted.items():
            if queue not in names and mode != UNTOUCHED:
                raise BadValue(f"There is no queue {queue[:20]}.")
        by = By(desk.clock(), desk.source, desk.actor)
        changed = [queue for queue, mode in wanted.items() if mode != there[queue]]
        events = [changes.of_queue(by, user, queue, there[queue], wanted[queue]) for queue in changed]
        rules_ = [before.get(queue, Rule(user, queue, UNTOUCHED)).turned(wanted[queue]) for queue in changed]
        desk.ledger.save_queue_rules(rules_, events)
        applied = False
        barred: tuple[str, ...] = ()
        in_and_out = [r for r in rules_ if r.mode == LOGIN]
        static = {g.number for g in desk.inventory.groups() if g.kind == "queue" and user in g.members}
        with suppress(AsteriskDown, LedgerDown):
            scene = desk.scene((), (user,), desk.settings())
            applied = desk.carry_out(scene, machine.Decision(), "", (), (user,)).applied
            listed = {key: desk.astdb.get(key) for key in needs(in_and_out)}
            barred = tuple(r.queue for r in in_and_out if r.queue not in static and not may_join(r, listed))
        return Outcome(applied, tuple(r.queue for r in in_and_out if r.queue in static), barred)


def release(desk: HotDesk) -> int:
    """Take back what the rules have done, and keep them, for a time when nobody will carry them out; return how many
    changes that took. The next repair begins anew.

    Raises:
        HotdeskError: the database or Asterisk does not answer.
    """
    with desk.ledger.lock():
        rules_ = desk.ledger.queue_rules()
        if not rules_:
            return 0
        found = plan([r.turned(UNTOUCHED) for r in rules_], (), (), desk.switchboard.queues(), {})
        desk.do(found.effects)
        desk.ledger.save_queue_rules(r._replace(done="", run="") for r in rules_)
        return len(found.effects)
