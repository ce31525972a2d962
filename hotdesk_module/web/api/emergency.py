"""The emergency dry run as data."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from hotdesk_module.health.dry_run_data import data
from hotdesk_module.web.emergency import run, wanted
from hotdesk_module.web.listing import Place, cut


def emergency() -> Blueprint:
    """Return the path."""
    pages = Blueprint("api_emergency", __name__, url_prefix="/api")

    @pages.get("/emergency")
    def show() -> Response:
        asked = wanted(request.args)
        found = run(asked)
        page = cut(found.lines, Place("", asked.page, asked.per))
        told = data(found._replace(lines=tuple(page.rows)))
        told.update(right=found.right, total=page.total, page=page.number, pages=page.pages, per=page.per)
        return jsonify(told)

    return pages
