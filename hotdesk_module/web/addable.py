"""FreePBX's devices that can join the pool."""

from __future__ import annotations

from typing import NamedTuple

from hotdesk_module.core import pool_rules
from hotdesk_module.core.pool import label_from
from hotdesk_module.web import work
from hotdesk_module.web.listing import number_key


class Candidate(NamedTuple):
    """A device that can join the pool.

    Attributes:
        has_cid: whether an emergency call shows where it stands.
    """

    number: str
    description: str
    has_cid: bool


def addable() -> list[Candidate]:
    """Return FreePBX's SIP devices outside the pool, by number."""
    taken = {p.device for p in work.parts().ledger.phones()}
    devices = [d for d in work.parts().inventory.devices() if d.tech in pool_rules.SIP and d.id not in taken]
    devices.sort(key=lambda d: number_key(d.id))
    return [Candidate(d.id, label_from(d.description), bool(d.emergency_cid)) for d in devices]


def fitting(candidates: list[Candidate], q: str) -> list[Candidate]:
    """Return those whose number or description contains a text."""
    return [c for c in candidates if q.casefold() in f"{c.number}\n{c.description}".casefold()]
