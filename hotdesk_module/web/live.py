"""Lists that follow what happens: the browser asks again and again, and is told only what it has not seen."""

from __future__ import annotations

import hashlib

from flask import Response, request

SEEN = "X-Hotdesk-Seen"


def mark_of(text: str) -> str:
    """Return by what a browser says that it has seen a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def news(text: str) -> Response:
    """Return a fragment, or nothing (204) where the browser has just that."""
    mark = mark_of(text)
    if request.args.get("seen") == mark:
        return Response(status=204)
    response = Response(text, mimetype="text/html")
    response.headers[SEEN] = mark
    return response
