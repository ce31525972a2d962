"""Taking FreePBX's devices into the pool, many at once.

One form holds the search, the pages and the boxes: what is ticked stays so while one looks for more.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from hotdesk_module.errors import HotdeskError
from hotdesk_module.web import told, work
from hotdesk_module.web.addable import addable, fitting
from hotdesk_module.web.finish import finish
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import back
from hotdesk_module.web.listing import PER, cut, place
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.phone_list import HOME


def phones_add(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("phones_add", __name__)

    @pages.get("/phones/add")
    def choose() -> str:
        return _form()

    @pages.post("/phones/add/choose")
    def look_for_more() -> str:
        return _form()

    @pages.post("/phones/add")
    def add() -> Response | tuple[str, int]:
        chosen, location = request.form.getlist("device"), request.form.get("location", "")
        if not chosen:
            return _form([_("Choose at least one phone.")]), 400
        try:
            many = work.pool().add_many(chosen, {"location": location})
        except HotdeskError as error:
            return _form([error.message]), 400
        if not many.saved.phones:
            return _form(list(told.failures(many).lines)), 400
        return finish(notices, HOME, *told.added(many))

    return pages


def _form(errors: list[str] | None = None) -> str:
    everything = addable()
    q = request.values.get("q", "").strip()
    page = cut(fitting(everything, q), place(request.values, ()))
    shown = {c.number for c in page.rows}
    # What was ticked on another page, or before the search.
    ticked = dict.fromkeys(request.form.getlist("device"))
    known = {c.number for c in everything}
    return render_template(
        "phones_add.html",
        page=page,
        total=len(everything),
        per=PER,
        q=q,
        chosen=[number for number in ticked if number in shown],
        kept=[number for number in ticked if number in known - shown],
        location=request.form.get("location", ""),
        errors=errors or [],
        back=back(HOME),
    )
