"""Examines the installation for the page Health: at once, for what takes long was done by the daemon a moment ago."""

from __future__ import annotations

from typing import Callable, NamedTuple

from hotdesk_module.health.examine import examine
from hotdesk_module.health.finding import OK, Finding
from hotdesk_module.health.installation import Installation, Machine
from hotdesk_module.health.projection import CODES, Comparisons
from hotdesk_module.web import work

# Seconds for which a comparison counts; the daemon makes one every minute.
FRESH = 120


class Examined(NamedTuple):
    """What was found.

    Attributes:
        at: when.
        compared: when Asterisk was compared with who is logged in; None where it could not be.
    """

    findings: tuple[Finding, ...]
    at: int
    compared: int | None


class Checkup:
    """Examines for the request that is being answered.

    Args:
        machine: what is true of the machine.
        comparisons: what the daemon's repairs have found.
    """

    def __init__(self, machine: Callable[[], Machine], comparisons: Comparisons) -> None:
        self._machine = machine
        self._comparisons = comparisons

    def examine(self) -> Examined:
        """Return what is wrong with this installation."""
        at = work.parts()
        now = at.clock()
        last = self._comparisons.last(now - FRESH)
        found = examine(
            Installation(
                at.ledger,
                at.inventory,
                at.asterisk,
                at.clock,
                self._machine(),
                work.registrations,
                last.findings if last else None,
            )
        )
        compared = tuple(f for f in found if f.code in CODES)
        if not compared:
            return Examined(found, now, None)
        if last is None:
            # A difference is looked for again each time, until it is gone.
            self._comparisons.forget()
            if all(f.level == OK for f in compared):
                self._comparisons.note(compared, now)
        return Examined(found, now, last.at if last else now)

    def changed(self) -> None:
        """Note that what was compared may not be so any more: whoever looks next compares anew."""
        self._comparisons.forget()
