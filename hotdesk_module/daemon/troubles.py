"""What does not work at the moment: said once when it begins and once when it is over, however often it is tried."""

from __future__ import annotations

import logging
from typing import NamedTuple

from hotdesk_module.daemon.schedule import Now
from hotdesk_module.web.alerts import CRITICAL, ERROR, Alert, Alerts

# Seconds a trouble lasts before FreePBX's notifications show it: a restart of FreePBX is none.
GRACE = 90.0


class _Shown(NamedTuple):
    """How FreePBX's notifications show an error.

    Attributes:
        advice: what to do.
        at_once: whether it is shown before it has lasted for a while.
    """

    level: str
    title: str
    advice: str
    at_once: bool = False


_SHOWN = {
    "unsafe_plan": _Shown(
        CRITICAL,
        "Hot Desking waits for you before it logs out many users",
        "Nobody is logged out before you decide. If tables are missing or another machine's, bring the right ones back."
        " The page Health (Admin, Hot Desking) and 'fwconsole hotdesk reconcile --dry-run --force' show what would be"
        " done.",
        at_once=True,
    ),
    "ledger_down": _Shown(
        CRITICAL,
        "Hot Desking cannot reach the database",
        "Who is logged in stays so; logins are refused until it answers.",
    ),
    "asterisk_down": _Shown(
        ERROR,
        "Hot Desking cannot reach Asterisk",
        "Logins and calls work while Asterisk runs; nothing repairs itself, and nobody is logged out automatically.",
    ),
    "internal_error": _Shown(
        ERROR,
        "Hot Desking has met an error of its own",
        "It tries again by itself. /var/log/asterisk/hotdesk.log says more; please report it.",
    ),
}


class _Trouble(NamedTuple):
    code: str
    message: str
    since: float


class Troubles:
    """Remembers the trouble of each task."""

    def __init__(self, alerts: Alerts, log: logging.Logger, now: Now) -> None:
        self._alerts = alerts
        self._log = log
        self._now = now
        self._of: dict[str, _Trouble] = {}

    def begin(self, task: str, code: str, message: str, error: Exception | None = None) -> None:
        """Note that a task failed.

        Args:
            error: what nobody had thought of; its traceback goes into the log.
        """
        before = self._of.get(task)
        since = before.since if before and before.code == code else self._now()
        trouble = _Trouble(code, message, since)
        self._of[task] = trouble
        if before is None or (before.code, error and before.message) != (code, error and message):
            self._log.error("%s: %s (%s)", task, message, code, exc_info=error)
        self._show(trouble)
        if before is not None and before.code != code:
            self._forget(before.code)

    def end(self, task: str) -> None:
        """Note that a task succeeded."""
        before = self._of.pop(task, None)
        if before is not None:
            self._log.info("%s: works again after %d s (%s)", task, self._now() - before.since, before.code)
            self._forget(before.code)

    def _show(self, trouble: _Trouble) -> None:
        if trouble.code not in _SHOWN:
            return
        shown = _SHOWN[trouble.code]
        if shown.at_once or self._now() - trouble.since >= GRACE:
            text = f"{trouble.message.rstrip('.')}. {shown.advice}"
            self._alerts.show(Alert(trouble.code, shown.level, shown.title, text))

    def _forget(self, code: str) -> None:
        if all(t.code != code for t in self._of.values()):
            self._alerts.clear(code)
