"""The page of the demo, its state as JSON and as a stream, the keys a visitor presses, and beside it the panel."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request

from hotdesk_module.demo import cast, front, view
from hotdesk_module.demo.daemon import Daemon
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.phone import KEYS

# A stream says something at least this often, so that a page that went away is noticed.
_HEARTBEAT = 15.0

_LOCAL = ("127.0.0.1", "localhost", "[::1]")


def create_app(pbx: Pbx, daemon: Daemon | None = None) -> Flask:
    """Build the page of one PBX, and with a daemon the panel."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=front.LARGEST, MAX_FORM_MEMORY_SIZE=front.LARGEST)
    if daemon is not None:
        # Two demos are one host to a browser; each has a cookie of its own.
        name = f"hotdesk_demo_{secrets.token_hex(4)}"
        app.config.update(SECRET_KEY=secrets.token_hex(32), SESSION_COOKIE_NAME=name, SESSION_COOKIE_SAMESITE="Lax")
        app.register_blueprint(front.panel(daemon))

    @app.before_request
    def refuse_strangers() -> None:
        # The demo listens on the loopback; another site in the same browser must not press its keys.
        if request.host.rsplit(":", 1)[0] not in _LOCAL:
            abort(403)
        # The panel asks for a token instead.
        if request.method == "POST" and not request.is_json and request.blueprint is None:
            abort(415)

    @app.get("/")
    def page() -> str:
        return render_template(
            "demo.html",
            desks=cast.DESKS,
            people=cast.PEOPLE,
            outsider=cast.OUTSIDER,
            steps=view.tour(),
            keys=_KEYPAD,
            panel=f"{front.AT}/" if daemon else "",
        )

    @app.get("/state")
    def state() -> Response:
        return jsonify(view.snapshot(pbx))

    @app.get("/events")
    def events() -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Response(_stream(pbx), mimetype="text/event-stream", headers=headers)

    @app.post("/phones/<number>/<action>")
    def phone(number: str, action: str) -> tuple[Response, int]:
        handset = pbx.phones.get(number)
        if handset is None:
            abort(404)
        if action in ("plug", "unplug"):
            pbx.plug(number, action == "plug")
        elif not pbx.is_plugged(number):
            # There is no dial tone without the network.
            return jsonify(ok=False), 200
        elif action == "lift":
            handset.lift()
        elif action == "hangup":
            handset.hang_up()
        elif action == "press":
            body: Any = request.get_json()
            key = body.get("key") if isinstance(body, dict) else None
            if not isinstance(key, str) or len(key) != 1 or key not in KEYS:
                abort(400)
            handset.press(key)
        else:
            abort(404)
        return jsonify(ok=True), 200

    @app.post("/tour/restart")
    def restart() -> tuple[Response, int]:
        pbx.tour.restart()
        return jsonify(ok=True), 200

    return app


def _stream(pbx: Pbx) -> Iterator[str]:
    """Send the whole state at each change: it is small, and the page then never has to catch up."""
    while True:
        state = view.snapshot(pbx)
        yield f"data: {json.dumps(state)}\n\n"
        # Changes come in bursts, a login's within a few milliseconds: one message for all of them.
        if pbx.monitor.wait_beyond(int(state["version"]), _HEARTBEAT) == state["version"]:
            yield ": still here\n\n"
        time.sleep(0.04)


_KEYPAD = (
    ("1", ""),
    ("2", "ABC"),
    ("3", "DEF"),
    ("4", "GHI"),
    ("5", "JKL"),
    ("6", "MNO"),
    ("7", "PQRS"),
    ("8", "TUV"),
    ("9", "WXYZ"),
    ("*", ""),
    ("0", "+"),
    ("#", ""),
)
