"""Lets in whom the bridge vouches for, each to what is theirs."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, request
from werkzeug.exceptions import MethodNotAllowed

from hotdesk_module.ports import Clock
from hotdesk_module.web.errors import answer
from hotdesk_module.web.identity import BRIDGE, PAGE, Identity, Refused, verify
from hotdesk_module.web.nonces import Nonces

OPEN = "/ping"
INTERNAL = "/internal/"
READING = ("GET", "HEAD")
METHODS = (*READING, "POST")
# Characters of an address that the log shows.
SHOWN = 200


def guard(app: Flask, secret: str, clock: Clock, log: logging.Logger) -> None:
    """Refuse every request that is not signed, that came before, or that is not its front's."""
    nonces = Nonces(clock)

    @app.before_request
    def check() -> tuple[Response | str, int] | None:
        # Flask's g outlives a request whose answer is still being sent, where the next one comes in the same thread.
        g.pop("identity", None)
        if request.path == OPEN and request.method in READING:
            return None
        # As it was sent: what the signature is about. Read before the form is, which would use it up.
        target = request.environ["REQUEST_URI"]
        body = request.get_data(cache=True)
        try:
            signed = verify(secret, dict(request.headers), request.method, target, body, clock())
            nonces.spend(signed.nonce)
            if (signed.identity.front == BRIDGE) != request.path.startswith(INTERNAL):
                raise Refused("this is not for that front")
        except Refused as refused:
            log.warning("Refused: %s %s: %s.", request.method, target[:SHOWN], refused)
            return answer("forbidden", f"Not let in: {refused}.", 403)
        g.identity = signed.identity
        if request.method not in METHODS:
            # Before Flask answers OPTIONS by itself.
            raise MethodNotAllowed(METHODS)
        return None

    @app.after_request
    def note(response: Response) -> Response:
        # What failed on our side is in the log already.
        refused = 400 <= response.status_code < 500
        if "identity" in g and identity().front == PAGE and (refused or request.method not in READING):
            level = logging.WARNING if refused else logging.INFO
            target = request.environ["REQUEST_URI"][:SHOWN]
            log.log(level, "%r: %s %s: %s", identity().user, request.method, target, response.status_code)
        return response


def identity() -> Identity:
    """Return who sent the request that is being answered."""
    found = g.identity
    assert isinstance(found, Identity)
    return found
