"""Health as data, and a repair."""

from __future__ import annotations

from typing import Callable

from flask import Blueprint, Response, jsonify

from hotdesk_module import answers
from hotdesk_module.health.installation import Machine
from hotdesk_module.web import work
from hotdesk_module.web.api.given import flag
from hotdesk_module.web.pages.health import look


def health(machine: Callable[[], Machine]) -> Blueprint:
    """Return the paths."""
    pages = Blueprint("api_health", __name__, url_prefix="/api")

    @pages.get("/health")
    def show() -> Response:
        return jsonify(findings=[f._asdict() for f in look(machine())])

    @pages.post("/reconcile")
    def reconcile() -> Response:
        dry_run = flag("dry_run")
        return jsonify(answers.repair(work.desk().reconcile(dry_run, flag("force")), dry_run))

    return pages
