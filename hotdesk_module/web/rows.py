"""What the list of phones shows of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hotdesk_module.compose import Parts
from hotdesk_module.core.model import Device, Phone, Session
from hotdesk_module.core.pool import show_mac

FREE, OCCUPIED, DISABLED, GONE = "free", "occupied", "disabled", "gone"
# State to what it is called, and Bootstrap's word for its colour.
STATES = {
    FREE: ("Free", "success"),
    OCCUPIED: ("In use", "primary"),
    DISABLED: ("Disabled", "default"),
    GONE: ("No device", "danger"),
}


class Row(NamedTuple):
    """A phone with who sits there.

    Attributes:
        device: None where FreePBX has no such device any more.
        name: of who sits there.
    """

    phone: Phone
    device: Device | None
    transport: str
    session: Session | None
    name: str

    @property
    def state(self) -> str:
        """Return one of STATES."""
        if self.device is None:
            return GONE
        if self.session is not None:
            return OCCUPIED
        return FREE if self.phone.enabled else DISABLED

    @property
    def lacks_emergency_cid(self) -> bool:
        """Return whether an emergency call would show somebody else's number."""
        return self.device is not None and not self.device.emergency_cid

    def has(self, text: str) -> bool:
        """Return whether anything that is shown of it contains ``text``."""
        shown = [self.phone.device, self.phone.label, self.phone.location, show_mac(self.phone.mac), self.name]
        shown += [self.session.user] if self.session else []
        return text.casefold() in "\n".join(shown).casefold()


class Wanted(NamedTuple):
    """Which phones to show; empty: any."""

    q: str = ""
    location: str = ""
    state: str = ""

    def fits(self, row: Row) -> bool:
        """Return whether to show a row."""
        return (
            (not self.q or row.has(self.q.strip()))
            and self.location in ("", row.phone.location)
            and self.state in ("", row.state)
        )


def rows(parts: Parts, devices: Iterable[str] | None = None) -> list[Row]:
    """Return the phones of the pool, or those among ``devices``."""
    pool = parts.ledger.phones(devices)
    numbers = [p.device for p in pool]
    known = {d.id: d for d in parts.inventory.devices(numbers)}
    transports = parts.inventory.transports(numbers)
    sessions = {s.phone: s for s in (parts.ledger.sessions() if devices is None else parts.ledger.sessions(numbers))}
    names = {u.extension: u.name for u in parts.inventory.users({s.user for s in sessions.values()})}
    return [
        Row(
            p,
            known.get(p.device),
            transports.get(p.device, ""),
            sessions.get(p.device),
            names.get(sessions[p.device].user, "") if p.device in sessions else "",
        )
        for p in pool
    ]
