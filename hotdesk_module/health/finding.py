"""What a check found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from hotdesk_module.health.said import Said, joined

OK = "ok"
INFO = "info"
WARNING = "warning"
ERROR = "error"
# The worst first.
LEVELS = (ERROR, WARNING, INFO, OK)

# What can be done about a finding; see :mod:`hotdesk_module.health.cures`.
RECONCILE = "reconcile"
FORGET = "forget"
FORWARDS = "forwards"
FORCE = "force"
REPAIRS = (RECONCILE, FORGET, FORWARDS, FORCE)
# Those that are done only where somebody agrees: they log people out, or undo what may have been meant.
ASKED = (FORWARDS, FORCE)

# Every code there is; ``docs/health.md`` explains each.
CODES = (
    "database",
    "asterisk",
    "projection",
    "other_logins",
    "hints",
    "lamps",
    "queue_members",
    "deleted",
    "leftovers",
    "unsafe_plan",
    "recurring",
    "dialplan",
    "codes",
    "core_codes",
    "pool",
    "no_device",
    "outside_pool",
    "phone_keys",
    "phone_names",
    "orphans",
    "emergency_cid",
    "emergency_routes",
    "no_answer",
    "queues",
    "ring_groups",
    "follow_me",
    "queue_rules",
    "forwards",
    "registrations",
    "message_lamps",
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


class Finding(NamedTuple):
    """What a check found.

    Attributes:
        code: stable name of what was looked at; one of CODES.
        level: ``ok``, ``info``, ``warning`` or ``error``.
        heading: what is so, in a line.
        means: what comes of it.
        do: what an administrator does about it. Whatever is not ``ok`` has this, or a repair, or both.
        repair: what ``hotdesk doctor --fix`` and the panel do about it, see :mod:`hotdesk_module.health.cures`; or
            empty.
        phones: those it is about.
        about: what else it is about: (kind, number), a kind being one of a :class:`~hotdesk_module.core.model.Group`,
            ``extension`` or ``route``.
    """

    code: str
    level: str
    heading: Said
    means: tuple[Said, ...] = ()
    do: tuple[Said, ...] = ()
    repair: str = ""
    phones: tuple[str, ...] = ()
    about: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Return the heading in English."""
        return str(self.heading)

    @property
    def text(self) -> str:
        """Return in English what it means and what to do."""
        return joined((*self.means, *self.do))

    @property
    def repairable(self) -> bool:
        """Return whether there is a repair that nobody has to be asked about."""
        return bool(self.repair) and self.repair not in ASKED


def data(finding: Finding) -> dict[str, Any]:
    """Return a finding for a program."""
    return {
        "code": finding.code,
        "level": finding.level,
        "title": finding.title,
        "text": finding.text,
        "repairable": finding.repairable,
        "repair": finding.repair,
        "phones": list(finding.phones),
        "about": [{"kind": kind, "number": number} for kind, number in finding.about],
    }


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order in which they want attention."""
    return tuple(sorted(findings, key=lambda f: LEVELS.index(f.level)))
