"""Changing many phones at once."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request

from hotdesk_module.administration import SHARED
from hotdesk_module.errors import BadValue
from hotdesk_module.web import told, work
from hotdesk_module.web.finish import finish
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import back
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.phone_list import HOME
from hotdesk_module.web.rows import rows


def phones_edit(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("phones_edit", __name__)

    @pages.post("/phones/selected/edit")
    def ask() -> str:
        return _form(request.form.getlist("device"), dict.fromkeys(SHARED, ""), "")

    @pages.post("/phones/edit")
    def edit() -> Response | tuple[str, int]:
        """Change what was ticked (``set``), and nothing else."""
        devices, chosen = request.form.getlist("device"), request.form.getlist("set")
        fields = {name: request.form.get(name, "") for name in SHARED if name in chosen}
        try:
            if not fields:
                raise BadValue(_("Tick what is to be changed."))
            return finish(notices, HOME, *told.edited(work.pool().edit_many(devices, fields)))
        except BadValue as error:
            return _form(devices, {name: request.form.get(name, "") for name in SHARED}, error.message, chosen), 400

    return pages


def _form(devices: list[str], typed: Mapping[str, str], error: str, chosen: list[str] | None = None) -> str:
    found = rows(work.parts(), set(devices))
    return render_template(
        "phones_edit.html", rows=found, typed=typed, chosen=chosen or [], error=error, back=back(HOME)
    )
