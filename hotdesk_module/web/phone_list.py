"""Which phones a list shows, in which order, and which part of them."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Callable, NamedTuple

from hotdesk_module.compose import Parts
from hotdesk_module.web.links import path
from hotdesk_module.web.listing import USUAL, Page, Place, cut, number_key, ordered, place
from hotdesk_module.web.rows import ACTIVE, DEVICE, END, NAME, TRANSPORT, Row, rows

HOME = "/phones"


def _address(row: Row) -> tuple[int, int] | None:
    try:
        found = ip_address(row.address)
    except ValueError:
        return None
    return found.version, int(found)


# What the list can be sorted by; where there is nothing to sort by, None.
COLUMNS: Mapping[str, Callable[[Row], Any]] = {
    "phone": lambda row: number_key(row.phone.device),
    "label": lambda row: row.phone.label.casefold() or None,
    "location": lambda row: row.phone.location.casefold() or None,
    "mac": lambda row: row.phone.mac or None,
    "technology": lambda row: row.technology or None,
    "address": _address,
    "state": lambda row: row.state,
    "user": lambda row: number_key(row.session.user) if row.session else None,
    "since": lambda row: row.session.since if row.session else None,
    "until": lambda row: row.end.at if row.end else None,
    "active": lambda row: row.active or None,
}


# What of a row that needs, where it is more than the phone and its session.
_SORTED_BY = {"state": (DEVICE,), "technology": (DEVICE, TRANSPORT), "until": (END,), "active": (ACTIVE,)}


class Wanted(NamedTuple):
    """Which phones to show, and how; empty: any.

    Attributes:
        state: one of rows.states() or rows.marks().
    """

    q: str = ""
    location: str = ""
    state: str = ""
    sort: str = ""
    page: int = 1
    per: int = USUAL

    def fits(self, row: Row) -> bool:
        """Return whether to show a row."""
        return (
            self.location in ("", row.phone.location)
            and (self.state in ("", row.state) or self.state in row.marks)
            and (not self.q or row.has(self.q.strip()))
        )

    def query(self) -> dict[str, object]:
        """Return the fields of a query for this list, from its first page on."""
        per = "" if self.per == USUAL else self.per
        return {"q": self.q, "location": self.location, "state": self.state, "sort": self.sort, "per": per}

    @property
    def path(self) -> str:
        """Return where this very page of the list is."""
        return path(HOME, **self.query(), page=self.page if self.page > 1 else "")


class Listing(NamedTuple):
    """A part of the list, and what is to be said of all of it."""

    page: Page[Row]
    total: int
    occupied: int
    locations: tuple[str, ...]
    wanted: Wanted


def wanted(query: Mapping[str, str]) -> Wanted:
    """Return what a query asks for; what makes no sense is as if it were not there."""
    sort, page, per = place(query, COLUMNS)
    return Wanted(query.get("q", ""), query.get("location", ""), query.get("state", ""), sort, page, per)


def listing(parts: Parts, asked: Wanted) -> Listing:
    """Return the part that is asked for.

    Of all phones only what they are chosen and sorted by is read; the rest of those that are shown.
    """
    everything = rows(parts, having=_needed(asked))
    found = ordered((row for row in everything if asked.fits(row)), asked.sort, COLUMNS)
    page = cut(found, Place(asked.sort, asked.page, asked.per))
    whole = {row.phone.device: row for row in rows(parts, [row.phone.device for row in page.rows])}
    # One that has left the pool between the two is not there any more.
    shown = [whole[row.phone.device] for row in page.rows if row.phone.device in whole]
    return Listing(
        Page(shown, page.total, page.number, page.per),
        len(everything),
        sum(1 for row in everything if row.session),
        tuple(sorted({row.phone.location for row in everything} - {""}, key=str.casefold)),
        asked._replace(page=page.number),
    )


def _needed(asked: Wanted) -> frozenset[str]:
    """Return what has to be known of every phone."""
    needed = set(_SORTED_BY.get(asked.sort.removeprefix("-"), ()))
    if asked.q:
        needed.add(NAME)
    if asked.state:
        needed.add(DEVICE)
    return frozenset(needed)
