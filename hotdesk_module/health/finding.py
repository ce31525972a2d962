"""What a check found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

OK = "ok"
INFO = "info"
WARNING = "warning"
ERROR = "error"
# The worst first.
LEVELS = (ERROR, WARNING, INFO, OK)

# Every code there is; ``docs/cli.md`` explains each.
CODES = (
    "database",
    "asterisk",
    "projection",
    "unsafe_plan",
    "dialplan",
    "codes",
    "core_codes",
    "pool",
    "no_device",
    "emergency_cid",
    "no_answer",
    "queues",
    "ring_groups",
    "follow_me",
    "forwards",
    "registrations",
    "locks",
    "weak_pins",
    "webhook",
    "clock",
    "zone",
    "freepbx_version",
    "asterisk_version",
    "daemon",
    "python",
    "packages",
)

# So many phones a sentence names.
NAMED = 10


class Finding(NamedTuple):
    """What a check found.

    Attributes:
        code: stable name of what was looked at; one of CODES.
        level: ``ok``, ``info``, ``warning`` or ``error``.
        title: what is so, in a line.
        text: what it means and what to do.
        repairable: reconcile puts it right.
        phones: those it is about.
        about: what else it is about: (kind, number), a kind being one of a :class:`~hotdesk_module.core.model.Group` or
            ``extension``.
    """

    code: str
    level: str
    title: str
    text: str = ""
    repairable: bool = False
    phones: tuple[str, ...] = ()
    about: tuple[tuple[str, str], ...] = ()


def data(finding: Finding) -> dict[str, Any]:
    """Return a finding for a program."""
    about = [{"kind": kind, "number": number} for kind, number in finding.about]
    return {**finding._asdict(), "about": about}


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order in which they want attention."""
    return tuple(sorted(findings, key=lambda f: LEVELS.index(f.level)))


def named(numbers: Iterable[str], word: str = "Phone") -> str:
    """Return ``Phone 200`` or ``Phones 200, 201 and 3 more``."""
    numbers = tuple(numbers)
    shown = ", ".join(numbers[:NAMED]) + (f" and {len(numbers) - NAMED} more" if len(numbers) > NAMED else "")
    return f"{word if len(numbers) == 1 else f'{word}s'} {shown}"
