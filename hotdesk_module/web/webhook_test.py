"""Sending the webhook a test for the request that is being answered; one at a time, for a receiver that keeps silent
must not take all the panel's threads."""

from __future__ import annotations

import threading

from hotdesk_module import webhooks
from hotdesk_module.adapters import machine
from hotdesk_module.adapters.web import Web
from hotdesk_module.core.webhook import Hook
from hotdesk_module.errors import Busy
from hotdesk_module.ports import Reply
from hotdesk_module.web import work
from hotdesk_module.web.gate import identity


class WebhookTest:
    """Sends tests."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def send(self) -> tuple[Hook, Reply]:
        """Send one, and return what was answered.

        Raises:
            Busy: another one is on its way.
            HotdeskError: see :func:`hotdesk_module.webhooks.test`.
        """
        if not self._turn.acquire(blocking=False):
            raise Busy("Another test is on its way; wait for it.")
        try:
            at = work.parts()
            return webhooks.test(Web(), at.ledger, machine.name(), at.clock, work.SOURCE, identity().user)
        finally:
            self._turn.release()
