"""The page of the emergency dry run, a part of Health."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from hotdesk_module.core.routes import emergency_numbers
from hotdesk_module.health.dry_run_said import rows
from hotdesk_module.web import work
from hotdesk_module.web.emergency import HOME, run, wanted
from hotdesk_module.web.links import go_to
from hotdesk_module.web.listing import PER, Place, cut
from hotdesk_module.web.pages.health import say


def emergency() -> Blueprint:
    """Return the pages."""
    pages = Blueprint("emergency", __name__)

    @pages.get(HOME)
    def show() -> str:
        asked = wanted(request.args)
        found = run(asked)
        page = cut(rows(found.lines), Place("", asked.page, asked.per))
        return render_template(
            "health_emergency.html",
            page=page,
            wanted=asked._replace(page=page.number),
            per=PER,
            right=found.right,
            routed=bool(emergency_numbers(work.parts().inventory.routes())),
            say=say,
        )

    @pages.post(f"{HOME}/find")
    def find() -> Response:
        return go_to(HOME, **wanted(request.form).query())

    return pages
