"""The webhook: whom to tell what, and how it is signed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import NamedTuple

from hotdesk_module.core import settings as settings_
from hotdesk_module.core.address import Address, address
from hotdesk_module.core.expiry import DAILY, IDLE, MAX_TIME
from hotdesk_module.core.model import Event
from hotdesk_module.core.settings import EXPIRY, LOGOUT, TOLD

# What a delivery on request is called; it is in no history.
TEST = "test"

# The headers of a request.
ID, EVENT, TIMESTAMP, SIGNATURE = "X-Hotdesk-Id", "X-Hotdesk-Event", "X-Hotdesk-Timestamp", "X-Hotdesk-Signature"

_ENDS_BY_ITSELF = (IDLE, MAX_TIME, DAILY)


class Hook(NamedTuple):
    """Whom to tell what. It shows neither key nor path when it is printed.

    Attributes:
        to: where to send.
        secret: the key to sign with.
        kinds: some of :data:`hotdesk_module.core.settings.TOLD`.
    """

    to: Address
    secret: str
    kinds: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Hook({self.to.place}, {', '.join(self.kinds)})"


def hook(stored: Mapping[str, str]) -> Hook | None:
    """Return the webhook from the settings that are stored; None where address or key is missing."""
    current, secret = settings_.parse(stored), settings_.secret(stored, "webhook_secret")
    to = address(current.webhook_url)
    return Hook(to, secret, current.webhook_events) if to and secret else None


def kind(event: Event) -> str:
    """Return what an event of the history is to a webhook, one of TOLD; empty where it is nothing to it."""
    if event.event == LOGOUT and event.code in _ENDS_BY_ITSELF:
        return EXPIRY
    return event.event if event.event in TOLD else ""


def headers(number: int, event: str, body: bytes, secret: str, now: int) -> dict[str, str]:
    """Return the headers by which the receiver knows what it is, that it is from here, and that it is not an old one.

    The signature is the HMAC-SHA256 of the time, a full stop and the body.
    """
    signed = b"%d.%s" % (now, body)
    return {
        "Content-Type": "application/json",
        ID: str(number),
        EVENT: event,
        TIMESTAMP: str(now),
        SIGNATURE: f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}",
    }
