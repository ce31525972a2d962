"""Shows the locks that follow wrong PINs in FreePBX's notifications, while they last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Callable

from hotdesk_module.controls import Lock
from hotdesk_module.core.lockout import PHONE, USER
from hotdesk_module.daemon.schedule import Now
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.errors import HotdeskError
from hotdesk_module.health.said import phones, users
from hotdesk_module.web.alerts import SECURITY, Alert, Alerts

# Seconds between two looks.
LOOK = 15.0
# What the names of these alerts begin with, and the task of looking.
LOCKS = "locked_"
TASK = "locks"


class Guard:
    """Looks at the locks from time to time.

    Args:
        locks: returns who is locked, and whose wrong PINs count.
    """

    def __init__(self, locks: Callable[[], Iterable[Lock]], alerts: Alerts, troubles: Troubles, now: Now) -> None:
        self._locks = locks
        self._alerts = alerts
        self._troubles = troubles
        self._now = now
        self._due = now()

    def next(self) -> float:
        """Return how many seconds there are until the next look."""
        return max(0.0, self._due - self._now())

    def work(self) -> None:
        """Look where it is due."""
        if self._now() < self._due:
            return
        self._due = self._now() + LOOK
        try:
            locked = [lock for lock in self._locks() if lock.locked_until]
        except HotdeskError as error:
            self._troubles.begin(TASK, error.code, error.message)
            return
        self._troubles.end(TASK)
        self._alerts.replace(LOCKS, tuple(_alerts(locked)))


def _alerts(locked: list[Lock]) -> Iterable[Alert]:
    at = [lock.subject for lock in locked if lock.kind == PHONE]
    who = [lock.subject for lock in locked if lock.kind == USER]
    # No times in them: FreePBX shows an alert anew whenever it changes.
    if at:
        yield Alert(
            f"{LOCKS}phones",
            SECURITY,
            f"{phones(at)}: locked after wrong PINs",
            "Nobody can log in there until the lock ends; who is logged in, and calls, are not affected. Ask who sat"
            " there: the History has every wrong PIN, and the page People lifts locks ('fwconsole hotdesk locks').",
        )
    if who:
        yield Alert(
            f"{LOCKS}users",
            SECURITY,
            f"{users(who)}: locked after wrong PINs from several phones",
            "Somebody seems to guess. Until the lock ends they can log in only at the phones that they have used"
            " lately; the History names the phones the wrong PINs came from, and the page People lifts locks"
            " ('fwconsole hotdesk locks').",
        )
