"""Lets in whom the bridge vouches for, each to what is theirs."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, jsonify, request

from hotdesk_module.ports import Clock
from hotdesk_module.web.identity import BRIDGE, PAGE, Identity, Refused, verify

OPEN = "/ping"
INTERNAL = "/internal/"


def guard(app: Flask, secret: str, clock: Clock, log: logging.Logger) -> None:
    """Refuse every request that is not signed, or that is not its front's."""

    @app.before_request
    def check() -> tuple[Response, int] | None:
        if request.path == OPEN:
            return None
        # As it was sent: what the signature is about. Read before the form is, which would use it up.
        target = request.environ["REQUEST_URI"]
        body = request.get_data(cache=True)
        try:
            identity = verify(secret, dict(request.headers), request.method, target, body, clock())
            if (identity.front == BRIDGE) != request.path.startswith(INTERNAL):
                raise Refused("this is not for that front")
        except Refused as refused:
            log.warning("Refused: %s %s: %s.", request.method, request.environ["REQUEST_URI"][:200], refused)
            return jsonify(error={"code": "forbidden", "message": f"Not let in: {refused}."}), 403
        g.identity = identity
        return None

    @app.after_request
    def note(response: Response) -> Response:
        if "identity" in g and identity().front == PAGE and request.method not in ("GET", "HEAD"):
            log.info("%r: %s %s: %s", identity().user, request.method, request.path, response.status_code)
        return response


def identity() -> Identity:
    """Return who sent the request that is being answered."""
    found = g.identity
    assert isinstance(found, Identity)
    return found
