"""Which people a list shows, in which order, and which part of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hotdesk_module.compose import Parts
from hotdesk_module.web.links import path
from hotdesk_module.web.listing import USUAL, Key, number_key, ordered, place
from hotdesk_module.web.people import STATES, Person, ends, last_logins

HOME = "/people"

COLUMNS: dict[str, Key] = {
    "extension": lambda p: number_key(p.extension),
    "name": lambda p: p.name.casefold() or None,
    "kind": lambda p: p.kind,
    "pin": lambda p: p.pin,
    "phone": lambda p: number_key(p.seats[0].phone.device) if p.seats else None,
    "since": lambda p: p.since,
    "lock": lambda p: (p.lock.locked_until, p.lock.failures) if p.lock else None,
}
# What is looked up for those who are shown, and for all only where the list is sorted by it.
LAST, UNTIL = "last", "until"


class Wanted(NamedTuple):
    """Which people to show, and in what order; see :class:`hotdesk_module.web.listing.Place`."""

    q: str = ""
    state: str = ""
    sort: str = ""
    page: int = 1
    per: int = USUAL

    def query(self) -> dict[str, object]:
        """Return the fields of a query for this list, from its first page on."""
        return {"q": self.q, "state": self.state, "sort": self.sort, "per": "" if self.per == USUAL else self.per}

    @property
    def path(self) -> str:
        """Return where this very page of the list is."""
        return path(HOME, **self.query(), page=self.page if self.page > 1 else "")


def wanted(query: Mapping[str, str]) -> Wanted:
    """Return what a query asks for; what makes no sense is as if it were not there."""
    asked = place(query, (*COLUMNS, LAST, UNTIL))
    state = query.get("state", "")
    return Wanted(query.get("q", "").strip(), state if state in STATES else "", asked.sort, asked.page, asked.per)


def chosen(parts: Parts, everybody: Iterable[Person], asked: Wanted) -> list[Person]:
    """Return whom a list shows, in its order."""
    fitting = [p for p in everybody if p.is_(asked.state) and (not asked.q or p.has(asked.q))]
    column = asked.sort.removeprefix("-")
    if column == LAST:
        latest = last_logins()
        return ordered(fitting, asked.sort, {LAST: lambda p: latest.get(p.extension)})
    if column == UNTIL:
        until = ends(parts, fitting)
        return ordered(fitting, asked.sort, {UNTIL: lambda p: _first(until[d].at for d in _phones(p) if d in until)})
    return ordered(fitting, asked.sort, COLUMNS)


def _phones(person: Person) -> list[str]:
    return [s.phone.device for s in person.seats]


def _first(times: Iterable[int]) -> int | None:
    return min(times, default=None)
