"""The page People: who may log in, where each sits, who is locked; and a page for each."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web import happened, story, told, work
from hotdesk_module.web.finish import finish
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import go_to
from hotdesk_module.web.listing import PER, Place, cut
from hotdesk_module.web.live import mark_of, news
from hotdesk_module.web.notices import CAUTION, Notice, Notices
from hotdesk_module.web.pages.locks import all_locks
from hotdesk_module.web.people import GONE, ends, last_logins, person
from hotdesk_module.web.people import people as everybody
from hotdesk_module.web.people_list import HOME, Wanted, chosen, wanted
from hotdesk_module.web.seats import Seat, log_out, read

# So many lines of the history are shown with a person.
LATEST = 10


def people(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("people", __name__)

    @pages.get("/people")
    def show() -> str:
        asked = wanted(request.args)
        table = _table(asked)
        return render_template(
            "people.html",
            table=Markup(table),
            seen=mark_of(table),
            live=asked.path.replace(HOME, f"{HOME}/table", 1),
            wanted=asked,
            per=PER,
        )

    @pages.get("/people/table")
    def only_the_table() -> Response:
        return news(_table(wanted(request.args)))

    @pages.post("/people/find")
    def find() -> Response:
        return go_to("/people", **wanted(request.form).query())

    @pages.get("/people/<extension>")
    def one(extension: str) -> str:
        found, at = person(work.parts(), extension), work.parts()
        events = at.ledger.events(HistoryFilter(user=extension, limit=LATEST))
        labels = {p.device: p.label for p in at.ledger.phones({e.phone for e in events})}
        return render_template(
            "person.html",
            person=found,
            ends=ends(at, [found]),
            last=last_logins([extension]).get(extension),
            events=events,
            labels=labels,
            told=story.told,
            sources=story.sources(),
            # Of whom FreePBX no longer has, nothing may be left to go back to.
            back=HOME if found.kind == GONE else f"{HOME}/{extension}",
        )

    @pages.post("/people/<extension>/logout")
    def logout(extension: str) -> Response:
        """Log somebody out of the phones where the administrator saw them, and of no other."""
        found = person(work.parts(), extension)
        seats = [seat for seat in read(request.form.getlist("seat")) if seat[1] == found.extension]
        farewell = log_out(seats)
        if farewell.ended:
            return finish(notices, HOME, *told.logged_out(farewell))
        return finish(notices, HOME, Notice(CAUTION, _not_logged_out(extension, farewell.left)))

    return pages


def _table(asked: Wanted) -> str:
    everyone = everybody(work.parts())
    # Who is looked for and is not among those shown is not lost: the list says so.
    others = sum(1 for p in everyone if asked.q and not p.is_(asked.state) and p.has(asked.q))
    page = cut(chosen(work.parts(), everyone, asked), Place(asked.sort, asked.page, asked.per))
    locks = [lock for lock in all_locks() if lock.kind == "phone"]
    return render_template(
        "people_table.html",
        page=page,
        last=last_logins([p.extension for p in page.rows]),
        ends=ends(work.parts(), page.rows),
        others=others,
        may=sum(1 for p in everyone if p.may_log_in),
        logged_in=sum(1 for p in everyone if p.seats),
        locked=sum(1 for p in everyone if p.locked_until),
        locks=locks,
        labels={p.device: p.label for p in work.parts().ledger.phones([lock.subject for lock in locks])},
        wanted=asked,
        back=asked._replace(page=page.number).path,
    )


def _not_logged_out(extension: str, left: tuple[Seat, ...]) -> tuple[str, ...]:
    """Return what has become of the seats that were seen, and where the person sits now."""
    lines = [_("Nothing was changed."), *(happened.left(*seat) for seat in left)]
    sittings = person(work.parts(), extension).seats
    names = told.Names([extension], [s.phone.device for s in sittings])
    for sitting in sittings:
        values = {"who": names.user(extension), "phone": names.phone(sitting.phone.device)}
        lines.append(_("%(who)s sits at phone %(phone)s now.") % values)
    return tuple(lines)
