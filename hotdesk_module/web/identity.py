"""Who asks: an identity that the bridge has signed, and nothing else.

The bridge knows FreePBX's session, permission and token; it signs what it found with a key that only it and the daemon
can read. Message: the lines method, target, front, user, time, nonce, token and SHA-256 of the body, as they were sent.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
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
# 128 bits at least.
_NONCE = re.compile("[0-9a-f]{32,64}")


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


class Signed(NamedTuple):
    """What a signature vouches for: who asks, and the name of the request, which no other one bears."""

    identity: Identity
    nonce: str


def sign(secret: str, identity: Identity, method: str, target: str, body: bytes, now: int) -> dict[str, str]:
    """Return the headers that vouch for an identity, for one request.

    Args:
        target: path and query as they are sent.
    """
    user, nonce = quote(identity.user, safe=""), secrets.token_hex(16)
    values = {"Front": identity.front, "User": user, "Time": str(now), "Nonce": nonce, "Token": identity.token}
    message = _message(method, target, identity.front, user, str(now), nonce, identity.token, body)
    values["Signature"] = _mac(secret, message)
    return {PREFIX + name: value for name, value in values.items()}


def verify(secret: str, headers: Mapping[str, str], method: str, target: str, body: bytes, now: int) -> Signed:
    """Return who asks, and the nonce; whether that was used before is the caller's to look up.

    Args:
        headers, target: as WSGI gives them, a character a byte.

    Raises:
        Refused: it is not signed, wrongly signed, too old or too new, or from no front we know.
    """
    front, user, time, nonce, token, signature = (
        headers.get(PREFIX + name, "") for name in ("Front", "User", "Time", "Nonce", "Token", "Signature")
    )
    try:
        expected = _mac(secret, _message(method, target, front, user, time, nonce, token, body))
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
    if not _NONCE.fullmatch(nonce):
        raise Refused("the nonce is none")
    name = unquote(user, errors="replace")
    if front == PAGE and not name:
        raise Refused("the administrator has no name")
    return Signed(Identity(front, name, token), nonce)


def _message(*lines: str | bytes) -> bytes:
    *texts, body = lines
    assert isinstance(body, bytes)
    return "\n".join([*map(str, texts), hashlib.sha256(body).hexdigest()]).encode("latin-1")


def _mac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode("ascii"), message, hashlib.sha256).hexdigest()
