"""Phones as data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from hotdesk_module import answers
from hotdesk_module.core.pool import FIELDS, check
from hotdesk_module.errors import BadValue
from hotdesk_module.web import work
from hotdesk_module.web.api.given import given, text
from hotdesk_module.web.links import TOKEN
from hotdesk_module.web.rows import rows


def phones() -> Blueprint:
    """Return the paths under /api/phones."""
    pages = Blueprint("api_phones", __name__, url_prefix="/api/phones")

    @pages.get("")
    def show() -> Response:
        registered = work.registrations()
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

    @pages.post("")
    def add() -> Response:
        return _saved(work.pool().add(_fields()), "added")

    @pages.post("/<device>")
    def edit(device: str) -> Response:
        fields = {k: v for k, v in _fields().items() if k != "device"}
        return _saved(work.pool().edit(check("device", device), fields), "changed")

    @pages.post("/<device>/remove")
    def remove(device: str) -> Response:
        return _saved(work.pool().remove(check("device", device)), "removed")

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


def _fields() -> dict[str, str]:
    fields = {k: v for k, v in given().items() if k != TOKEN}
    for name in fields:
        if name not in FIELDS:
            raise BadValue(f"A phone has no field '{name[:40]}'. Its fields are: {', '.join(FIELDS)}.")
    return {k: text(k) if not isinstance(v, bool) else ("yes" if v else "no") for k, v in fields.items()}
