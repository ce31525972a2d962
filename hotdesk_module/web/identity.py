"""Who asks: an identity that the bridge has signed, and nothing else.

The bridge knows FreePBX's session, permission and token; it signs what it found with a key that only it and the daemon
can read. Message: the lines method, target, front, user, time, token and SHA-256 of the body, as they were sent.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

PREFIX = "X-Hotdesk-"
# What the bridge may speak for: an administrator's browser, and itself.
PAGE = "page"
BRIDGE = "bridge"
FRONTS = (PAGE, BRIDGE)
# Seconds that the time of a signature may differ from ours.
SKEW = 60


class Identity(NamedTuple):
    """Who asks.

    Attributes:
        front: ``page`` or ``bridge``.
        user: the administrator's name in FreePBX; empty for the bridge.
        token: what a form has to bring back, so that it was not another site that sent it; empty for the bridge.
    """

    front: str
    user: str = ""
    token: str = ""


class Refused(Exception):
    """The request is not from the bridge, or not of this moment; the text says why."""


def sign(secret: str, identity: Identity, method: str, target: str, body: bytes, now: int) -> dict[str, str]:
    """Return the headers that vouch for an identity.

    Args:
        target: path and query as they are sent.
    """
    user = quote(identity.user, safe="")
    values = {"Front": identity.front, "User": user, "Time": str(now), "Token": identity.token}
    message = _message(method, target, identity.front, user, str(now), identity.token, body)
    values["Signature"] = _mac(secret, message)
    return {PREFIX + name: value for name, value in values.items()}


def verify(secret: str, headers: Mapping[str, str], method: str, target: str, body: bytes, now: int) -> Identity:
    """Return who asks.

    Args:
        headers, target: as WSGI gives them, a character a byte.

    Raises:
        Refused: it is not signed, wrongly signed, too old or too new, or from no front we know.
    """
    front, user, time, token, signature = (
        headers.get(PREFIX + name, "") for name in ("Front", "User", "Time", "Token", "Signature")
    )
    try:
        expected = _mac(secret, _message(method, target, front, user, time, token, body))
        right = hmac.compare_digest(expected.encode("ascii"), signature.encode("latin-1"))
    except UnicodeEncodeError:
        right = False
    # Nothing that is not signed is looked at more closely.
    if not right:
        raise Refused("the signature is missing or wrong")
    if front not in FRONTS:
        raise Refused("the front is unknown")
    if not (time.isascii() and time.isdigit() and len(time) < 16) or abs(now - int(time)) > SKEW:
        raise Refused(f"the time differs from ours by more than {SKEW} seconds")
    name = unquote(user, errors="replace")
    if front == PAGE and not name:
        raise Refused("the administrator has no name")
    return Identity(front, name, token)


def _message(*lines: str | bytes) -> bytes:
    *texts, body = lines
    assert isinstance(body, bytes)
    return "\n".join([*map(str, texts), hashlib.sha256(body).hexdigest()]).encode("latin-1")


def _mac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode("ascii"), message, hashlib.sha256).hexdigest()
