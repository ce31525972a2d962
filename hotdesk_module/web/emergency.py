"""The emergency dry run of the panel: which part of it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hotdesk_module.core.pool import check
from hotdesk_module.core.routes import is_number
from hotdesk_module.errors import BadValue
from hotdesk_module.health import dry_run
from hotdesk_module.health.dry_run import DryRun
from hotdesk_module.web import work
from hotdesk_module.web.listing import USUAL, place

HOME = "/health/emergency"
# What is written for "only where something is missing".
ONLY = "yes"


class Wanted(NamedTuple):
    """Which part of the dry run to show; empty: all of it.

    Attributes:
        number: what is dialled; empty: one number for each dial pattern of the emergency routes.
        missing: ONLY for phones where something is missing.
    """

    phone: str = ""
    number: str = ""
    missing: str = ""
    page: int = 1
    per: int = USUAL

    def query(self) -> dict[str, object]:
        """Return the fields of a query for this, from its first page on."""
        per = "" if self.per == USUAL else self.per
        return {"phone": self.phone, "number": self.number, "missing": self.missing, "per": per}


def wanted(query: Mapping[str, str]) -> Wanted:
    """Return what a query asks for."""
    at = place(query, ())
    phone, number = (query.get(name, "").strip() for name in ("phone", "number"))
    return Wanted(phone, number, ONLY if query.get("missing") == ONLY else "", at.page, at.per)


def run(asked: Wanted) -> DryRun:
    """Reckon.

    Raises:
        BadValue: that is no number, or no phone.
        NotInPool, LedgerDown, AsteriskDown: see :func:`hotdesk_module.health.dry_run.dry_run`.
    """
    if asked.number and not (is_number(asked.number) and len(asked.number) <= _LONGEST):
        raise BadValue(f"number: '{asked.number[:_LONGEST]}' is not a number to dial.")
    phones = [check("device", asked.phone)] if asked.phone else None
    at = work.parts()
    astdb, _ = at.asterisk()
    found = dry_run.dry_run(at.ledger, at.inventory, astdb, phones, [asked.number] if asked.number else ())
    return found._replace(lines=tuple(x for x in found.lines if not x.right)) if asked.missing else found


_LONGEST = 40
