"""Health as data, and a repair."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from hotdesk_module import answers
from hotdesk_module.errors import BadValue
from hotdesk_module.health import cures
from hotdesk_module.health.examine import healthy
from hotdesk_module.health.finding import REPAIRS, data
from hotdesk_module.times import iso
from hotdesk_module.web import work
from hotdesk_module.web.api.given import flag, text
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
            return jsonify(answers.repair(work.desk().reconcile(dry_run, flag("force"), asked=True), dry_run))
        finally:
            checkup.changed()

    @pages.post("/health/repair")
    def repair() -> Response:
        name, dry_run = text("repair"), flag("dry_run")
        if name not in REPAIRS:
            raise BadValue(f"repair: write one of {', '.join(REPAIRS)}.")
        try:
            done = (cures.foresee if dry_run else cures.carry_out)(name, work.desk(), flag("force"))
        finally:
            checkup.changed()
        return jsonify(repair=name, dry_run=dry_run, changes=[str(change) for change in done.changes])

    return pages
