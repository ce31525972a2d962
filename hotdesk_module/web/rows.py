"""What the list of phones shows of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hotdesk_module.compose import Parts
from hotdesk_module.core import expiry
from hotdesk_module.core.expiry import End
from hotdesk_module.core.model import Contact, Device, Phone, Session
from hotdesk_module.core.pool import show_mac
from hotdesk_module.core.settings import parse
from hotdesk_module.times import Dailies
from hotdesk_module.web import activity, work
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.seats import seat_of

FREE, OCCUPIED, DISABLED, GONE = "free", "occupied", "disabled", "gone"
# What may be the matter with a phone besides.
UNREGISTERED, SILENT = "not_registered", "no_emergency_cid"


def states() -> dict[str, tuple[str, str]]:
    """Return what a phone can be: what it is called, and Bootstrap's word for its colour."""
    return {
        FREE: (_("Free"), "success"),
        OCCUPIED: (_("In use"), "primary"),
        DISABLED: (_("Disabled"), "default"),
        GONE: (_("No device"), "danger"),
    }


def marks() -> dict[str, str]:
    """Return what may be the matter with a phone besides."""
    return {UNREGISTERED: _("Not registered"), SILENT: _("No Emergency CID")}


def reasons() -> dict[str, str]:
    """Return why a session ends by itself, in a word or two."""
    return {expiry.IDLE: _("if nobody calls"), expiry.MAX_TIME: _("longest time"), expiry.DAILY: _("every day")}


class Row(NamedTuple):
    """A phone with who sits there.

    Attributes:
        device: None where FreePBX has no such device any more.
        name: of who sits there.
        registered: None: nobody knows.
        contact: where it is registered.
        end: when the session ends by itself, and why; None: never.
        active: when something last happened there; 0: never.
    """

    phone: Phone
    device: Device | None
    transport: str
    session: Session | None
    name: str
    registered: bool | None = None
    contact: Contact | None = None
    end: End | None = None
    active: int = 0

    @property
    def state(self) -> str:
        """Return one of states()."""
        if self.device is None:
            return GONE
        if self.session is not None:
            return OCCUPIED
        return FREE if self.phone.enabled else DISABLED

    @property
    def marks(self) -> tuple[str, ...]:
        """Return those of marks() that are true of it."""
        if self.device is None:
            return ()
        silent = () if self.device.emergency_cid else (SILENT,)
        return (*silent, UNREGISTERED) if self.registered is False else silent

    @property
    def lacks_emergency_cid(self) -> bool:
        """Return whether an emergency call would show somebody else's number."""
        return SILENT in self.marks

    @property
    def address(self) -> str:
        """Return where it is registered."""
        return self.contact.address if self.contact else ""

    @property
    def technology(self) -> str:
        """Return how it talks, e.g. ``pjsip 0.0.0.0-udp``."""
        return f"{self.device.tech} {self.transport}".strip() if self.device else ""

    @property
    def seat(self) -> str:
        """Return by what a form names the session; see seats."""
        return seat_of(self.session) if self.session else ""

    def has(self, text: str) -> bool:
        """Return whether anything that is shown of it contains ``text``."""
        p, s = self.phone, self.session
        shown = (p.device, p.label, p.location, show_mac(p.mac), p.mac, s.user if s else "", self.name, self.address)
        return text.casefold() in "\n".join(shown).casefold()


# What a row has besides the phone, its session and its registration, which cost next to nothing.
DEVICE, TRANSPORT, NAME, END, ACTIVE = "device", "transport", "name", "end", "active"
ALL = frozenset((DEVICE, TRANSPORT, NAME, END, ACTIVE))


def rows(parts: Parts, devices: Iterable[str] | None = None, having: frozenset[str] = ALL) -> list[Row]:
    """Return the phones of the pool, or those among ``devices``.

    Args:
        having: what to read of each; the rest is as if there were none.
    """
    pool = parts.ledger.phones(devices)
    numbers = [p.device for p in pool]
    sessions = {s.phone: s for s in (parts.ledger.sessions() if devices is None else parts.ledger.sessions(numbers))}
    known = {d.id: d for d in parts.inventory.devices(numbers)} if DEVICE in having else {}
    transports = parts.inventory.transports(numbers) if TRANSPORT in having else {}
    users = {s.user for s in sessions.values()} if NAME in having else ()
    names = {u.extension: u.name for u in parts.inventory.users(users)}
    ends = _ends(parts, pool, sessions.values()) if END in having else {}
    latest = activity.latest(None if devices is None else numbers) if ACTIVE in having else {}
    registrations = work.registrations()
    found = []
    for p in pool:
        session = sessions.get(p.device)
        found.append(
            Row(
                p,
                known.get(p.device),
                transports.get(p.device, ""),
                session,
                names.get(session.user, "") if session else "",
                None if registrations is None else p.device in registrations,
                registrations.get(p.device) if registrations else None,
                ends.get(p.device),
                max(latest.get(p.device, 0), session.active if session else 0),
            )
        )
    return found


def _ends(parts: Parts, pool: Iterable[Phone], sessions: Iterable[Session]) -> dict[str, End]:
    current, now = parse(parts.ledger.settings()), parts.clock()
    return expiry.ends(sessions, {p.device: p for p in pool}, current, now, Dailies(work.zone()).next)
