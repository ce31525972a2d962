"""What does not work at the moment: said once when it begins and once when it is over, however often it is tried."""

from __future__ import annotations

import logging
from typing import NamedTuple

from hotdesk_module.daemon.schedule import Now
from hotdesk_module.web.alerts import CRITICAL, ERROR, Alert, Alerts

# Seconds a trouble lasts before FreePBX's notifications show it: a restart of FreePBX is none.
GRACE = 90.0

# Error to level, title, and whether it is shown at once.
_SHOWN: dict[str, tuple[str, str, bool]] = {
    "unsafe_plan": (CRITICAL, "Hot Desking waits for you before it logs out many users", True),
    "ledger_down": (CRITICAL, "Hot Desking cannot reach the database", False),
    "asterisk_down": (ERROR, "Hot Desking cannot reach Asterisk", False),
    "internal_error": (ERROR, "Hot Desking has met an error of its own", False),
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
        level, title, at_once = _SHOWN[trouble.code]
        if at_once or self._now() - trouble.since >= GRACE:
            self._alerts.show(Alert(trouble.code, level, title, trouble.message))

    def _forget(self, code: str) -> None:
        if all(t.code != code for t in self._of.values()):
            self._alerts.clear(code)
