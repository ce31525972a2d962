"""The page Import and export: the pool as a file, and what a file would do before it does it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from hotdesk_module.core import pool_csv, sheets
from hotdesk_module.core.pool import FIELDS
from hotdesk_module.core.pool_import import ADDED, CHANGED, ERROR, UNCHANGED
from hotdesk_module.errors import BadImport, Changed
from hotdesk_module.web import imports, told, work
from hotdesk_module.web.finish import finish
from hotdesk_module.web.imports import Plan
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.language import ngettext
from hotdesk_module.web.notices import DONE, Notice, Notices
from hotdesk_module.web.pages.history import download
from hotdesk_module.web.phone_list import HOME
from hotdesk_module.web.uploads import uploaded


def phones_import(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("phones_import", __name__)

    @pages.get("/phones/import")
    def choose() -> str:
        return _form()

    @pages.post("/phones/import")
    def check() -> str | tuple[str, int]:
        text = ""
        try:
            text = pool_csv.decoded(uploaded("csv")) or request.form.get("pasted", "")
            if not text.strip():
                return _form(_("Choose a file, or paste its text.")), 400
            return _question(imports.plan(text), text)
        except BadImport as error:
            return _form(error.message, text), 400

    @pages.post("/phones/import/confirm")
    def confirm() -> Response | str | tuple[str, int]:
        text, mark = request.form.get("csv", ""), request.form.get("checked", "")
        try:
            # Without a mark nobody can have agreed.
            plan, saved = imports.carry_out(text, mark or "-")
        except Changed as error:
            return _question(imports.plan(text), text, error.message), 409
        return finish(notices, HOME, Notice(DONE, (_done(plan),)), *told.consequences([saved]))

    @pages.get("/phones/export.csv")
    def export() -> Response:
        return download(sheets.BOM + pool_csv.write(work.parts().ledger.phones()), "hotdesk-phones")

    return pages


def _form(error: str = "", text: str = "") -> str:
    return render_template("phones_import.html", error=error, text=text, columns=FIELDS)


def _question(plan: Plan, text: str, error: str = "") -> str:
    titles = {ADDED: _("added"), CHANGED: _("changed"), UNCHANGED: _("unchanged"), ERROR: _("error")}
    return render_template(
        "phones_import_plan.html", plan=plan, counts=plan.counts, titles=titles, text=text, error=error
    )


def _done(plan: Plan) -> str:
    counts = plan.counts
    added = ngettext("%(count)d phone added", "%(count)d phones added", counts[ADDED]) % {"count": counts[ADDED]}
    changed = ngettext("%(count)d changed", "%(count)d changed", counts[CHANGED]) % {"count": counts[CHANGED]}
    same = ngettext("%(count)d as it was", "%(count)d as they were", counts[UNCHANGED]) % {"count": counts[UNCHANGED]}
    return f"{added}, {changed}, {same}."
