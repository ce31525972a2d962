"""Who sat at a phone then, and where a user was then."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from hotdesk_module.core.policy import check_extension
from hotdesk_module.core.pool import check
from hotdesk_module.core.stays import LOGIN, LOGOUT, Around, Mark, Stay, around, stays
from hotdesk_module.errors import BadValue
from hotdesk_module.web import work
from hotdesk_module.web.database import db, events
from hotdesk_module.web.history import begin, moment

_COLUMNS = tuple(events.c[name] for name in Mark._fields)
# So many logins and logouts before and after are enough to know who sat there; a user may sit at several phones.
NEAR = 100


class Whereabouts(NamedTuple):
    """The answer.

    Attributes:
        phone, user: what was asked about; one of them is empty.
        first, last: the seconds that were asked about, both inclusive.
        begins: since when there is a history; None: there is none.
        labels, names: of the phones and users of the answer, by number.
    """

    phone: str
    user: str
    first: int
    last: int
    around: Around
    begins: int | None
    labels: dict[str, str]
    names: dict[str, str]

    @property
    def is_known(self) -> bool:
        """Return whether there was a history then, or an answer nevertheless."""
        return bool(self.around.then) or (self.begins is not None and self.last >= self.begins)


def whereabouts(phone: str, user: str, at: str) -> Whereabouts:
    """Return who sat at a phone, or where a user sat, at a time of the PBX's zone.

    Args:
        phone, user: one of them; the other one is empty.

    Raises:
        BadValue, BadExtension: what was given is no phone, user or time; or none, or both.
    """
    if bool(phone) == bool(user):
        raise BadValue("Give a phone or a user.")
    if not at:
        raise BadValue("Give a time.")
    if phone:
        check("device", phone)
    else:
        check_extension(user)
    first, last = moment("at", at, work.zone())
    marks = _marks(events.c.phone == phone if phone else events.c.user == user, first)
    ledger = work.parts().ledger
    present = ledger.sessions([phone]) if phone else ledger.sessions(None, [user])
    found = around(stays(marks, present), first, last)
    named = [s for s in (*found.then, found.before, found.after) if s is not None]
    return Whereabouts(phone, user, first, last, found, begin(), *_named(phone, user, named))


def _marks(whose: ColumnElement[bool], at: int) -> list[Mark]:
    time, number = events.c.at, events.c.id
    query = select(*_COLUMNS).where(whose, events.c.event.in_((LOGIN, LOGOUT))).limit(NEAR)
    with db.engine.connect() as connection:
        before = connection.execute(query.where(time <= at).order_by(time.desc(), number.desc())).all()
        after = connection.execute(query.where(time > at).order_by(time, number)).all()
    return [Mark(*row) for row in (*reversed(before), *after)]


def _named(phone: str, user: str, found: list[Stay]) -> tuple[dict[str, str], dict[str, str]]:
    phones = {s.phone for s in found} | {phone} - {""}
    users = {s.user for s in found} | {user} - {""}
    at = work.parts()
    return (
        {p.device: p.label for p in at.ledger.phones(phones)},
        {u.extension: u.name for u in at.inventory.users(users)},
    )
