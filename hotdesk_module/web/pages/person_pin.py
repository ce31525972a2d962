"""The hot desk PIN of somebody without a mailbox: set, changed, removed; never shown."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from hotdesk_module import pins, sentences
from hotdesk_module.errors import BadPin, HotdeskError
from hotdesk_module.web import work
from hotdesk_module.web.errors import REFUSED, STATUSES
from hotdesk_module.web.finish import finish
from hotdesk_module.web.forms import PinForm
from hotdesk_module.web.gate import identity
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import back
from hotdesk_module.web.notices import DONE, Notice, Notices
from hotdesk_module.web.people import Person, person
from hotdesk_module.web.people_list import HOME


def person_pin(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("person_pin", __name__)

    @pages.get("/people/<extension>/pin")
    def ask(extension: str) -> str:
        return _form(person(work.parts(), extension), PinForm())

    @pages.post("/people/<extension>/pin")
    def set_pin(extension: str) -> Response | tuple[str, int]:
        found, form, at = person(work.parts(), extension), PinForm(request.form), work.parts()
        stale = _stale(found)
        if stale:
            return _form(found, form, stale), REFUSED
        if not form.validate():
            return _form(found, form), 400
        pin = form.pin.data or ""
        try:
            pins.set_pin(at.ledger, at.inventory, at.clock, work.SOURCE, identity().user, extension, pin)
        except BadPin as refusal:
            form.pin.errors = (refusal.message,)
            return _form(found, form), STATUSES[refusal.code]
        except HotdeskError as refusal:
            return _form(found, form, refusal.message), STATUSES[refusal.code]
        if found.pin_at:
            line = _("%(who)s has another hot desk PIN now; the one before is of no use any more.")
        else:
            line = _("%(who)s has a hot desk PIN now.")
        return finish(notices, HOME, Notice(DONE, (line % {"who": _named(found)},)))

    @pages.post("/people/<extension>/pin/remove")
    def remove_pin(extension: str) -> Response | tuple[str, int]:
        found, at = person(work.parts(), extension), work.parts()
        stale = _stale(found)
        if stale:
            return _form(found, PinForm(), stale), REFUSED
        pins.remove_pin(at.ledger, at.clock, work.SOURCE, identity().user, extension)
        line = _("%(who)s has no hot desk PIN any more.") % {"who": _named(found)}
        return finish(notices, HOME, Notice(DONE, (line,)))

    return pages


def _form(found: Person, form: PinForm, error: str = "") -> str:
    return render_template("person_pin.html", person=found, form=form, error=error, back=back(HOME))


def _stale(found: Person) -> str:
    """Return what somebody else did to the PIN since the administrator saw it; empty: nothing."""
    if request.form.get("at", "") == str(found.pin_at):
        return ""
    if found.pin_at:
        return _("Nothing was changed: meanwhile somebody else has set a PIN for this person.")
    return _("Nothing was changed: meanwhile somebody else has removed the PIN.")


def _named(found: Person) -> str:
    return sentences.named(found.extension, {found.extension: found.name})
