"""Who sits where, as data: login and logout."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, jsonify

from hotdesk_module import answers
from hotdesk_module.core import expiry
from hotdesk_module.core.machine import Ending
from hotdesk_module.core.model import Session
from hotdesk_module.core.pool import check
from hotdesk_module.core.settings import parse
from hotdesk_module.errors import BadValue
from hotdesk_module.times import Dailies
from hotdesk_module.web import work
from hotdesk_module.web.api.given import flag, given, text, texts
from hotdesk_module.web.seats import log_out, read, seat_of


def sessions() -> Blueprint:
    """Return the paths of logins and logouts."""
    pages = Blueprint("api_sessions", __name__, url_prefix="/api")

    @pages.get("/sessions")
    def sessions() -> Response:
        at = work.parts()
        found = at.ledger.sessions()
        pool = {p.device: p for p in at.ledger.phones()}
        labels = {p.device: p.label for p in pool.values()}
        names = {u.extension: u.name for u in at.inventory.users({s.user for s in found})}
        now = at.clock()
        ends = expiry.ends(found, pool, parse(at.ledger.settings()), now, Dailies(work.zone()).next)
        return jsonify(
            sessions=[
                {
                    **answers.session(s, names.get(s.user, ""), labels.get(s.phone, ""), now, ends.get(s.phone)),
                    "seat": seat_of(s),
                }
                for s in found
            ]
        )

    @pages.post("/login")
    def login() -> Response:
        phone, user = check("device", text("phone")), text("user")
        if flag("dry_run"):
            decision = work.desk().foresee(phone, user)
            if decision.refusal is not None:
                raise decision.refusal
            return jsonify(dry_run=True, phone=phone, user=user, ended=_endings(decision.endings))
        ending = read(texts("seats")) if "seats" in given() else None
        outcome = work.desk().login(phone, user, ending=ending)
        return jsonify(code=outcome.code, phone=phone, user=user, **answers.ended([outcome]))

    @pages.post("/logout")
    def logout() -> Response:
        asked = given()
        wanted = [name for name in WAYS if (flag(name) if name == "all" else asked.get(name))]
        if len(wanted) != 1:
            raise BadValue(f"Give one of: {', '.join(WAYS)}.")
        (way,) = wanted
        if not flag("dry_run") and way == "phone":
            return jsonify(answers.ended([work.desk().logout(check("device", text("phone")))]))
        if not flag("dry_run") and way == "user":
            return jsonify(answers.ended([work.desk().logout_user(text("user"))]))
        seats = read(texts("seats")) if way == "seats" else tuple(s.identity for s in _sitting(way))
        if flag("dry_run"):
            sitting = [s for s in work.parts().ledger.sessions({seat[0] for seat in seats}) if s.identity in seats]
            return jsonify(dry_run=True, ended=_endings(Ending(s, "logout") for s in sitting))
        farewell = log_out(seats)
        now = {s.phone: s.user for s in farewell.now}
        left = [{"phone": phone, "user": user, "now": now.get(phone)} for phone, user, _since in farewell.left]
        why = farewell.trouble
        reason = {"code": why.code, "message": why.message} if why else {}
        errors = [{"phone": phone, "user": user, **reason} for phone, user, _since in farewell.stuck]
        return jsonify(**answers.ended(farewell.outcomes), left=left, errors=errors)

    return pages


# Whom a logout is about.
WAYS = ("phone", "user", "seats", "location", "all")


def _sitting(way: str) -> Iterable[Session]:
    """Return the sessions that a logout is about."""
    ledger = work.parts().ledger
    if way == "phone":
        return ledger.sessions([check("device", text("phone"))])
    if way == "user":
        return ledger.sessions(users=[text("user")])
    if way == "location":
        return ledger.sessions([p.device for p in ledger.phones() if p.location == text("location")])
    return ledger.sessions()


def _endings(endings: Iterable[Ending]) -> list[dict[str, str]]:
    return [
        {"phone": e.session.phone, "user": e.session.user, "why": e.why, "seat": seat_of(e.session)} for e in endings
    ]
