"""Locks as data, and lifting them."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from hotdesk_module import answers
from hotdesk_module.core.policy import check_extension
from hotdesk_module.core.pool import check
from hotdesk_module.errors import BadValue
from hotdesk_module.web.api.given import flag, given, text
from hotdesk_module.web.pages.locks import all_locks, lift_locks


def locks() -> Blueprint:
    """Return the paths under /api/locks."""
    pages = Blueprint("api_locks", __name__, url_prefix="/api/locks")

    @pages.get("")
    def show() -> Response:
        return jsonify(locks=[answers.lock(lock) for lock in all_locks()])

    @pages.post("/lift")
    def lift() -> Response:
        wanted = [name for name in ("user", "phone", "all") if (flag(name) if name == "all" else given().get(name))]
        if len(wanted) != 1:
            raise BadValue("Give a user, or a phone, or all.")
        if wanted == ["all"]:
            lifted = lift_locks()
        elif wanted == ["user"]:
            lifted = lift_locks("user", check_extension(text("user")))
        else:
            lifted = lift_locks("phone", check("device", text("phone")))
        return jsonify(lifted=[answers.lock(lock) for lock in lifted])

    return pages
