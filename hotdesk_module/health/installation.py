"""What the checks look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, NamedTuple

from hotdesk_module import webhooks
from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.model import Contact, FeatureCode, Group, Phone, Session, World
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
    compared: Finding | None = None


class Known(NamedTuple):
    """What the database says, read once.

    Attributes:
        world: FreePBX's devices and users, as far as the pool is concerned.
        destinations: where unanswered calls go, of those owners of phones that have a destination and no mailbox.
        weak_pins: the users who had an easily guessed PIN at their last login.
        webhook: how it takes what it is told.
        groups: queues without their dynamic members, ring groups, follow-me lists.
        attempts: (kind, subject, wrong PINs).
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
    weak_pins: tuple[str, ...]
    webhook: State
    groups: tuple[Group, ...]
    attempts: tuple[tuple[str, str, Attempts], ...]
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
    phones = at.ledger.phones()
    flags = at.inventory.flags()
    devices = {d.id: d for d in at.inventory.devices(p.device for p in phones)}
    world = World(devices, {}, flags.dnd_in_hints, flags.device_and_user)
    owners = {world.owner(p.device) for p in phones}
    users = {u.extension: u for u in at.inventory.users(owners)}
    return Known(
        phones,
        at.ledger.sessions(),
        world._replace(users=users),
        at.inventory.no_answer_destinations(u.extension for u in users.values() if not u.mailbox),
        at.inventory.feature_codes(),
        tuple(u.extension for u in at.inventory.users(at.ledger.weak_pins())),
        webhooks.state(at.ledger),
        at.inventory.groups(),
        at.ledger.all_attempts(),
        at.inventory.version(),
        at.inventory.zone(),
        at.clock(),
        at.inventory.now(),
        max((e.at for e in at.ledger.events(HistoryFilter(limit=1))), default=0),
    )
