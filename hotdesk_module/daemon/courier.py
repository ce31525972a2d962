"""The thread that tells the webhook: whatever the receiver does, nothing else of the daemon waits for it."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from typing import Callable

from hotdesk_module.adapters import machine
from hotdesk_module.adapters.open import open_ledger
from hotdesk_module.adapters.web import Web
from hotdesk_module.config import Config
from hotdesk_module.daemon.teller import TASK, Outside, Teller
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.errors import HotdeskError
from hotdesk_module.ports import Clock
from hotdesk_module.web.alerts import Alerts

# Seconds until the next look after the database did not answer, or after what nobody had thought of.
AGAIN = 5.0
# Seconds that a delivery may go on when the daemon ends; what is not noted by then is told again.
PATIENCE = 1.0
# The troubles of the thread itself; those with the receiver are the teller's.
THREAD = f"{TASK} thread"


class Courier:
    """Runs a :class:`~hotdesk_module.daemon.teller.Teller` on connections of its own."""

    def __init__(self, where: Config, alerts: Alerts, log: logging.Logger, clock: Clock) -> None:
        self._ledger, inventory = open_ledger(where)
        self._stopped = threading.Event()
        # Not those of the main thread, which are for one thread only.
        self._troubles = Troubles(alerts, log, time.monotonic)
        outside = Outside(self._ledger, inventory, Web(), machine.name(), clock, time.monotonic)
        self._teller = Teller(outside, self._troubles, log, self._stopped.is_set)
        self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the delivery that is on its way if it is a quick one."""
        self._stopped.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        wait = 0.0
        while not self._stopped.wait(wait):
            wait = self._look(self._teller.look)
        with suppress(HotdeskError):
            self._ledger.close()

    def _look(self, look: Callable[[], float]) -> float:
        try:
            wait = look()
        except HotdeskError as error:
            self._troubles.begin(THREAD, error.code, error.message)
            return AGAIN
        except Exception as error:
            self._troubles.begin(THREAD, HotdeskError.code, f"{type(error).__name__}: {error}", error)
            return AGAIN
        self._troubles.end(THREAD)
        return wait
