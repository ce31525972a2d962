"""What queues do when somebody logs in and out."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request

from hotdesk_module import queues, sentences
from hotdesk_module.core.queues import BREAK, LOGIN, UNTOUCHED
from hotdesk_module.errors import Changed, HotdeskError
from hotdesk_module.web import told, work
from hotdesk_module.web.errors import STATUSES
from hotdesk_module.web.finish import finish
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import back
from hotdesk_module.web.notices import CAUTION, DONE, Notice, Notices
from hotdesk_module.web.people import Person, person
from hotdesk_module.web.people_list import HOME

# What the names of fields begin with, before a queue's number: what was chosen, and what the form was filled with.
MODE, SEEN = "mode-", "was-"


def person_queues(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("person_queues", __name__)

    @pages.get("/people/<extension>/queues")
    def ask(extension: str) -> str:
        return _form(person(work.parts(), extension))

    @pages.post("/people/<extension>/queues")
    def change(extension: str) -> Response | tuple[str, int]:
        found = person(work.parts(), extension)
        chosen, seen = _given(MODE), _given(SEEN)
        # Of queues that were left as they were, another administrator's change stands.
        changed = {queue: mode for queue, mode in chosen.items() if mode != seen.get(queue)}
        try:
            done = queues.change(work.desk(), extension, changed, seen)
        except Changed:
            line = _("Nothing was changed: meanwhile somebody else has changed them, and here is how they are.")
            return _form(found, error=line), STATUSES[Changed.code]
        except HotdeskError as refusal:
            return _form(found, chosen, refusal.message), STATUSES[refusal.code]
        return finish(notices, f"{HOME}/{extension}", *_told(found, changed, done))

    return pages


def modes() -> dict[str, str]:
    """Return what a queue can be to somebody, in words."""
    return {
        UNTOUCHED: _("left untouched"),
        LOGIN: _("logged in to at login, and out of at logout"),
        BREAK: _("paused at logout, and unpaused at login"),
    }


def _form(found: Person, chosen: Mapping[str, str] | None = None, error: str = "") -> str:
    at = work.parts()
    return render_template(
        "person_queues.html",
        person=found,
        queues=queues.of_user(at.ledger, at.inventory, found.extension),
        modes=modes(),
        chosen=chosen or {},
        error=error,
        back=back(HOME),
    )


def _given(begin: str) -> dict[str, str]:
    return {name[len(begin) :]: value for name, value in request.form.items() if name.startswith(begin)}


def _told(found: Person, changed: Mapping[str, str], done: queues.Outcome) -> tuple[Notice, ...]:
    who = sentences.named(found.extension, {found.extension: found.name})
    line = _("The queues of %(who)s are saved.") if changed else _("Nothing was changed.")
    static = _("%(who)s is a static member of queue %(queue)s, and so never logged out of it.")
    barred = _("Queue %(queue)s takes only the dynamic agents that its form lists, and %(who)s is not one of them.")
    cautions = [
        *(static % {"who": who, "queue": queue} for queue in done.static),
        *(barred % {"who": who, "queue": queue} for queue in done.barred),
    ]
    return Notice(DONE, (line % {"who": who},)), Notice(CAUTION, tuple(cautions)), told.follows(done.applied)
