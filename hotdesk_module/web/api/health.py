"""Health as data, and a repair."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from hotdesk_module import answers
from hotdesk_module.health.examine import healthy
from hotdesk_module.health.finding import data
from hotdesk_module.times import iso
from hotdesk_module.web import work
from hotdesk_module.web.api.given import flag
from hotdesk_module.web.checkup import Checkup


def health(checkup: Checkup) -> Blueprint:
    """Return the paths."""
    pages = Blueprint("api_health", __name__, url_prefix="/api")

    @pages.get("/health")
    def show() -> Response:
        found = checkup.examine()
        return jsonify(
            findings=[data(f) for f in found.findings],
            healthy=healthy(found.findings),
            checked=iso(found.at),
            compared=iso(found.compared) if found.compared is not None else None,
        )

    @pages.post("/health")
    def check() -> Response:
        checkup.changed()
        return show()

    @pages.post("/reconcile")
    def reconcile() -> Response:
        dry_run = flag("dry_run")
        try:
            return jsonify(answers.repair(work.desk().reconcile(dry_run, flag("force")), dry_run))
        finally:
            checkup.changed()

    return pages
