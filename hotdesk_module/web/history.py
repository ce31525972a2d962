"""The history as the panel reads it: narrowed, cut into pages and counted by the database.

It may have a hundred thousand rows and more, so that no statement reads more of them than it has to; and none asks for
what FreePBX 16's MariaDB 5.5 does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Engine, and_, func, or_, select
from sqlalchemy.engine import Row

from hotdesk_module import days
from hotdesk_module.core.model import Event
from hotdesk_module.errors import BadValue
from hotdesk_module.web.database import db, events
from hotdesk_module.web.listing import USUAL, Page, number_key, place

_at, _id = events.c.at, events.c.id
_COLUMNS = tuple(
    events.c[name] for name in ("at", "event", "phone", "user", "source", "actor", "code", "detail", "applied", "id")
)
# So many phones or users are offered to choose from; of more one types the number.
OFFERED = 500
# Rows that are read at a time for a file.
CHUNK = 5000
# To find a row that fits by the index on the time costs about so many times what it costs in a look at all of them.
DEAR = 6

# What can be asked for, in the words of an administrator, and what it is in the table.
WHATS: Mapping[str, ColumnElement[bool]] = {
    "login": events.c.event == "login",
    "logout": events.c.event == "logout",
    "replaced": and_(events.c.event == "logout", events.c.code.in_(("replaced", "owner"))),
    "moved": and_(events.c.event == "logout", events.c.code == "moved"),
    "expired": and_(events.c.event == "logout", events.c.source == "timer"),
    "refused": events.c.event == "refused",
    "repair": events.c.event == "repair",
    "lock": events.c.event == "lock",
    "unlock": events.c.event == "unlock",
    "emergency": events.c.event == "emergency",
    "pool": events.c.event == "pool",
    "pin": events.c.event == "pin",
    "queue": events.c.event == "queue",
    "settings": events.c.event == "settings",
}
SOURCES = ("phone", "panel", "cli", "timer", "repair")


class Wanted(NamedTuple):
    """Which part of the history to show, as it stands in a query; empty: any.

    Attributes:
        what: one of WHATS.
        source: one of SOURCES.
        since, until: in the PBX's zone, as :func:`hotdesk_module.days.span` takes them; both are inclusive.
    """

    phone: str = ""
    user: str = ""
    what: str = ""
    source: str = ""
    since: str = ""
    until: str = ""
    page: int = 1
    per: int = USUAL

    def query(self) -> dict[str, object]:
        """Return the fields of a link to this."""
        usual = Wanted()
        return {name: "" if value == getattr(usual, name) else value for name, value in self._asdict().items()}

    @property
    def narrowed(self) -> bool:
        """Return whether anything is left out."""
        return any(self[:6])


def wanted(query: Mapping[str, str]) -> Wanted:
    """Return what a query asks for."""
    at = place(query, ())
    phone, user, what, source, since, until = (query.get(name, "").strip() for name in Wanted._fields[:6])
    return Wanted(phone, user, what, source, since, until, at.page, at.per)


class Narrowed(NamedTuple):
    """What a row has to fulfil.

    Attributes:
        indexed: that an index leads to in the order of the time.
        others: all else.
    """

    indexed: tuple[ColumnElement[bool], ...]
    others: tuple[ColumnElement[bool], ...]


def narrow(asked: Wanted, zone: tzinfo | None) -> Narrowed:
    """Return the conditions that a wish comes down to.

    Raises:
        BadValue: a time is none, or there is no such kind or source.
    """
    numbers = ((events.c.phone, asked.phone), (events.c.user, asked.user))
    indexed = [column == number for column, number in numbers if number]
    if asked.since:
        indexed.append(_at >= moment("since", asked.since, zone)[0])
    if asked.until:
        indexed.append(_at <= moment("until", asked.until, zone)[1])
    others: list[ColumnElement[bool]] = []
    if asked.what:
        if asked.what not in WHATS:
            raise BadValue(f"what: '{asked.what[:40]}' is none of: {', '.join(WHATS)}.")
        others.append(WHATS[asked.what])
    if asked.source:
        if asked.source not in SOURCES:
            raise BadValue(f"source: '{asked.source[:40]}' is none of: {', '.join(SOURCES)}.")
        others.append(events.c.source == asked.source)
    return Narrowed(tuple(indexed), tuple(others))


def moment(name: str, text: str, zone: tzinfo | None) -> tuple[int, int]:
    """Return the first and the last second that a field means.

    Raises:
        BadValue: it is no time.
    """
    try:
        return days.span(text, zone)
    except ValueError:
        raise BadValue(
            f"{name}: '{text[:40]}' is not a time; write 2026-11-03 or 2026-11-03 14:32, in the PBX's zone."
        ) from None


def page(asked: Wanted, zone: tzinfo | None) -> Page[Event]:
    """Return a page of the history, the newest first; beyond its end the last one.

    Raises:
        BadValue: see :func:`narrow`.
    """
    conditions = narrow(asked, zone)
    every = (*conditions.indexed, *conditions.others)
    with db.engine.connect() as connection:
        total = connection.execute(select(func.count()).select_from(events).where(*every)).scalar_one()
        number = min(asked.page, max(1, -(-total // asked.per)))
        first = (number - 1) * asked.per
        size = min(asked.per, total - first)
        if size <= 0:
            return Page((), total, number, asked.per)
        # From whichever end is nearer.
        behind = total - first - size
        backwards = behind < first
        skipped = behind if backwards else first
        # Where few rows fit, to walk along the index until there are enough costs more than to sort those few.
        by_index = not conditions.others or (skipped + size) * DEAR < total
        at = _at if by_index else _at + 0
        order = (at, _id) if backwards else (at.desc(), _id.desc())
        # The index alone tells which rows they are; only these are read.
        few = select(_id.label("few")).where(*every).order_by(*order).limit(size).offset(skipped).subquery()
        rows = connection.execute(select(*_COLUMNS).join(few, few.c.few == _id).order_by(_at.desc(), _id.desc())).all()
    return Page([_event(row) for row in rows], total, number, asked.per)


def numbers(column: Column[str]) -> tuple[str, ...]:
    """Return the phones or the users that the history has, by number; none where they are too many to choose from."""
    query = select(column).where(column != "").group_by(column).limit(OFFERED + 1)
    with db.engine.connect() as connection:
        found = connection.execute(query).scalars().all()
    return tuple(sorted(found, key=number_key)) if len(found) <= OFFERED else ()


def begin() -> int | None:
    """Return when the oldest event was; None where there is none."""
    with db.engine.connect() as connection:
        found: int | None = connection.execute(select(func.min(_at))).scalar_one()
    return found


def chunks(asked: Wanted, zone: tzinfo | None) -> Iterator[list[Event]]:
    """Return all that is asked for, the newest first, some thousands at a time; nothing is kept open in between.

    Raises:
        BadValue: see :func:`narrow`; at once, not with the first chunk.
    """
    conditions = narrow(asked, zone)
    return _chunks(db.engine, (*conditions.indexed, *conditions.others))


def _chunks(engine: Engine, conditions: tuple[ColumnElement[bool], ...]) -> Iterator[list[Event]]:
    query = select(*_COLUMNS).where(*conditions).order_by(_at.desc(), _id.desc()).limit(CHUNK)
    further = query
    while True:
        with engine.connect() as connection:
            found = [_event(row) for row in connection.execute(further)]
        yield found
        if len(found) < CHUNK:
            return
        last = found[-1]
        further = query.where(_at <= last.at, or_(_at < last.at, _id < last.id))


def _event(row: Row[Any]) -> Event:
    at, event, phone, user, source, actor, code, detail, applied, number = row
    return Event(at, event, phone, user, source, actor, code, detail, bool(applied), None, number)
