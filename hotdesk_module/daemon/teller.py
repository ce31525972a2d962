"""Tells the webhook of what is in the history: in its order, each event until it is taken or given up."""

from __future__ import annotations

import logging
from typing import Callable, NamedTuple

from hotdesk_module import webhooks
from hotdesk_module.core import delivery, webhook
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.model import Event
from hotdesk_module.core.webhook import Hook
from hotdesk_module.daemon.schedule import Now
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.errors import WebhookFailed
from hotdesk_module.ports import Clock, Inventory, Ledger, Post

# Seconds between two looks at the history, and lines of it that are read at once.
LOOK = 2.0
READ = 200
# The task of telling, in the log.
TASK = "webhook"


class Outside(NamedTuple):
    """What the teller works on.

    Attributes:
        pbx: what this machine calls itself.
        clock: the world's, by which events are given up.
        now: the machine's, by which tries are repeated.
    """

    ledger: Ledger
    inventory: Inventory
    post: Post
    pbx: str
    clock: Clock
    now: Now


class Teller:
    """Tells one event at a time, and notes each in the ledger: what was not noted is told again, by the next daemon if
    need be.

    Args:
        stopped: whether we shall end.
    """

    def __init__(self, outside: Outside, troubles: Troubles, log: logging.Logger, stopped: Callable[[], bool]) -> None:
        self._at = outside
        self._troubles = troubles
        self._log = log
        self._stopped = stopped
        self._hook: Hook | None = None
        self._due = outside.now()

    def look(self) -> float:
        """Tell what waits; return in how many seconds to look again.

        Raises:
            HotdeskError: the database does not answer.
        """
        hook = webhook.hook(self._at.ledger.settings())
        if hook != self._hook:
            # Whatever was wrong, an administrator has just done something about it.
            self._hook, self._due = hook, self._at.now()
        if hook is None:
            self._troubles.end(TASK)
            return LOOK
        so_far = self._at.ledger.delivery() or self._begin()
        wait = self._due - self._at.now()
        if wait > 0:
            return min(wait, LOOK)
        events = self._read(so_far)
        for event in events:
            if webhook.kind(event) not in hook.kinds:
                continue
            if self._stopped() or webhook.hook(self._at.ledger.settings()) != hook:
                return 0.0
            so_far = self._tell(hook, so_far, event)
            if so_far.tries:
                return min(delivery.DELAYS[0], LOOK)
        if events and so_far.last_id != events[-1].id:
            # The last ones are none of its business.
            self._at.ledger.move_delivery(so_far, so_far._replace(last_id=events[-1].id))
        return 0.0 if len(events) == READ else LOOK

    def _begin(self) -> Delivery:
        with self._at.ledger.lock():
            so_far = Delivery(self._at.ledger.last_event())
            self._at.ledger.begin_delivery(so_far)
        return so_far

    def _read(self, so_far: Delivery) -> tuple[Event, ...]:
        """Return the next lines of the history; usually there is none, and nobody has to wait for us."""
        if not self._at.ledger.events_after(so_far.last_id, 1):
            return ()
        with self._at.ledger.lock():
            return self._at.ledger.events_after(so_far.last_id, READ)

    def _tell(self, hook: Hook, so_far: Delivery, event: Event) -> Delivery:
        """Tell an event, and note what has become of it."""
        at = self._at
        try:
            webhooks.tell(at.post, at.ledger, at.inventory, hook, event, at.pbx, at.clock)
        except WebhookFailed as error:
            after = so_far.failed(event, error.message, at.clock())
            self._troubles.begin(TASK, error.code, error.message)
            if after.last_id == event.id:
                kind = webhook.kind(event)
                self._log.error("webhook: event %d (%s) is given up; %s", event.id, kind, error.message)
                self._due = at.now() + delivery.DELAYS[0]
            else:
                self._due = at.now() + delivery.delay(after.tries)
        else:
            after = so_far.told(event, at.clock())
            self._troubles.end(TASK)
        at.ledger.move_delivery(so_far, after)
        return after
