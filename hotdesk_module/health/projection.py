"""Compares Asterisk with the ledger.

With thousands of phones this takes a good part of a second, so the answer is kept: the daemon's repair, once a minute,
gives it for nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from hotdesk_module.core import effects
from hotdesk_module.errors import UnsafePlan
from hotdesk_module.health.finding import ERROR, NAMED, OK, WARNING, Finding
from hotdesk_module.service import HotDesk, Repair


class Comparison(NamedTuple):
    """What a comparison found, and when."""

    finding: Finding
    at: int


class Comparisons:
    """Remembers the last comparison, for all threads: it is replaced as a whole."""

    def __init__(self) -> None:
        self._last: Comparison | None = None

    def note(self, finding: Finding, at: int) -> None:
        """Remember what was found."""
        self._last = Comparison(finding, at)

    def forget(self) -> None:
        """Remember nothing: something has changed, or nobody could look."""
        self._last = None

    def last(self, since: int) -> Comparison | None:
        """Return the last comparison where it is not older than ``since``."""
        last = self._last
        return last if last is not None and last.at >= since else None


def compare(desk: HotDesk) -> Finding:
    """Look now; nothing is changed.

    Raises:
        HotdeskError: the database or Asterisk does not answer.
    """
    try:
        return differs(desk.reconcile(dry_run=True))
    except UnsafePlan as error:
        return unsafe(error)


def in_line() -> Finding:
    """Return what is to be said where nothing differs."""
    return Finding("projection", OK, "Asterisk is in line with who is logged in")


def unsafe(error: UnsafePlan) -> Finding:
    """Return what is to be said where a repair waits for somebody to decide."""
    return Finding("unsafe_plan", ERROR, "A repair would log out many users for no recorded reason", error.message)


def differs(found: Repair) -> Finding:
    """Return what is to be said of a comparison."""
    count = len(found.effects) + len(found.ended)
    if not count:
        return in_line()
    names = [f"{e.session.user} at {e.session.phone}" for e in found.ended] + [effects.name(e) for e in found.effects]
    shown = ", ".join(names[:NAMED]) + (f" and {count - NAMED} more" if count > NAMED else "")
    return Finding(
        "projection",
        WARNING,
        f"Asterisk differs from who is logged in, in {count} {'thing' if count == 1 else 'things'}",
        f"{shown}. Repair puts it right; the daemon does so by itself within a minute.",
        repairable=True,
    )
