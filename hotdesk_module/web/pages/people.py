"""The page People: who may log in, where each sits, who is locked; and a page for each."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from hotdesk_module import queues
from hotdesk_module.core.queues import UNTOUCHED
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web import story, work
from hotdesk_module.web.links import go_to
from hotdesk_module.web.listing import PER, Place, cut
from hotdesk_module.web.live import mark_of, news
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.pages.locks import all_locks
from hotdesk_module.web.pages.person_queues import modes
from hotdesk_module.web.people import GONE, ends, last_logins, person
from hotdesk_module.web.people import people as everybody
from hotdesk_module.web.people_list import HOME, Wanted, chosen, wanted

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
            queues=[q for q in queues.of_user(at.ledger, at.inventory, extension) if q.mode != UNTOUCHED],
            modes=modes(),
            ends=ends(at, [found]),
            last=last_logins([extension]).get(extension),
            events=events,
            labels=labels,
            told=story.told,
            sources=story.sources(),
            # Of whom FreePBX no longer has, nothing may be left to go back to.
            back=HOME if found.kind == GONE else f"{HOME}/{extension}",
        )

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
