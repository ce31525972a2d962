"""Says who is locked after wrong PINs at this moment."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.core.policy import is_locked
from hotdesk_module.health.finding import INFO, NAMED, Finding
from hotdesk_module.health.installation import Known


def check(known: Known) -> Iterator[Finding]:
    """Look at every lock that is in force."""
    locked = [(kind, subject) for kind, subject, attempts in known.attempts if is_locked(attempts, known.now)]
    if locked:
        shown = ", ".join(f"{kind} {subject}" for kind, subject in locked[:NAMED])
        more = f" and {len(locked) - NAMED} more" if len(locked) > NAMED else ""
        count = f"{len(locked)} locks are" if len(locked) > 1 else "1 lock is"
        yield Finding(
            "locks",
            INFO,
            f"{count} in force after wrong PINs",
            f"Now locked: {shown}{more}. A lock ends by itself; 'hotdesk locks lift' ends it at once.",
            phones=tuple(subject for kind, subject in locked if kind == "phone"),
            about=tuple(("extension", subject) for kind, subject in locked if kind == "user"),
        )
