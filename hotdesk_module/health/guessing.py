"""Says who is locked after wrong PINs at this moment."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.core.lockout import PHONE, is_locked
from hotdesk_module.health.finding import INFO, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import Said, counted, listed, say


def check(known: Known) -> Iterator[Finding]:
    """Look at every lock that is in force."""
    locked = [(kind, subject) for kind, subject, attempts in known.attempts if is_locked(attempts, known.now)]
    if locked:
        yield Finding(
            "locks",
            INFO,
            counted(
                "1 lock is in force after wrong PINs", "%(count)s locks are in force after wrong PINs", len(locked)
            ),
            (say("Now locked: %(who)s.", who=listed([one(kind, subject) for kind, subject in locked])),),
            (
                say(
                    "A lock ends by itself; 'hotdesk locks lift' or the page People ends it at once. The history says"
                    " where the wrong PINs came from."
                ),
            ),
            phones=tuple(subject for kind, subject in locked if kind == PHONE),
            about=tuple(("extension", subject) for kind, subject in locked if kind != PHONE),
        )


def one(kind: str, subject: str) -> Said:
    """Return whose wrong PINs are counted."""
    return say("phone %(number)s", number=subject) if kind == PHONE else say("user %(number)s", number=subject)
