"""People as data: who may log in, where each sits, and the hot desk PINs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request

from hotdesk_module import answers, pins, queues
from hotdesk_module.core.expiry import End
from hotdesk_module.times import iso
from hotdesk_module.web import work
from hotdesk_module.web.api.given import text
from hotdesk_module.web.gate import identity
from hotdesk_module.web.listing import Place, cut
from hotdesk_module.web.people import EVERYBODY, Person, Sitting, ends, last_logins, person
from hotdesk_module.web.people import people as everybody
from hotdesk_module.web.people_list import chosen, wanted


def people() -> Blueprint:
    """Return the paths under /api/people."""
    pages = Blueprint("api_people", __name__, url_prefix="/api/people")

    @pages.get("")
    def show() -> Response:
        asked, at = wanted({"state": EVERYBODY, **request.args}), work.parts()
        page = cut(chosen(at, everybody(at), asked), Place(asked.sort, asked.page, asked.per))
        last, until = last_logins([p.extension for p in page.rows]), ends(at, page.rows)
        return jsonify(
            people=[_as_data(p, last.get(p.extension), until) for p in page.rows],
            total=page.total,
            page=page.number,
            pages=page.pages,
            per=page.per,
        )

    @pages.get("/<extension>")
    def one(extension: str) -> Response:
        found = person(work.parts(), extension)
        last = last_logins([extension]).get(extension)
        data = _as_data(found, last, ends(work.parts(), [found]))
        return jsonify(person={**data, "queues": _queues(extension)})

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

    @pages.post("/<extension>/queues")
    def change_queue(extension: str) -> Response:
        """Let a queue be something else to somebody."""
        queue, mode = text("queue"), text("mode")
        done = queues.change(work.desk(), extension, {queue: mode})
        return jsonify(
            extension=extension,
            queue=queue,
            mode=mode,
            applied=done.applied,
            static=bool(done.static),
            barred=bool(done.barred),
        )

    return pages


def _queues(extension: str) -> list[dict[str, Any]]:
    at = work.parts()
    return [
        {"queue": q.number, "name": q.name, "mode": q.mode, "static": q.static}
        for q in queues.of_user(at.ledger, at.inventory, extension)
    ]


def _as_data(found: Person, last: int | None, until: Mapping[str, End]) -> dict[str, Any]:
    def sits(one: Sitting) -> dict[str, Any]:
        end = until.get(one.phone.device)
        return {
            "phone": one.phone.device,
            "label": one.phone.label,
            "location": one.phone.location,
            "seat": one.seat,
            "since": iso(one.session.since),
            "until": iso(end.at) if end else None,
            "until_why": end.why if end else None,
        }

    return {
        "extension": found.extension,
        "name": found.name,
        "kind": found.kind,
        "own_phones": list(found.devices),
        "pin": found.pin,
        "pin_set": iso(found.pin_at) if found.pin_at else None,
        "may_log_in": found.may_log_in,
        "sits": [sits(one) for one in found.seats],
        "last_login": iso(last) if last else None,
        "lock": answers.lock(found.lock) if found.lock else None,
    }
