"""Logging somebody in at a phone, without a PIN."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from hotdesk_module.core.machine import Decision
from hotdesk_module.errors import Changed, HotdeskError
from hotdesk_module.web import told, work
from hotdesk_module.web.find import find_user, people
from hotdesk_module.web.finish import finish
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import back
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.one import one
from hotdesk_module.web.phone_list import HOME
from hotdesk_module.web.rows import Row
from hotdesk_module.web.seats import read, seat_of


def phone_login(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("phone_login", __name__)

    @pages.get("/phones/<device>/login")
    def ask(device: str) -> str:
        return _form(device)

    @pages.post("/phones/<device>/login")
    def login(device: str) -> Response | str | tuple[str, int]:
        """Do it; where somebody would be displaced, ask first, and again where it would be somebody else by now."""
        row, typed = one(device), request.form.get("user", "").strip()
        seen, asked = read(request.form.getlist("seat")), "seat" in request.form
        try:
            user = find_user(typed)
            decision = work.desk().foresee(device, user)
            if all(e.session.identity in seen for e in decision.endings):
                # What is refused is refused by the login itself, which notes it.
                outcome = work.desk().login(device, user, ending=seen)
                return finish(notices, HOME, *told.logged_in(outcome, device, user))
        except Changed:
            decision, asked = work.desk().foresee(device, user), True
        except HotdeskError as error:
            return _form(device, typed, error.message), 400
        return _confirmation(row, user, decision, asked), 409 if asked else 200

    return pages


def _form(device: str, user: str = "", error: str = "") -> str:
    return render_template("phone_login.html", row=one(device), users=people(), user=user, error=error, back=back(HOME))


def _confirmation(row: Row, user: str, decision: Decision, changed: bool) -> str:
    caution = _("Who sits where has changed in the meantime. Nothing was done yet.") if changed else ""
    lines = told.foreseen(decision, row.phone.device, user)
    return render_template(
        "phone_login_confirm.html",
        row=row,
        user=user,
        name=told.Names([user]).user(user),
        lines=lines,
        seats=[seat_of(e.session) for e in decision.endings],
        caution=caution,
        back=back(HOME),
    )
