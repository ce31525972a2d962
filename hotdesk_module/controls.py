"""The settings and the locks against guessing, as an administrator sees and changes them. Asterisk is not needed.

Whatever changes is in the history, with who changed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hotdesk_module.core import changes, lockout, places, webhook
from hotdesk_module.core import settings as settings_
from hotdesk_module.core.changes import By
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.model import Event
from hotdesk_module.core.settings import Spec
from hotdesk_module.errors import Changed
from hotdesk_module.ports import Clock, Ledger

# Settings that say how calls reach a phone: reconcile applies them to those who are logged in already.
PROJECTED = ("routing", "ring_own_phone")


class Setting(NamedTuple):
    """A setting and the value in force.

    Attributes:
        changed: somebody set it; False: it is the default.
    """

    spec: Spec
    value: str
    changed: bool


class Lock(NamedTuple):
    """The wrong PINs of a user or of a phone, and the lock that followed.

    Attributes:
        kind: ``user`` or ``phone``.
        locked_until: no guess is judged before; 0: not locked yet.
        failures: how many wrong PINs count towards the next lock.
        last_at, last_other: the latest of them, and the phone of a user's or the user of a phone's; 0 and empty
            where there is none.
        locks: how many locks are remembered, this one included; the next lasts the longer for them.
    """

    kind: str
    subject: str
    locked_until: int
    failures: int
    last_at: int
    last_other: str
    locks: int = 0


def settings(ledger: Ledger) -> tuple[Setting, ...]:
    """Return every setting with the value in force; what is stored and not a value counts for nothing."""
    stored = ledger.settings()
    in_force = settings_.texts(stored)
    return tuple(Setting(spec, in_force[spec.name], spec.name in stored) for spec in settings_.SPECS)


def change_settings(
    ledger: Ledger,
    clock: Clock,
    source: str,
    actor: str,
    values: Mapping[str, str | None],
    seen: Mapping[str, str] | None = None,
) -> tuple[Setting, ...]:
    """Store settings, all or none; None goes back to the default. Return those that were given, as they are now.

    Args:
        source, actor: for the history, which has a line for each setting that is another one by this.
        seen: values that were in force when this was decided; of those that are not given, none counts.

    Raises:
        BadValue: no such setting, or not a value of it; nothing is stored then.
        Changed: somebody else has changed one of ``values`` since it was ``seen``; nothing is stored then.
    """
    checked = {
        settings_.spec(name).name: None if value is None else settings_.check(name, value)
        for name, value in values.items()
    }
    with ledger.lock():
        before = ledger.settings()
        in_force = settings_.texts(before)
        others = [name for name in checked if seen and in_force[name] != seen.get(name, in_force[name])]
        if others:
            raise Changed(f"Somebody else has changed {', '.join(others)} in the meantime. Nothing was stored.")
        after = {name: value for name, value in {**before, **checked}.items() if value is not None}
        if webhook.hook(after) and not webhook.hook(before):
            # First, for a crash in between must not let it begin where it was last switched off.
            begin_webhook(ledger)
        ledger.save_settings(checked, changes.of_settings(By(clock(), source, actor), before, after))
    return tuple(setting for setting in settings(ledger) if setting.spec.name in checked)


def begin_webhook(ledger: Ledger) -> None:
    """Let the webhook be told of what happens from now on, and of nothing before. The caller holds the lock."""
    ledger.begin_delivery(Delivery(ledger.last_event()))


def unknown_locations(ledger: Ledger) -> tuple[str, ...]:
    """Return the locations that have a time of the day of their own, and no phone."""
    in_force = settings_.parse(ledger.settings())
    return places.unknown(in_force.daily_by_location, (p.location for p in ledger.phones()))


def locks(ledger: Ledger, now: int) -> tuple[Lock, ...]:
    """Return who is locked, and whose wrong PINs still count; the locked first."""
    return tuple(lock for lock in _counts(ledger, now) if lock.locked_until or lock.failures)


def lift_locks(
    ledger: Ledger, clock: Clock, source: str, actor: str, kind: str = "", subject: str = ""
) -> tuple[Lock, ...]:
    """Forget the wrong PINs of one user or phone, or of everybody, earlier locks as well, and note it in the history;
    return whose.

    Args:
        kind: ``user`` or ``phone``; empty: everybody's.
    """
    with ledger.lock():
        now = clock()
        lifted = [lock for lock in _counts(ledger, now) if not kind or (lock.kind, lock.subject) == (kind, subject)]
        for lock in lifted:
            ledger.save_attempts(lock.kind, lock.subject, Attempts(), [_unlock(lock, now, source, actor)])
    return tuple(lifted)


def forget_locks(ledger: Ledger, clock: Clock) -> int:
    """Remove the rows of whom nothing is remembered any more; return how many."""
    with ledger.lock():
        remembered = {(lock.kind, lock.subject) for lock in _counts(ledger, clock())}
        gone = [row[:2] for row in ledger.all_attempts() if row[:2] not in remembered]
        for kind, subject in gone:
            ledger.save_attempts(kind, subject, Attempts())
    return len(gone)


def _counts(ledger: Ledger, now: int) -> tuple[Lock, ...]:
    """Return everybody of whom anything is remembered, the locked first."""
    current = settings_.parse(ledger.settings())
    found = []
    for kind, subject, stored in ledger.all_attempts():
        attempts = lockout.settled(stored, now, lockout.rule(kind, current))
        if attempts != Attempts():
            until = attempts.locked_until if lockout.is_locked(attempts, now) else 0
            last = attempts.failures[-1] if attempts.failures else lockout.Failure(0, "")
            found.append(Lock(kind, subject, until, len(attempts.failures), last.at, last.other, attempts.locks))
    return tuple(sorted(found, key=lambda lock: (not lock.locked_until, lock.kind != lockout.USER, lock.subject)))


def _unlock(lock: Lock, now: int, source: str, actor: str) -> Event:
    phone, user = ("", lock.subject) if lock.kind == "user" else (lock.subject, "")
    return Event(now, "unlock", phone, user, source, actor)
