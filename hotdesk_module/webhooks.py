"""Telling a webhook what has happened, and asking how that goes. How often it is tried is the daemon's business."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from hotdesk_module import __version__, answers
from hotdesk_module.core import settings, webhook
from hotdesk_module.core.address import address
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.model import Event
from hotdesk_module.core.webhook import TEST, Hook
from hotdesk_module.errors import NoWebhook, WebhookFailed
from hotdesk_module.ports import Clock, Inventory, Ledger, Post, Reply

AGENT = f"Hot-Desking/{__version__}"
# So many lines of the history are looked through for events that wait.
COUNTED = 1000


class State(NamedTuple):
    """How it goes.

    Attributes:
        hook: None where address or key is missing.
        lacks_key: there is an address, and no key.
        delivery: None where nothing was told yet, since the webhook was switched on.
        waiting: how many events are still to be told, among the next COUNTED lines of the history.
    """

    hook: Hook | None
    lacks_key: bool
    delivery: Delivery | None
    waiting: int


def tell(
    post: Post, ledger: Ledger, inventory: Inventory, hook: Hook, happened: Event, pbx: str, clock: Clock
) -> Reply:
    """Tell a webhook of an event of the history, with the names of today.

    Args:
        pbx: what this machine calls itself.

    Raises:
        WebhookFailed: it does not answer, or not with a status of success.
        LedgerDown: the database does not.
    """
    phone = next(iter(ledger.phones([happened.phone])), None) if happened.phone else None
    user = next(iter(inventory.users([happened.user])), None) if happened.user else None
    kind = webhook.kind(happened)
    data = answers.told(happened, kind, pbx, phone, user.name if user else "")
    return _send(post, hook, happened.id, kind, data, clock())


def test(post: Post, ledger: Ledger, pbx: str, clock: Clock, source: str, actor: str) -> tuple[Hook, Reply]:
    """Send what is no event, so that an administrator sees whether it arrives; it is in no history.

    Raises:
        NoWebhook: there is none.
        WebhookFailed, LedgerDown: see :func:`tell`.
    """
    hook = webhook.hook(ledger.settings())
    if hook is None:
        raise NoWebhook("There is no webhook: set webhook_url and webhook_secret first.")
    detail = "A test by an administrator; nothing has happened."
    happened = Event(clock(), TEST, source=source, actor=actor, detail=detail)
    return hook, _send(post, hook, 0, TEST, answers.told(happened, TEST, pbx, None, ""), happened.at)


def state(ledger: Ledger) -> State:
    """Return how it goes."""
    stored = ledger.settings()
    hook = webhook.hook(stored)
    if hook is None:
        return State(None, address(settings.parse(stored).webhook_url) is not None, None, 0)
    delivery = ledger.delivery()
    events = ledger.events_after(delivery.last_id, COUNTED) if delivery else ()
    return State(hook, False, delivery, sum(webhook.kind(e) in hook.kinds for e in events))


def _send(post: Post, hook: Hook, number: int, kind: str, data: Mapping[str, Any], now: int) -> Reply:
    body = json.dumps(data, separators=(",", ":")).encode()
    headers = {"User-Agent": AGENT, **webhook.headers(number, kind, body, hook.secret, now)}
    reply = post(hook.to, body, headers)
    if 200 <= reply.status < 300:
        return reply
    why = " It is a redirect, and none is followed: set the address it leads to." if reply.status // 100 == 3 else ""
    raise WebhookFailed(f"{hook.to.place} answered {reply.status}, and not 200 to 299.{why}")
