"""Phones as data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from hotdesk_module import answers
from hotdesk_module.administration import Many, Saved
from hotdesk_module.core.pool import FIELDS, check
from hotdesk_module.errors import BadValue
from hotdesk_module.times import iso
from hotdesk_module.web import work
from hotdesk_module.web.addable import addable, fitting
from hotdesk_module.web.api.given import flag, given, text, texts
from hotdesk_module.web.links import TOKEN
from hotdesk_module.web.listing import cut, place
from hotdesk_module.web.phone_list import listing, wanted
from hotdesk_module.web.rows import Row
from hotdesk_module.web.seats import read, seat_of

DEVICES, SEATS, SEEN, DRY_RUN = "devices", "seats", "seen", "dry_run"


def phones() -> Blueprint:
    """Return the paths under /api/phones."""
    pages = Blueprint("api_phones", __name__, url_prefix="/api/phones")

    @pages.get("")
    def show() -> Response:
        found = listing(work.parts(), wanted(request.args))
        page = found.page
        return jsonify(
            phones=[_shown(row) for row in page.rows],
            total=page.total,
            page=page.number,
            pages=page.pages,
            per=page.per,
            in_pool=found.total,
            in_use=found.occupied,
            locations=found.locations,
        )

    @pages.get("/addable")
    def show_addable() -> Response:
        page = cut(fitting(addable(), request.args.get("q", "").strip()), place(request.args, ()))
        return jsonify(
            devices=[{"device": c.number, "description": c.description, "emergency_cid": c.has_cid} for c in page.rows],
            total=page.total,
            page=page.number,
            pages=page.pages,
            per=page.per,
        )

    @pages.post("")
    def add() -> Response:
        if DEVICES in given():
            return _many(work.pool().add_many(_devices(), _fields(DEVICES)), "added")
        return _saved(work.pool().add(_fields()), "added")

    @pages.post("/edit")
    def edit_many() -> Response:
        return _many(work.pool().edit_many(_devices(), _fields(DEVICES)), "changed")

    @pages.post("/remove")
    def remove_many() -> Response:
        return _remove(_devices())

    @pages.post("/<device>")
    def edit(device: str) -> Response:
        fields = {k: v for k, v in _fields(SEEN).items() if k != "device"}
        return _saved(work.pool().edit(check("device", device), fields, _seen()), "changed")

    @pages.post("/<device>/remove")
    def remove(device: str) -> Response:
        device = check("device", device)
        if flag(DRY_RUN):
            return _remove([device])
        return _saved(work.pool().remove(device, _ending()), "removed")

    return pages


def _shown(row: Row) -> dict[str, Any]:
    return {
        **answers.phone_seen(row.phone, row.device, row.transport or None, row.session),
        "name": row.name,
        "seat": row.seat or None,
        "state": row.state,
        "marks": row.marks,
        "until": iso(row.end.at) if row.end else None,
        "until_why": row.end.why if row.end else None,
        "active": iso(row.active) if row.active else None,
        **answers.registration(row.phone.device, work.registrations()),
    }


def _remove(devices: list[str]) -> Response:
    """Remove phones, or say whose sessions would end with it."""
    if flag(DRY_RUN):
        sitting = work.parts().ledger.sessions(devices)
        ended = [{"phone": s.phone, "user": s.user, "seat": seat_of(s)} for s in sitting]
        return jsonify(dry_run=True, ended=ended)
    saved, errors = work.pool().remove_many(devices, _ending())
    together = Saved(
        tuple(p for s in saved for p in s.phones),
        (),
        any(s.reload for s in saved),
        all(s.applied for s in saved),
        tuple(e for s in saved for e in s.ended),
    )
    return _many(Many(together, errors), "removed")


def _many(many: Many, fate: str) -> Response:
    errors = [{"device": d, "code": e.code, "message": e.message} for d, e in many.errors]
    return jsonify(phones=[answers.phone(p) for p in many.saved.phones], fate=fate, errors=errors, **_with(many.saved))


def _saved(saved: Saved, fate: str) -> Response:
    (phone,) = saved.phones
    return jsonify(phone=answers.phone(phone), fate=fate, **_with(saved))


def _with(saved: Saved) -> dict[str, Any]:
    """Return what goes with a change of the pool."""
    return {
        "ended": [{"phone": s.phone, "user": s.user} for s in saved.ended],
        "apply_config": saved.reload,
        "applied": saved.applied,
        "warnings": saved.warnings,
    }


def _devices() -> list[str]:
    found = [check("device", device) for device in texts(DEVICES)]
    if not found:
        raise BadValue(f"{DEVICES}: write a list of device numbers.")
    return found


def _ending() -> tuple[tuple[str, str, int], ...] | None:
    """Return the sessions that may end; None, any, where nothing is said of it."""
    return read(texts(SEATS)) if SEATS in given() else None


def _seen() -> dict[str, str] | None:
    """Return the phone as whoever edits it has got it; None where that is not said."""
    seen = given().get(SEEN) if request.is_json else None
    if seen is None:
        return None
    if not isinstance(seen, dict) or not set(FIELDS) <= set(seen):
        raise BadValue(f"{SEEN}: write the phone as you got it, with all of {', '.join(FIELDS)}.")
    return {name: _as_text(seen[name]) for name in FIELDS}


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _fields(*besides: str) -> dict[str, str]:
    fields = {k: v for k, v in given().items() if k not in (TOKEN, *besides)}
    for name in fields:
        if name not in FIELDS:
            raise BadValue(f"A phone has no field '{name[:40]}'. Its fields are: {', '.join(FIELDS)}.")
    return {k: text(k) if not isinstance(v, bool) else ("yes" if v else "no") for k, v in fields.items()}
