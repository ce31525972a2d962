"""What the bridge itself asks for."""

from __future__ import annotations

from typing import Callable

from flask import Blueprint, Response, jsonify

from hotdesk_module.web.alerts import Alerts


def internal(ask_for_repair: Callable[[], None], alerts: Alerts) -> Blueprint:
    """Return the paths that are the bridge's alone, and the one that is anybody's."""
    pages = Blueprint("internal", __name__)

    @pages.get("/ping")
    def ping() -> Response:
        return Response("pong", mimetype="text/plain")

    @pages.post("/internal/reconcile")
    def reconcile() -> tuple[Response, int]:
        ask_for_repair()
        return jsonify(accepted=True), 202

    @pages.get("/internal/alerts")
    def show() -> Response:
        return jsonify([alert._asdict() for alert in alerts.all()])

    return pages
