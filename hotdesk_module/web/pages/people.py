"""The page People: who may log in, where each sits, who is locked; and a page for each."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from hotdesk_module import sentences
from hotdesk_module.core.pool import TEXT_LENGTH
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web import back, happened, story, work
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import go_to, path
from hotdesk_module.web.listing import PER, Place, cut
from hotdesk_module.web.live import mark_of, news
from hotdesk_module.web.notices import CAUTION, DONE, Notice, Notices
from hotdesk_module.web.pages.locks import all_locks
from hotdesk_module.web.pages.phones import NOT_APPLIED
from hotdesk_module.web.people import Wanted, chosen, last_logins, person, wanted
from hotdesk_module.web.people import people as everybody

# So many lines of the history are shown with a person.
LATEST = 10
# More digits than these are no time.
LONGEST = 16


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
            live=path("/people/table", **back.query_of(asked)),
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
            last=last_logins([extension]).get(extension),
            events=events,
            labels=labels,
            told=story.told,
            sources=story.sources(),
            back=back.HERE,
        )

    @pages.post("/people/<extension>/logout")
    def logout(extension: str) -> Response:
        """Log somebody out of the phones where the administrator saw them, and of no other."""
        found, seen = person(work.parts(), extension), request.form.getlist("seat")
        still = [s.session for s in found.seats if s.key in seen]
        outcomes = work.desk().logout_all(still) if still else []
        lines = sentences.endings(outcomes, {extension: found.name})
        if not lines:
            return back.tell(notices, extension, Notice(CAUTION, _not_logged_out(extension, seen)))
        waits = () if all(o.applied for o in outcomes) else (NOT_APPLIED,)
        return back.tell(notices, extension, Notice(DONE, tuple(lines)), Notice(CAUTION, waits))

    return pages


def _table(asked: Wanted) -> str:
    everyone = everybody(work.parts())
    # Who is looked for and is not among those shown is not lost: the list says so.
    others = sum(1 for p in everyone if asked.q and not p.is_(asked.state) and p.has(asked.q))
    page = cut(chosen(everyone, asked), Place(asked.sort, asked.page, asked.per))
    locks = [lock for lock in all_locks() if lock.kind == "phone"]
    return render_template(
        "people_table.html",
        page=page,
        last=last_logins([p.extension for p in page.rows]),
        others=others,
        may=sum(1 for p in everyone if p.may_log_in),
        logged_in=sum(1 for p in everyone if p.seats),
        locked=sum(1 for p in everyone if p.locked_until),
        locks=locks,
        labels={p.device: p.label for p in work.parts().ledger.phones([lock.subject for lock in locks])},
        wanted=asked,
        back=back.way_back(asked._replace(page=page.number)),
    )


def _not_logged_out(extension: str, seen: list[str]) -> tuple[str, ...]:
    """Return what has become of the seats that were seen."""
    lines = [_("Nothing was changed.")]
    for key in dict.fromkeys(seen):
        phone, _user, since = (*key.split(" "), "", "")[:3]
        if since.isascii() and since.isdigit() and len(since) < LONGEST:
            lines.append(happened.left(phone[:TEXT_LENGTH], extension, int(since)))
    for seat in person(work.parts(), extension).seats:
        phone = sentences.named(seat.phone.device, {seat.phone.device: seat.phone.label})
        lines.append(_("%(who)s sits at phone %(phone)s now.") % {"who": extension, "phone": phone})
    return tuple(lines)
