"""Logging somebody in at a phone that is free."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from hotdesk_module.core import machine
from hotdesk_module.core import settings as settings_
from hotdesk_module.core.model import Phone
from hotdesk_module.errors import Changed, HotdeskError, Occupied
from hotdesk_module.web import told, work
from hotdesk_module.web.errors import STATUSES
from hotdesk_module.web.finish import finish
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import back
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.people import Person, person
from hotdesk_module.web.people_list import HOME
from hotdesk_module.web.seats import read


def person_login(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("person_login", __name__)

    @pages.get("/people/<extension>/login")
    def ask(extension: str) -> str:
        return _form(person(work.parts(), extension))

    @pages.post("/people/<extension>/login")
    def login(extension: str) -> Response | tuple[str, int]:
        """Seat somebody; only sessions may end of which the administrator was told."""
        found, phone = person(work.parts(), extension), request.form.get("phone", "")
        try:
            outcome = work.desk().login(phone, extension, ending=read(request.form.getlist("seat")))
        except HotdeskError as refusal:
            return _form(found, phone, _why_not(phone, found, refusal)), STATUSES[refusal.code]
        return finish(notices, HOME, *told.logged_in(outcome, phone, extension))

    return pages


def _form(found: Person, phone: str = "", error: str = "") -> str:
    refusal, lines = _what_it_does(found)
    return render_template(
        "person_login.html",
        person=found,
        places=_free(),
        phone=phone,
        error=error,
        refusal=refusal,
        lines=lines,
        back=back(HOME),
    )


def _what_it_does(found: Person) -> tuple[str, list[str]]:
    """Return why somebody cannot be logged in at any free phone, or else what a login at one does."""
    sessions = tuple(s.session for s in found.seats)
    current = settings_.parse(work.parts().ledger.settings())
    # At a phone that is free all depends on the person; which one it is makes no difference.
    decision = machine.decide(sessions, machine.Login("", found.extension), current, work.parts().clock())
    if decision.refusal is not None:
        return decision.refusal.message, []
    names = told.Names([found.extension], [e.session.phone for e in decision.endings])
    ends = _("%(who)s will be logged out of phone %(phone)s.")
    who = names.user(found.extension)
    lines = [ends % {"who": who, "phone": names.phone(e.session.phone)} for e in decision.endings]
    if sessions and not lines:
        lines.append(_("The settings allow several phones: calls ring there and where this person sits now."))
    return "", [*lines, _("No PIN is asked for.")]


def _why_not(phone: str, found: Person, refusal: HotdeskError) -> str:
    """Return a refusal; where somebody else was faster, who sits where by now."""
    if refusal.code not in (Changed.code, Occupied.code):
        return refusal.message
    now = [*work.parts().ledger.sessions([phone]), *(s.session for s in found.seats)]
    names = told.Names((s.user for s in now), (s.phone for s in now))
    lines = [
        _("%(who)s sits at phone %(phone)s by now.") % {"who": names.user(s.user), "phone": names.phone(s.phone)}
        for s in now
    ]
    return " ".join([_("Nothing was changed."), *lines])


def _free() -> list[tuple[str, list[Phone]]]:
    """Return the phones at which somebody can log in without anybody else's having to leave, by location."""
    at = work.parts()
    taken = {s.phone for s in at.ledger.sessions()}
    known = {d.id for d in at.inventory.devices()}
    places: dict[str, list[Phone]] = {}
    for phone in at.ledger.phones():
        if phone.enabled and phone.device in known and phone.device not in taken:
            places.setdefault(phone.location, []).append(phone)
    return sorted(places.items(), key=lambda place: place[0].casefold())
