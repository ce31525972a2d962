"""Who sits where, as data: login and logout."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from hotdesk_module import answers
from hotdesk_module.core import expiry
from hotdesk_module.core.pool import check
from hotdesk_module.core.settings import parse
from hotdesk_module.errors import BadValue
from hotdesk_module.service import Outcome
from hotdesk_module.times import Dailies
from hotdesk_module.web import work
from hotdesk_module.web.api.given import given, text


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
                answers.session(s, names.get(s.user, ""), labels.get(s.phone, ""), now, ends.get(s.phone))
                for s in found
            ]
        )

    @pages.post("/login")
    def login() -> Response:
        phone, user = check("device", text("phone")), text("user")
        outcome = work.desk().login(phone, user)
        return jsonify(code=outcome.code, phone=phone, user=user, **answers.ended([outcome]))

    @pages.post("/logout")
    def logout() -> Response:
        asked = given()
        wanted = [name for name in ("phone", "user", "all") if asked.get(name)]
        if len(wanted) != 1:
            raise BadValue("Give a phone, or a user, or all.")
        if wanted == ["phone"]:
            outcomes: list[Outcome] = [work.desk().logout(check("device", text("phone")))]
        elif wanted == ["user"]:
            outcomes = [work.desk().logout_user(text("user"))]
        else:
            outcomes = work.desk().logout_all()
        return jsonify(answers.ended(outcomes))

    return pages
