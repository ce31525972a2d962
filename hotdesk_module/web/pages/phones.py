"""The page Phones: the pool and who sits there."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from hotdesk_module.web import told, work
from hotdesk_module.web.finish import finish
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import go_to
from hotdesk_module.web.listing import PER
from hotdesk_module.web.live import mark_of, news
from hotdesk_module.web.notices import CAUTION, DONE, Notice, Notices
from hotdesk_module.web.phone_list import HOME, Listing, listing, wanted
from hotdesk_module.web.rows import marks, states


def phones(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("phones", __name__)

    @pages.get("/")
    @pages.get("/phones")
    def show() -> str:
        found = _list()
        table = _table(found)
        return render_template(
            "phones.html",
            table=Markup(table),
            seen=mark_of(table),
            choices=_choices(),
            columns=_columns(),
            per=PER,
            **found._asdict(),
        )

    @pages.get("/phones/table")
    def only_the_table() -> Response:
        return news(_table(_list()))

    @pages.post("/phones/find")
    def find() -> Response:
        return go_to(HOME, **wanted(request.form).query())

    @pages.post("/phones/<device>/enable")
    def enable(device: str) -> Response:
        return _switch(notices, device, on=True)

    @pages.post("/phones/<device>/disable")
    def disable(device: str) -> Response:
        return _switch(notices, device, on=False)

    return pages


def _list() -> Listing:
    return listing(work.parts(), wanted(request.args))


def _table(found: Listing) -> str:
    return render_template("phones_table.html", columns=_columns(), **found._asdict())


def _columns() -> tuple[tuple[str, str], ...]:
    """Return the columns in their order: what the list is sorted by, and the title."""
    return (
        ("phone", _("Phone")),
        ("location", _("Location")),
        ("state", _("State")),
        ("user", _("User")),
        ("since", _("Since")),
        ("until", _("Until")),
        ("active", _("Last activity")),
        ("address", _("Registered")),
        ("mac", _("MAC address")),
        ("technology", _("Technology")),
    )


def _choices() -> list[tuple[str, str]]:
    """Return what the list can be narrowed to: a state, or what is the matter with a phone."""
    return [*((name, title) for name, (title, _) in states().items()), *marks().items()]


def _switch(notices: Notices, device: str, on: bool) -> Response:
    many = work.pool().edit_many([device], {"enabled": "yes" if on else "no"})
    for _device, error in many.errors:
        raise error
    phone = told.phone_named(many.saved.phones[0])
    if on:
        return finish(notices, HOME, Notice(DONE, (_("People may log in at phone %s again.") % phone,)))
    sitting = work.parts().ledger.sessions([device])
    names = told.Names([s.user for s in sitting])
    stay = [_("%s is logged in there, and stays so.") % names.user(s.user) for s in sitting]
    off = _("Phone %s is disabled: nobody can log in there.") % phone
    return finish(notices, HOME, Notice(DONE, (off,)), Notice(CAUTION, tuple(stay)))
