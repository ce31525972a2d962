"""The adapters of the request that is being answered; they are let go of with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Callable

from flask import Flask, g

from hotdesk_module import times
from hotdesk_module.administration import Pool
from hotdesk_module.compose import Parts
from hotdesk_module.core.model import Contact
from hotdesk_module.errors import HotdeskError
from hotdesk_module.ports import Inventory
from hotdesk_module.service import HotDesk
from hotdesk_module.web.gate import identity

# What the history calls us.
SOURCE = "panel"


def connect(
    app: Flask, compose: Callable[[], Parts], registrations: Callable[[], Mapping[str, Contact] | None]
) -> None:
    """Give every request adapters of its own, made when they are first needed, and one picture of registrations."""

    @app.before_request
    def prepare() -> None:
        g.compose = compose
        g.registrations = registrations()

    @app.teardown_request
    def let_go(error: BaseException | None) -> None:
        if "parts" in g:
            # A file that is sent row by row lives longer than its request, which ends twice.
            g.pop("parts").close()


def parts() -> Parts:
    """Return the adapters."""
    if "parts" not in g:
        g.parts = g.compose()
    found = g.parts
    assert isinstance(found, Parts)
    return found


def registrations() -> Mapping[str, Contact] | None:
    """Return the contact of each device that is registered; None: nobody knows."""
    found: Mapping[str, Contact] | None = g.registrations
    return found


def desk() -> HotDesk:
    """Return the service; the administrator who asks is the one who acts."""
    if "desk" not in g:
        astdb, switchboard = parts().asterisk()
        at = parts()
        g.desk = HotDesk(at.ledger, at.inventory, astdb, switchboard, at.clock, SOURCE, identity().user)
    found = g.desk
    assert isinstance(found, HotDesk)
    return found


def pool() -> Pool:
    """Return the phones of the pool."""
    return Pool(parts().ledger, parts().inventory, desk())


def zone() -> tzinfo | None:
    """Return the PBX's time zone; None, the machine's, where FreePBX has none or one that nobody knows."""
    if "zone" not in g:
        g.zone = _zone(parts().inventory)
    found: tzinfo | None = g.zone
    return found


def _zone(inventory: Inventory) -> tzinfo | None:
    try:
        return times.zone(inventory.zone())
    except HotdeskError:
        return None
