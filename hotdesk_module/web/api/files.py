"""Import and export of the pool for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from hotdesk_module.administration import Saved
from hotdesk_module.core.pool import as_fields
from hotdesk_module.web import imports, work
from hotdesk_module.web.api.given import flag, given, text
from hotdesk_module.web.imports import Fate


def files() -> Blueprint:
    """Return the paths."""
    pages = Blueprint("api_files", __name__, url_prefix="/api")

    @pages.post("/import")
    def bring_in() -> Response:
        # As it is: a blank at its end is none of our business, and the columns are checked one by one.
        text("text")
        content, dry_run = str(given().get("text", "")), flag("dry_run")
        plan, saved = (imports.plan(content), Saved(())) if dry_run else imports.carry_out(content, text("checked"))
        return jsonify(
            dry_run=dry_run,
            rows=[_row(fate) for fate in plan.fates],
            counts=plan.counts,
            checked=plan.mark,
            apply_config=saved.reload,
            applied=saved.applied,
            warnings=saved.warnings,
        )

    @pages.get("/export")
    def export() -> Response:
        return jsonify(phones=[as_fields(phone) for phone in work.parts().ledger.phones()])

    return pages


def _row(fate: Fate) -> dict[str, Any]:
    return {**fate._asdict(), "changes": [change._asdict() for change in fate.changes]}
