"""What the checks look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, NamedTuple

from hotdesk_module.core.model import FeatureCode, Phone, Session, World
from hotdesk_module.ports import AstDbTree, Clock, Inventory, Ledger, Switchboard


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
    """Everything at hand; nothing of it is touched before it is looked at."""

    ledger: Ledger
    inventory: Inventory
    asterisk: Callable[[], tuple[AstDbTree, Switchboard]]
    clock: Clock
    machine: Machine


class Known(NamedTuple):
    """What the database says, read once.

    Attributes:
        world: FreePBX's devices and users, as far as the pool is concerned.
        destinations: where unanswered calls go, of those owners of phones that have a destination.
        weak_pins: the users who had an easily guessed PIN at their last login.
    """

    phones: tuple[Phone, ...]
    sessions: tuple[Session, ...]
    world: World
    destinations: Mapping[str, str]
    features: tuple[FeatureCode, ...]
    weak_pins: tuple[str, ...]


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
        at.inventory.no_answer_destinations(owners),
        at.inventory.feature_codes(),
        tuple(u.extension for u in at.inventory.users(at.ledger.weak_pins())),
    )
