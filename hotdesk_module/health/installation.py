"""What the checks look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, NamedTuple

from hotdesk_module import webhooks
from hotdesk_module.core import drift
from hotdesk_module.core.lockout import USER, Attempts
from hotdesk_module.core.model import Contact, Event, FeatureCode, Group, Phone, Route, Session, World
from hotdesk_module.core.queues import Rule
from hotdesk_module.health.finding import Finding
from hotdesk_module.ports import AstDbTree, Clock, HistoryFilter, Inventory, Ledger, Switchboard
from hotdesk_module.webhooks import State


class Machine(NamedTuple):
    """What is true of the machine, whatever the database says.

    Attributes:
        python: the version that runs this, and where it is.
        packages: name to version; None where it is missing.
        daemon: whether it runs; None where we may not look.
    """

    python: str
    packages: Mapping[str, str | None]
    daemon: bool | None


class Installation(NamedTuple):
    """Everything at hand; nothing of it is touched before it is looked at.

    Attributes:
        registrations: the contact of each device that is registered, where somebody has it; else Asterisk is asked.
        compared: what comparing Asterisk with the ledger has found, where that was done a moment ago; else it is done.
    """

    ledger: Ledger
    inventory: Inventory
    asterisk: Callable[[], tuple[AstDbTree, Switchboard]]
    clock: Clock
    machine: Machine
    registrations: Callable[[], Mapping[str, Contact] | None] | None = None
    compared: tuple[Finding, ...] | None = None


class Known(NamedTuple):
    """What the database says, read once.

    Attributes:
        world: FreePBX's devices, as far as the pool is concerned, and the users who own a phone or of whom a PIN or
            wrong PINs are noted, or for whom there is a rule of a queue.
        destinations: where unanswered calls go, of those owners of phones that have a destination and no mailbox.
        weak_pins: who had an easily guessed PIN at the last login.
        webhook: how it takes what it is told.
        groups: queues without their dynamic members, ring groups, follow-me lists.
        queues: FreePBX's queues, number to name.
        rules: what queues are to people.
        routes: the outbound routes, in their order.
        attempts: (kind, subject, wrong PINs).
        repairs: those of the last hour, the latest first.
        freepbx: its version, or empty.
        zone: FreePBX's, or empty.
        now, database_now: what time it is by our clock, and by the database's.
        latest: the time of the latest line of the history; 0 where there is none.
    """

    phones: tuple[Phone, ...]
    sessions: tuple[Session, ...]
    world: World
    destinations: Mapping[str, str]
    features: tuple[FeatureCode, ...]
    weak_pins: frozenset[str]
    webhook: State
    groups: tuple[Group, ...]
    queues: Mapping[str, str]
    rules: tuple[Rule, ...]
    routes: tuple[Route, ...]
    attempts: tuple[tuple[str, str, Attempts], ...]
    repairs: tuple[Event, ...]
    freepbx: str
    zone: str
    now: int
    database_now: int
    latest: int


def read(at: Installation) -> Known:
    """Return what the database says.

    Raises:
        LedgerDown: it does not answer.
    """
    ledger, inventory, now = at.ledger, at.inventory, at.clock()
    phones, sessions, attempts = ledger.phones(), ledger.sessions(), ledger.all_attempts()
    flags = inventory.flags()
    devices = {d.id: d for d in inventory.devices(p.device for p in phones)}
    world = World(devices, {}, flags.dnd_in_hints, flags.device_and_user)
    owners = {world.owner(p.device) for p in phones}
    weak = frozenset(ledger.weak_pins())
    rules = ledger.queue_rules()
    attempted = (subject for kind, subject, _ in attempts if kind == USER)
    users = {
        u.extension: u for u in inventory.users({*owners, *ledger.pins(), *weak, *attempted, *(r.user for r in rules)})
    }
    return Known(
        phones,
        sessions,
        world._replace(users=users),
        inventory.no_answer_destinations(o for o in owners if o in users and not users[o].mailbox),
        inventory.feature_codes(),
        weak,
        webhooks.state(ledger),
        inventory.groups(),
        inventory.queues(),
        rules,
        inventory.routes(),
        attempts,
        ledger.events(HistoryFilter(event="repair", since=now - drift.SINCE)),
        inventory.version(),
        inventory.zone(),
        now,
        inventory.now(),
        max((e.at for e in ledger.events(HistoryFilter(limit=1))), default=0),
    )
