"""People as data: who may log in, where each sits, and the hot desk PINs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from hotdesk_module import answers, pins
from hotdesk_module.times import iso
from hotdesk_module.web import work
from hotdesk_module.web.api.given import text
from hotdesk_module.web.gate import identity
from hotdesk_module.web.listing import Place, cut
from hotdesk_module.web.people import EVERYBODY, Person, chosen, last_logins, person, wanted
from hotdesk_module.web.people import people as everybody


def people() -> Blueprint:
    """Return the paths under /api/people."""
    pages = Blueprint("api_people", __name__, url_prefix="/api/people")

    @pages.get("")
    def show() -> Response:
        """Answer with one page where ``page`` or ``per`` is given, and with all where neither is."""
        asked = wanted({"state": EVERYBODY, **request.args})
        found = chosen(everybody(work.parts()), asked)
        page = cut(found, Place(asked.sort, asked.page, asked.per))
        rows = page.rows if {"page", "per"} & request.args.keys() else found
        last = last_logins([p.extension for p in rows]) if len(rows) <= asked.per else last_logins()
        return jsonify(people=[_as_data(p, last.get(p.extension)) for p in rows], total=len(found))

    @pages.get("/<extension>")
    def one(extension: str) -> Response:
        found = person(work.parts(), extension)
        return jsonify(person=_as_data(found, last_logins([extension]).get(extension)))

    @pages.post("/<extension>/pin")
    def set_pin(extension: str) -> Response:
        at = work.parts()
        pins.set_pin(at.ledger, at.inventory, at.clock, work.SOURCE, identity().user, extension, text("pin"))
        return jsonify(extension=extension, pin_set=iso(at.clock()))

    @pages.post("/<extension>/pin/remove")
    def remove_pin(extension: str) -> Response:
        at = work.parts()
        removed = pins.remove_pin(at.ledger, at.clock, work.SOURCE, identity().user, extension)
        return jsonify(extension=extension, removed=removed)

    return pages


def _as_data(found: Person, last: int | None) -> dict[str, Any]:
    return {
        "extension": found.extension,
        "name": found.name,
        "kind": found.kind,
        "own_phones": list(found.devices),
        "pin": found.pin,
        "pin_set": iso(found.pin_at) if found.pin_at else None,
        "may_log_in": found.may_log_in,
        "sits": [
            {
                "phone": s.phone.device,
                "label": s.phone.label,
                "location": s.phone.location,
                "since": iso(s.session.since),
                "until": iso(s.end.at) if s.end else None,
                "until_why": s.end.why if s.end else None,
            }
            for s in found.seats
        ],
        "last_login": iso(last) if last else None,
        "lock": answers.lock(found.lock) if found.lock else None,
    }
