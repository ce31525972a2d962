"""Locks that follow wrong PINs, and lifting them."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from hotdesk_module import controls
from hotdesk_module.controls import Lock
from hotdesk_module.web import happened, work
from hotdesk_module.web.finish import finish
from hotdesk_module.web.gate import identity
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import back
from hotdesk_module.web.notices import CAUTION, DONE, Notice, Notices
from hotdesk_module.web.people_list import HOME


def locks(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("locks", __name__)

    @pages.get("/people/locks")
    def ask() -> str:
        return render_template("people_locks.html", locks=all_locks(), names=_names(), back=back(HOME))

    @pages.post("/people/locks/lift")
    def lift() -> Response:
        """Lift the locks that the administrator saw; one that is newer stays, for somebody goes on guessing there."""
        now = {(lock.kind, lock.subject): lock for lock in all_locks()}
        done: list[str] = []
        stale: list[str] = []
        given = [tuple(key.split(" ")) for key in dict.fromkeys(request.form.getlist("lock"))]
        seen = [key for key in given if len(key) == 3 and key[0] in ("user", "phone")]
        for kind, subject, until in seen:
            lock, who = now.get((kind, subject)), _who(kind, subject)
            if lock and lock.locked_until and str(lock.locked_until) != until:
                stale.append(_("%(who)s has been locked again meanwhile. That lock stays.") % {"who": who})
            elif lock and lift_locks(lock.kind, lock.subject):
                done.append(_("%(who)s may try again.") % {"who": who})
            else:
                stale.append(happened.lifted(kind, subject, who))
        return finish(notices, HOME, Notice(DONE, tuple(done)), Notice(CAUTION, tuple(stale)))

    return pages


def all_locks() -> tuple[Lock, ...]:
    """Return who is locked, and whose wrong PINs still count."""
    return controls.locks(work.parts().ledger, work.parts().clock())


def lift_locks(kind: str = "", subject: str = "") -> tuple[Lock, ...]:
    """Lift the lock of a user or a phone, or everybody's; return those that there were."""
    at = work.parts()
    return controls.lift_locks(at.ledger, at.clock, work.SOURCE, identity().user, kind, subject)


def _names() -> dict[str, str]:
    """Return what those who are locked are called, by kind and number."""
    at, found = work.parts(), all_locks()
    users = at.inventory.users({lock.subject for lock in found if lock.kind == "user"})
    phones = at.ledger.phones({lock.subject for lock in found if lock.kind == "phone"})
    return {f"user {u.extension}": u.name for u in users} | {f"phone {p.device}": p.label for p in phones}


def _who(kind: str, subject: str) -> str:
    return subject if kind == "user" else _("Phone %(phone)s") % {"phone": subject}
