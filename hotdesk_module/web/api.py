"""The same as data: what the pages show and do, under the same permissions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from flask import Blueprint, Response, jsonify, request

from hotdesk_module import answers
from hotdesk_module.core.model import Contact
from hotdesk_module.core.pool import FIELDS, check
from hotdesk_module.errors import BadValue
from hotdesk_module.health.installation import Machine
from hotdesk_module.service import Outcome
from hotdesk_module.web import work
from hotdesk_module.web.health import look
from hotdesk_module.web.links import TOKEN
from hotdesk_module.web.rows import rows


def api(machine: Callable[[], Machine], registrations: Callable[[], Mapping[str, Contact] | None]) -> Blueprint:
    """Return the paths under /api."""
    pages = Blueprint("api", __name__, url_prefix="/api")

    @pages.get("/phones")
    def phones() -> Response:
        registered = registrations()
        return jsonify(
            phones=[
                {
                    **answers.phone_seen(r.phone, r.device, r.transport or None, r.session),
                    "name": r.name,
                    "state": r.state,
                    **answers.registration(r.phone.device, registered),
                }
                for r in rows(work.parts())
            ]
        )

    @pages.post("/phones")
    def add() -> Response:
        return _saved(work.pool().add(_phone_fields()), "added")

    @pages.post("/phones/<device>")
    def edit(device: str) -> Response:
        fields = {k: v for k, v in _phone_fields().items() if k != "device"}
        return _saved(work.pool().edit(check("device", device), fields), "changed")

    @pages.post("/phones/<device>/remove")
    def remove(device: str) -> Response:
        return _saved(work.pool().remove(check("device", device)), "removed")

    @pages.get("/sessions")
    def sessions() -> Response:
        at = work.parts()
        found = at.ledger.sessions()
        labels = {p.device: p.label for p in at.ledger.phones()}
        names = {u.extension: u.name for u in at.inventory.users({s.user for s in found})}
        now = at.clock()
        return jsonify(
            sessions=[answers.session(s, names.get(s.user, ""), labels.get(s.phone, ""), now) for s in found]
        )

    @pages.post("/login")
    def login() -> Response:
        phone, user = check("device", _one("phone")), _one("user")
        outcome = work.desk().login(phone, user)
        return jsonify(code=outcome.code, phone=phone, user=user, **answers.ended([outcome]))

    @pages.post("/logout")
    def logout() -> Response:
        given = _given()
        wanted = [name for name in ("phone", "user", "all") if given.get(name)]
        if len(wanted) != 1:
            raise BadValue("Give a phone, or a user, or all.")
        if wanted == ["phone"]:
            outcomes: list[Outcome] = [work.desk().logout(check("device", _one("phone")))]
        elif wanted == ["user"]:
            outcomes = [work.desk().logout_user(_one("user"))]
        else:
            outcomes = work.desk().logout_all()
        return jsonify(answers.ended(outcomes))

    @pages.get("/health")
    def health() -> Response:
        return jsonify(findings=[f._asdict() for f in look(machine())])

    @pages.post("/reconcile")
    def reconcile() -> Response:
        dry_run = _flag("dry_run")
        return jsonify(answers.repair(work.desk().reconcile(dry_run, _flag("force")), dry_run))

    return pages


def _saved(saved: Any, fate: str) -> Response:
    (phone,) = saved.phones
    return jsonify(
        phone=answers.phone(phone),
        fate=fate,
        ended=[{"phone": s.phone, "user": s.user} for s in saved.ended],
        apply_config=saved.reload,
        applied=saved.applied,
        warnings=saved.warnings,
    )


def _given() -> Mapping[str, Any]:
    """Return what was sent, as a form or as a JSON object."""
    if not request.is_json:
        return request.form
    data = request.get_json()
    if not isinstance(data, dict):
        raise BadValue("Send a JSON object.")
    return data


def _one(name: str) -> str:
    """Return a text; a number of JSON is none, for zeros in front of it would be lost."""
    value = _given().get(name, "")
    if not isinstance(value, str):
        raise BadValue(f"{name}: write it as text, in quotes.")
    return value.strip()


def _flag(name: str) -> bool:
    return _given().get(name) in (True, "yes", "true", "1")


def _phone_fields() -> dict[str, str]:
    fields = {k: v for k, v in _given().items() if k != TOKEN}
    for name in fields:
        if name not in FIELDS:
            raise BadValue(f"A phone has no field '{name[:40]}'. Its fields are: {', '.join(FIELDS)}.")
    return {k: _one(k) if not isinstance(v, bool) else ("yes" if v else "no") for k, v in fields.items()}
