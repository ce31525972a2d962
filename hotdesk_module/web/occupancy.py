"""How the phones of the pool are used: read from the history, reckoned in :mod:`hotdesk_module.core.occupancy`.

What it costs grows with the logins and logouts in the range.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta, tzinfo
from typing import NamedTuple

from sqlalchemy import select

from hotdesk_module import days
from hotdesk_module.core.model import Phone
from hotdesk_module.core.occupancy import Change, Level, Span, levels, spans, together
from hotdesk_module.core.stays import LOGIN, LOGOUT
from hotdesk_module.errors import BadValue
from hotdesk_module.web import work
from hotdesk_module.web.database import db, events, sessions
from hotdesk_module.web.history import begin, moment
from hotdesk_module.web.names import named_phones

TODAY, WEEK, MONTH = "today", "7", "28"
# Days, today included.
RANGES = {TODAY: 1, WEEK: 7, MONTH: 28}
# The daemon that answers has calls to look after as well; who reckons with a whole year exports the history.
LONGEST = 31
# Up to so many days by the hour, beyond by the day.
BY_HOUR = 8


class Wanted(NamedTuple):
    """What to show, as it stands in a query.

    Attributes:
        range: one of RANGES; empty: from ``since`` until ``until``.
        location: of the phones; empty: all.
        since, until: the first and the last day, ``2026-11-03``.
    """

    range: str = WEEK
    location: str = ""
    since: str = ""
    until: str = ""

    def query(self) -> dict[str, object]:
        """Return the fields of a link to this."""
        return {**self._asdict(), "range": "" if self.range == WEEK else self.range}


class Use(NamedTuple):
    """How much a phone was used.

    Attributes:
        phone: None where it is not in the pool any more.
        share: of the time, 0 to 1.
    """

    device: str
    phone: Phone | None
    seconds: int
    logins: int
    share: float


class Group(NamedTuple):
    """The phones of a location together; an empty location is none."""

    location: str
    phones: int
    level: Level


class Occupancy(NamedTuple):
    """What is shown.

    Attributes:
        first, last: days, none before the history begins.
        start, end: of these days.
        stop: the end, or now.
        begins: when the history begins; None: there is none.
        phones: how many are in the pool, at the location.
        unit: ``hour`` or ``day``: what a level of ``levels`` is about.
        week: the average by weekday (from Monday) and hour; None where there was no such hour yet.
        uses: of every phone, the most used first.
    """

    first: date
    last: date
    start: int
    end: int
    stop: int
    begins: int | None
    phones: int
    whole: Level
    unit: str
    levels: tuple[Level, ...]
    week: tuple[tuple[float | None, ...], ...]
    groups: tuple[Group, ...]
    uses: tuple[Use, ...]


def wanted(query: Mapping[str, str]) -> Wanted:
    """Return what a query asks for; days that are given come before a range."""
    since, until, location = (query.get(name, "").strip() for name in ("since", "until", "location"))
    chosen = query.get("range", "")
    return Wanted("" if since or until else chosen if chosen in RANGES else WEEK, location, since, until)


def occupancy(asked: Wanted) -> Occupancy:
    """Return how the phones were used.

    Raises:
        BadValue: the days are none, or too many.
    """
    zone, now = work.zone(), work.parts().clock()
    first, last = _days(asked, days.today(now, zone), zone)
    begins = begin()
    if begins is not None:
        # What was before the history is not known to have been empty.
        first = max(first, min(last, days.today(begins, zone)))
    start, end = days.midnight(first, zone), days.midnight(last + timedelta(1), zone)
    stop = max(start, min(end, now))
    pool = named_phones()
    seated = _seated(stop, now)
    changes = _changes(start, None if stop == now else stop)
    found = spans(changes, seated, start, stop)
    here = [p for p in pool.values() if asked.location in ("", p.location)]
    mine = found if not asked.location else [s for s in found if s.phone in {p.device for p in here}]
    by_hour = levels(mine, days.hours(start, stop, zone))
    whole = together(by_hour) if by_hour else Level(start, stop, 0, 0, start)
    unit = _unit(first, last)
    return Occupancy(
        first,
        last,
        start,
        end,
        stop,
        begins,
        len(here),
        whole,
        unit,
        tuple(_by(unit, by_hour, zone)),
        _week(by_hour, zone),
        tuple(_groups(pool, found, start, stop)),
        tuple(_uses(here, pool if not asked.location else None, mine, changes, start, stop)),
    )


def _days(asked: Wanted, today: date, zone: tzinfo | None) -> tuple[date, date]:
    if asked.range:
        return today - timedelta(RANGES[asked.range] - 1), today
    until = _day("until", asked.until, zone) if asked.until else today
    since = _day("since", asked.since, zone) if asked.since else until - timedelta(RANGES[WEEK] - 1)
    if since > until:
        raise BadValue(f"until: {until} is before {since}.")
    if (until - since).days >= LONGEST:
        raise BadValue(
            f"since: from {since} to {until} is too long; ask for at most {LONGEST} days, or export the history."
        )
    return since, until


def _day(name: str, text: str, zone: tzinfo | None) -> date:
    return days.today(moment(name, text, zone)[0], zone)


def _changes(start: int, stop: int | None) -> list[Change]:
    """Return logins and logouts from ``start`` on, up to and including ``stop``."""
    query = select(events.c.at, events.c.event, events.c.phone).where(
        events.c.at >= start, events.c.event.in_((LOGIN, LOGOUT))
    )
    if stop is not None:
        query = query.where(events.c.at <= stop)
    with db.engine.connect() as connection:
        rows = connection.execute(query.order_by(events.c.at, events.c.id)).all()
    return [(at, event == LOGIN, phone) for at, event, phone in rows]


def _seated(stop: int, now: int) -> dict[str, int]:
    """Return which phones were taken at a time, and since when; 0 where that lies further back."""
    with db.engine.connect() as connection:
        sitting = connection.execute(select(sessions.c.phone, sessions.c.since).where(sessions.c.since < stop))
        seated: dict[str, int] = {phone: since for phone, since in sitting}
    if stop >= now:
        return seated
    # Of a phone at which something happened since, what came first tells: somebody left, or somebody came. Of a
    # take-over both have one time, and the logout comes first. An index leads to it, phone by phone.
    known = select(events.c.phone).distinct().subquery()
    first = (
        select(events.c.event)
        .where(events.c.phone == known.c.phone, events.c.at >= stop, events.c.event.in_((LOGIN, LOGOUT)))
        .order_by(events.c.at, events.c.id)
        .limit(1)
        .scalar_subquery()
    )
    with db.engine.connect() as connection:
        for phone, event in connection.execute(select(known.c.phone, first)):
            if event == LOGOUT:
                seated[phone] = 0
            elif event == LOGIN:
                seated.pop(phone, None)
    return seated


def _unit(first: date, last: date) -> str:
    count = (last - first).days + 1
    return "hour" if count <= BY_HOUR else "day"


def _by(unit: str, by_hour: Sequence[Level], zone: tzinfo | None) -> Iterable[Level]:
    """Join hours to days."""
    if unit == "hour":
        return by_hour
    parts: dict[date, list[Level]] = {}
    for level in by_hour:
        parts.setdefault(days.today(level.start, zone), []).append(level)
    return [together(levels) for levels in parts.values()]


def _week(by_hour: Iterable[Level], zone: tzinfo | None) -> tuple[tuple[float | None, ...], ...]:
    taken = [[0] * 24 for _ in range(7)]
    length = [[0] * 24 for _ in range(7)]
    for level in by_hour:
        at = days.local(level.start, zone)
        taken[at.weekday()][at.hour] += level.taken
        length[at.weekday()][at.hour] += level.stop - level.start
    return tuple(tuple(t / n if n else None for t, n in zip(day, lengths)) for day, lengths in zip(taken, length))


def _groups(pool: Mapping[str, Phone], found: Iterable[Span], start: int, stop: int) -> Iterable[Group]:
    counts: dict[str, int] = {}
    for phone in pool.values():
        counts[phone.location] = counts.get(phone.location, 0) + 1
    theirs: dict[str, list[Span]] = {location: [] for location in counts}
    for span in found:
        if span.phone in pool:
            theirs[pool[span.phone].location].append(span)
    for location in sorted(counts):
        level = levels(theirs[location], (start, stop))[0] if stop > start else Level(start, stop, 0, 0, start)
        yield Group(location, counts[location], level)


def _uses(
    here: Iterable[Phone],
    pool: Mapping[str, Phone] | None,
    found: Iterable[Span],
    changes: Iterable[Change],
    start: int,
    stop: int,
) -> list[Use]:
    """Return how much each phone was used; with a pool also those that are not in it any more."""
    phones: dict[str, Phone | None] = {p.device: p for p in here}
    seconds = dict.fromkeys(phones, 0)
    for span in found:
        seconds[span.phone] = seconds.get(span.phone, 0) + span.stop - span.start
    logins: dict[str, int] = {}
    for at, is_login, phone in changes:
        if is_login and at < stop:
            logins[phone] = logins.get(phone, 0) + 1
    if pool is not None:
        seconds.update({phone: 0 for phone in logins if phone not in seconds})
    length = max(1, stop - start)
    uses = [Use(d, phones.get(d), s, logins.get(d, 0), s / length) for d, s in seconds.items()]
    return sorted(uses, key=lambda u: (-u.seconds, -u.logins, len(u.device), u.device))
