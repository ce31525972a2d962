"""What is left in our tables of extensions that FreePBX no longer has: PINs, notes of weak PINs, wrong PINs, locks,
and what queues were to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hotdesk_module.core.lockout import USER, Attempts
from hotdesk_module.health.finding import FORGET, WARNING, Finding
from hotdesk_module.health.said import Said, listed, say, users
from hotdesk_module.ports import AstDb, Ledger


class Orphans(NamedTuple):
    """Extensions that FreePBX no longer has, by what is left of them."""

    pins: tuple[str, ...] = ()
    weak_pins: tuple[str, ...] = ()
    attempts: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()

    @property
    def extensions(self) -> tuple[str, ...]:
        """Return all of them, each once."""
        return tuple(dict.fromkeys((*self.pins, *self.weak_pins, *self.attempts, *self.queues)))


def of(orphans: Orphans) -> list[Said]:
    """Return what is left, thing by thing."""
    return [
        *(say("the hot desk PIN of %(user)s", user=user) for user in orphans.pins),
        *(say("the note of a weak PIN of %(user)s", user=user) for user in orphans.weak_pins),
        *(say("the wrong PINs of %(user)s", user=user) for user in orphans.attempts),
        *(say("what queues are to %(user)s", user=user) for user in orphans.queues),
    ]


def subjects(attempts: Iterable[tuple[str, str, Attempts]]) -> list[str]:
    """Return the users whose wrong PINs are counted."""
    return [subject for kind, subject, _ in attempts if kind == USER]


def find(ledger: Ledger, there: Iterable[str], astdb: AstDb) -> Orphans:
    """Return what is left of extensions that are not ``there``.

    FreePBX saves an extension by removing its rows and adding them again; only a real removal takes its keys away, too
    (see :func:`hotdesk_module.core.repairs.still_there`).

    Raises:
        HotdeskError: the database or Asterisk does not answer.
    """
    known = frozenset(there)

    def gone(extensions: Iterable[str]) -> tuple[str, ...]:
        missing = sorted({e for e in extensions if e not in known}, key=lambda e: (len(e), e))
        return tuple(e for e in missing if astdb.get(f"AMPUSER/{e}/cidname") is None)

    return Orphans(
        gone(ledger.pins()),
        gone(ledger.weak_pins()),
        gone(subjects(ledger.all_attempts())),
        gone(r.user for r in ledger.queue_rules()),
    )


def check(orphans: Orphans) -> Iterator[Finding]:
    """Say what is left."""
    if orphans.extensions:
        yield Finding(
            "orphans",
            WARNING,
            say("%(users)s: deleted in FreePBX, and not all of it is gone here", users=users(orphans.extensions)),
            (
                say("Still here: %(what)s.", what=listed(of(orphans))),
                say(
                    "Who is given such a number later would have the old PIN, or be locked for somebody else's errors."
                ),
            ),
            (say("A repair removes it ('hotdesk doctor --fix')."),),
            FORGET,
        )
