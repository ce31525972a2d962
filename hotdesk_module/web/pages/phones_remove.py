"""Taking phones out of the pool, after a page that says whose sessions end with it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from hotdesk_module.administration import Many, Saved
from hotdesk_module.web import told, work
from hotdesk_module.web.finish import finish
from hotdesk_module.web.links import back
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.one import one
from hotdesk_module.web.phone_list import HOME
from hotdesk_module.web.rows import Row, rows
from hotdesk_module.web.seats import read


def phones_remove(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("phones_remove", __name__)

    @pages.get("/phones/<device>/remove")
    def ask_one(device: str) -> str:
        return _question([one(device)])

    @pages.post("/phones/selected/remove")
    def ask() -> str:
        return _question(rows(work.parts(), set(request.form.getlist("device"))))

    @pages.post("/phones/remove")
    def remove() -> Response:
        """Remove the phones that were listed, each with nobody or with whom the page has shown there."""
        seen = read(request.form.getlist("seat"))
        saved, errors = work.pool().remove_many(request.form.getlist("device"), seen)
        done = [told.removed(saved)] if saved else []
        return finish(notices, HOME, *done, told.failures(Many(Saved(()), errors)), *told.consequences(saved))

    return pages


def _question(chosen: list[Row]) -> str:
    return render_template("phones_remove.html", rows=chosen, back=back(HOME))
